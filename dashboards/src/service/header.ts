/** The page's header and banner: whose clock, which run, how old, and whether the service is well. */
import type { JobStatus } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { MISSING } from '../format/quantity.ts';
import { fullInstantLabel, instantLabel, parseInstant } from '../format/time.ts';
import type { Store } from '../state.ts';
import { bannerText, CONNECTION_LABELS, clockTime, datasetLabel, runAgeLabel, sourceLabel } from './labels.ts';

export function createHeader(store: Store): void {
  const live = byId<HTMLButtonElement>('live');
  live.addEventListener('click', () => store.update({ live: !store.state.live }));
  const details = byId<HTMLDetailsElement>('service');
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !details.open) return;
    details.open = false;
    details.querySelector('summary')?.focus();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!details.contains(event.target as Node)) details.open = false;
  });

  store.subscribe((state, before) => {
    const { connection, status, data } = state;
    if (status) {
      setText(byId('clock'), fullInstantLabel(clockTime(status)));
      setText(byId('source'), sourceLabel(status));
      byId('source').classList.toggle('replay', status.clock.kind === 'replay');
      setText(byId('version'), `Kernelcast ${status.version}`);
      if (status.jobs !== before?.status?.jobs) fillJobs(byId('jobs'), status.jobs);
    }
    setText(byId('run'), data ? instantLabel(parseInstant(data.run.init)) : MISSING);
    setText(byId('run-age'), data && status ? runAgeLabel(status, data.run.init) : '');

    live.setAttribute('aria-pressed', String(state.live));
    setText(byId('live-label'), state.live ? 'Live' : 'Paused');
    live.title = state.live
      ? 'New runs are shown as they come. Click to hold this one.'
      : 'Held. Click to show new runs.';

    setText(byId('readiness'), CONNECTION_LABELS[connection.kind]);
    document.documentElement.dataset.connection = connection.kind;
    const banner = bannerText(connection, data !== undefined, (time) => new Date(time).toLocaleTimeString('en-GB'));
    setText(byId('banner'), banner ?? '');
    byId('banner').hidden = banner === undefined;

    const waiting = data === undefined && connection.kind !== 'gone';
    byId('waiting').hidden = !waiting;
    if (waiting) {
      const what = status ? datasetLabel(status.dataset).toLowerCase() : 'service';
      setText(byId('waiting-title'), status ? `Preparing the ${what} …` : 'Connecting to the service …');
      setText(byId('waiting-reason'), connection.kind === 'preparing' ? connection.reason : '');
    }
  });
}

function fillJobs(body: HTMLElement, jobs: readonly JobStatus[]): void {
  const time = (instant: string | null): string => (instant === null ? MISSING : instantLabel(parseInstant(instant)));
  body.replaceChildren(
    ...jobs.map((job) =>
      element(
        'tr',
        { class: job.lastError === null ? '' : 'failed' },
        element('th', { scope: 'row' }, job.name),
        element(
          'td',
          {},
          job.state,
          ...(job.lastError === null ? [] : [element('p', { class: 'job-error' }, job.lastError)]),
        ),
        element('td', {}, time(job.lastSlot)),
        element('td', {}, time(job.nextAt)),
      ),
    ),
  );
}
