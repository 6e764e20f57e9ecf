/** The data: what each dataset holds and how fresh it is, and what each source brought last. */
import type { JobAttempt, Status } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { MISSING, wholeNumber } from '../format/quantity.ts';
import { ageLabel, HOUR, instantLabel, optionalInstant, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import { datasetLabel } from './labels.ts';
import { rejectedCount, type SourceReport, sourceReports } from './source-report.ts';

const MOST_SOURCES = 10;

/** @param attempts undefined where the service does not tell them */
export function fillData(status: Status, attempts: readonly JobAttempt[] | undefined): void {
  byId('datasets').replaceChildren(...status.datasets.map((dataset) => datasetRow(dataset, status)));
  const reports = sourceReports(attempts ?? []).slice(0, MOST_SOURCES);
  byId('sources').replaceChildren(...reports.map((report) => sourceRow(report, status)));
  byId('sources-table').hidden = reports.length === 0;
  byId('sources-empty').hidden = reports.length > 0;
}

/** How far the last hour before `to` lies behind the service's clock. */
export function behindLabel(to: string, { now }: Pick<Status, 'now'>): string {
  return ageLabel(Math.max(0, parseInstant(now) - lastHour(to)));
}

/** `to` is the hour after the last. */
function lastHour(to: string): number {
  return parseInstant(to) - HOUR;
}

function datasetRow(
  { dataset, from, to, stations, variables }: Status['datasets'][number],
  status: Status,
): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, datasetLabel(dataset)),
    element('td', { class: 'number' }, wholeNumber(stations)),
    element('td', {}, optionalInstant(from)),
    element('td', {}, instantLabel(lastHour(to))),
    element('td', {}, behindLabel(to, status)),
    element('td', { class: 'wrapping' }, variables.join(', ')),
  );
}

function sourceRow({ file, came }: SourceReport, status: Status): HTMLElement {
  const { range, step, persistence, spatial } = file.rejected;
  const rejected = rejectedCount(file);
  const number = (count: number): HTMLElement => element('td', { class: 'number' }, wholeNumber(count));
  return element(
    'tr',
    {},
    element('th', { scope: 'row', class: 'wrapping' }, file.file),
    element('td', {}, behindLabel(file.to, status)),
    element('td', {}, instantLabel(lastHour(file.to))),
    element('td', {}, instantLabel(came)),
    number(file.stations),
    number(file.observed),
    number(file.interpolated),
    number(file.missing),
    element(
      'td',
      { class: rejected > 0 ? 'number warn' : 'number', title: text().rejectedLong(range, step, persistence, spatial) },
      wholeNumber(rejected),
    ),
    element('td', { class: 'number' }, file.gap_hours === 0 ? MISSING : text().hoursCount(file.gap_hours)),
  );
}
