/** What went wrong with the jobs, or was left out: an attempt a line, with all that it said and where its log is. */
import type { JobAttempt, JobStatus } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { instantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import { isFailed, troubles } from './job-history.ts';
import { stateTag } from './jobs-card.ts';

const MOST_ERRORS = 12;

/** @param attempts undefined where the service does not tell them: then each job's last error is all that is known */
export function fillJobErrors(jobs: readonly JobStatus[], attempts: readonly JobAttempt[] | undefined): void {
  const list = byId('job-errors');
  const rows = attempts
    ? troubles(attempts).slice(0, MOST_ERRORS).map(errorRow)
    : jobs.flatMap(({ name, last_error }) => (last_error === null ? [] : [plainError(name, last_error)]));
  // What somebody unfolded, or stands on, stays so while the list is filled again.
  const folds = [...list.querySelectorAll('details')];
  const open = new Set(folds.filter((fold) => fold.open).map(({ dataset }) => dataset.key));
  const at = document.activeElement?.closest('details')?.dataset.key;
  list.replaceChildren(...rows);
  for (const fold of list.querySelectorAll('details')) {
    fold.open = open.has(fold.dataset.key);
    if (at !== undefined && fold.dataset.key === at) fold.querySelector('summary')?.focus();
  }
  byId('job-errors-none').hidden = rows.length > 0;
  byId('job-errors-note').hidden = rows.length === 0 || attempts === undefined;
}

function errorRow(attempt: JobAttempt): HTMLElement {
  const { job, slot, to, state, started_at, error, note, trace, log } = attempt;
  const words = text();
  const said = [error, note].filter((line) => line !== null).join('\n');
  const slots = words.slotsSkipped(instantLabel(parseInstant(slot)), instantLabel(parseInstant(to)));
  const heading = element(
    'summary',
    {},
    stateTag(state),
    element('strong', {}, job),
    element('span', {}, slots),
    ...(attempt.attempt > 1 || isFailed(attempt) ? [element('span', {}, words.attemptNumber(attempt.attempt))] : []),
    element('span', { class: 'error-line' }, said.split('\n')[0]),
    element('time', { class: 'muted', datetime: started_at }, instantLabel(parseInstant(started_at))),
  );
  const fold = element('details', {}, heading, element('pre', { tabindex: '0' }, said));
  fold.dataset.key = `${job} ${slot} ${attempt.attempt} ${started_at}`;
  if (log.length > 0) {
    const lines = log.map(({ at, level, text }) => `${at} ${level} ${text}`).join('\n');
    fold.append(element('p', { class: 'muted' }, words.logLines), element('pre', { tabindex: '0' }, lines));
  }
  if (trace !== null) {
    fold.append(element('p', { class: 'muted' }, `${words.traceNote} `, element('code', {}, trace)));
  }
  fold.append(element('p', { class: 'muted' }, `${words.logNote} `, element('code', {}, `kernelcast jobs log ${job}`)));
  return element('li', {}, fold);
}

function plainError(job: string, error: string): HTMLElement {
  return element('li', {}, element('strong', {}, job), ' ', error);
}
