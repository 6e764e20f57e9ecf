/** The page of the service: its jobs, its data and how fresh they are, its last runs, what computes them. */
import type { Api } from '../api/client.ts';
import type { JobStatus, Models, Run, Status } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { decimal, MISSING } from '../format/quantity.ts';
import { ageLabel, HOUR, instantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { datasetLabel } from './labels.ts';

const RUNS = 48;
const LISTED = 12;

export function createServicePage(store: Store, api: Api): void {
  // Wide tables scroll sideways on a phone: the keyboard must reach them.
  for (const frame of byId('page-service').querySelectorAll<HTMLElement>('.table-wide')) {
    frame.tabIndex = 0;
    frame.setAttribute('role', 'group');
    frame.setAttribute('aria-labelledby', frame.parentElement?.getAttribute('aria-labelledby') ?? '');
  }
  let asked: string | undefined;
  let runs: readonly Run[] = [];
  let engine: Models['engine'] = null;

  /** The runs are asked for when a new one came and somebody looks. */
  async function load({ status, view }: State): Promise<void> {
    if (view.page !== 'service' || !status || status.latestRun === null || status.latestRun === asked) return;
    asked = status.latestRun;
    try {
      const [list, models] = await Promise.all([api.runs(status.dataset, RUNS), api.models(status.dataset)]);
      runs = list;
      engine = models.engine;
      setText(byId('service-message'), '');
      draw();
    } catch {
      asked = undefined;
      setText(byId('service-message'), text().loadFailed);
    }
  }

  function draw(): void {
    const { status, view } = store.state;
    if (!status || view.page !== 'service') return;
    fillJobs(byId('jobs'), status.jobs);
    byId('datasets').replaceChildren(...status.datasets.map((dataset) => datasetRow(dataset, status)));
    byId('runs').replaceChildren(...runs.slice(0, LISTED).map(runRow));
    fillDelays(byId('run-delays'), runs);
    setText(byId('engine'), engine ? `${engine.name} (${engine.device})` : MISSING);
    setText(byId('engine-why'), engine?.why ?? '');
    setText(byId('version'), `Kernelcast ${status.version}`);
  }

  store.subscribe((state, before) => {
    void load(state);
    const changed = state.status !== before?.status || state.preferences !== before?.preferences;
    if (changed || state.view.page !== before?.view.page) draw();
  });
}

function time(instant: string | null): string {
  return instant === null ? MISSING : instantLabel(parseInstant(instant));
}

function fillJobs(body: HTMLElement, jobs: readonly JobStatus[]): void {
  body.replaceChildren(
    ...jobs.map((job) =>
      element(
        'tr',
        { class: job.lastError === null ? '' : 'failed' },
        element('th', { scope: 'row' }, job.name),
        element(
          'td',
          {},
          element('span', { class: `tag state-${job.state}` }, text().jobStates[job.state] ?? job.state),
        ),
        element('td', {}, time(job.lastSlot)),
        element('td', {}, time(job.lastFinishedAt)),
        element('td', {}, time(job.nextAt)),
        element('td', { class: 'job-error' }, job.lastError ?? text().noErrors),
      ),
    ),
  );
}

function datasetRow(
  { dataset, from, to, stations, variables }: Status['datasets'][number],
  { now }: Status,
): HTMLElement {
  // `to` is the hour after the last.
  const newest = parseInstant(to) - HOUR;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, datasetLabel(dataset)),
    element('td', {}, String(stations)),
    element('td', {}, time(from)),
    element('td', {}, instantLabel(newest)),
    element('td', {}, ageLabel(Math.max(0, parseInstant(now) - newest))),
    element('td', { class: 'wrapping' }, variables.join(', ')),
  );
}

/** From the hour that a run starts at to its publication, minutes. */
function delay(run: Run): number {
  return (parseInstant(run.createdAt) - parseInstant(run.init)) / 60_000;
}

function runRow(run: Run): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, time(run.init)),
    element('td', {}, delayLabel(delay(run))),
    element('td', { class: 'wrapping' }, run.models.map(({ name }) => name).join(', ')),
  );
}

function delayLabel(minutes: number): string {
  if (!Number.isFinite(minutes) || minutes < 0) return MISSING;
  return minutes < 120 ? `${decimal(minutes, 0)} min` : ageLabelOf(minutes);
}

function ageLabelOf(minutes: number): string {
  return text().hoursCount(Math.round(minutes / 60));
}

/** A bar a run, the oldest first. */
function fillDelays(list: HTMLElement, runs: readonly Run[]): void {
  const delays = runs.map(delay).toReversed();
  const most = Math.max(1, ...delays.filter((minutes) => Number.isFinite(minutes)));
  list.replaceChildren(
    ...delays.map((minutes, index) => {
      const run = runs[runs.length - 1 - index];
      const bar = element('span', { title: `${time(run.init)}: ${delayLabel(minutes)}` });
      bar.style.setProperty('--share', String(Math.max(0.02, Math.max(0, minutes) / most)));
      return bar;
    }),
  );
  list.setAttribute('aria-label', delays.map(delayLabel).join(', '));
}
