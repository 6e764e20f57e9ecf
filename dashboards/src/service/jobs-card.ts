/** The jobs: a row a job, with its attempts along the time. */
import type { JobAttempt, JobStatus } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { durationLabel } from '../format/quantity.ts';
import { instantLabel, optionalInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import { type Bar, jobHistory, type Lane } from './job-history.ts';

/** @param attempts undefined where the service does not tell them */
export function fillJobs(jobs: readonly JobStatus[], attempts: readonly JobAttempt[] | undefined): void {
  const { span, lanes } = jobHistory(jobs, attempts ?? []);
  byId('jobs').replaceChildren(...lanes.map(laneRow));
  const written = span && [span.from, span.to].map(instantLabel);
  setText(byId('jobs-span'), written ? text().jobsSpan(written[0], written[1]) : '');
}

function laneRow({ job, bars, failed, typical }: Lane): HTMLElement {
  const timeline = element('div', { class: 'attempts' }, ...bars.map(barOf));
  timeline.setAttribute('role', 'img');
  timeline.setAttribute('aria-label', text().attemptsSpoken(bars.length, failed));
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, job.name),
    element('td', {}, stateTag(job.state)),
    element('td', { class: 'attempts-cell' }, timeline),
    element('td', {}, durationLabel(typical)),
    element('td', {}, optionalInstant(job.last_slot)),
    element('td', {}, optionalInstant(job.last_finished_at)),
    element('td', {}, optionalInstant(job.next_at)),
  );
}

function barOf({ attempt, start, width, height, took }: Bar): HTMLElement {
  const what = [attempt.slot, stateName(attempt.state), ...(took === undefined ? [] : [durationLabel(took)])];
  const bar = element('i', { class: `bar-${attempt.state}`, title: what.join(' · ') });
  bar.style.setProperty('--start', String(start));
  bar.style.setProperty('--width', String(width));
  bar.style.setProperty('--height', String(height));
  return bar;
}

export function stateTag(state: string): HTMLElement {
  return element('span', { class: `tag state-${state}` }, stateName(state));
}

function stateName(state: string): string {
  return text().jobStates[state] ?? state;
}
