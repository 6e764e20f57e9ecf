/** The last runs: how long each took from the hour that it starts at to its publication. */
import type { Run } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { decimal, MISSING } from '../format/quantity.ts';
import { optionalInstant, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';

const LISTED = 8;

/** @param runs the newest first */
export function fillRuns(runs: readonly Run[]): void {
  byId('runs').replaceChildren(...runs.slice(0, LISTED).map(runRow));
  fillDelays(byId('run-delays'), runs);
}

/** From the hour that a run starts at to its publication, minutes. */
function delay(run: Run): number {
  return (parseInstant(run.created_at) - parseInstant(run.init)) / 60_000;
}

function runRow(run: Run): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, optionalInstant(run.init)),
    element('td', {}, delayLabel(delay(run))),
    element('td', { class: 'wrapping' }, run.models.map(({ name }) => name).join(', ')),
  );
}

function delayLabel(minutes: number): string {
  if (!Number.isFinite(minutes) || minutes < 0) return MISSING;
  return minutes < 120 ? text().minutes(decimal(minutes, 0)) : text().hoursCount(Math.round(minutes / 60));
}

/** A bar a run, the oldest first. */
function fillDelays(list: HTMLElement, runs: readonly Run[]): void {
  const delays = runs.map(delay).toReversed();
  const most = Math.max(1, ...delays.filter((minutes) => Number.isFinite(minutes)));
  list.replaceChildren(
    ...delays.map((minutes, index) => {
      const run = runs[runs.length - 1 - index];
      const bar = element('span', { title: `${optionalInstant(run.init)}: ${delayLabel(minutes)}` });
      bar.style.setProperty('--share', String(Math.max(0.02, Math.max(0, minutes) / most)));
      return bar;
    }),
  );
  list.setAttribute('aria-label', delays.map(delayLabel).join(', '));
}
