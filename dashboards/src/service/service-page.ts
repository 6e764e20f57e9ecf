/**
 * The page of the service: how it is in short, its jobs and what went wrong, its data and their sources, what it keeps, its
 * last runs, and its machine. What is for the machine itself and holders of a key is left out where the service does not tell.
 */
import { type Api, ApiError } from '../api/client.ts';
import type { Doctor, JobAttempt, Models, Run, Storage } from '../api/contracts.ts';
import { byId, setText } from '../dom.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { fillData } from './data-card.ts';
import { fillJobErrors } from './job-errors.ts';
import { fillJobs } from './jobs-card.ts';
import { fillMachine } from './machine-card.ts';
import { fillRuns } from './runs-card.ts';
import { fillStorage } from './storage-card.ts';
import { fillVitals } from './vitals.ts';

const RUNS = 48;
const ATTEMPTS = 240;

/** What the service tells the machine itself and holders of a key. */
interface Operation {
  attempts: readonly JobAttempt[];
  storage: Storage;
}

export function createServicePage(store: Store, api: Api): void {
  // Wide tables scroll sideways on a phone: the keyboard must reach them.
  for (const frame of byId('page-service').querySelectorAll<HTMLElement>('.table-wide')) {
    frame.tabIndex = 0;
    frame.setAttribute('role', 'group');
    frame.setAttribute('aria-labelledby', frame.closest('section')?.getAttribute('aria-labelledby') ?? '');
  }
  let asked: string | undefined;
  let runs: readonly Run[] = [];
  let engine: Models['engine'] = null;
  let operation: Operation | undefined;
  let doctor: Doctor | undefined;
  /** The service said no; it is not asked again. */
  let isClosed = false;
  let isLooking = false;

  /** Everything is asked for when a slot of a job went by and somebody looks. */
  async function load({ status, view }: State): Promise<void> {
    if (view.page !== 'service' || !status || status.latest_run === null) return;
    const wanted = JSON.stringify([status.latest_run, status.jobs]);
    if (wanted === asked) return;
    asked = wanted;
    try {
      const [list, models, told] = await Promise.all([
        api.runs(status.dataset, RUNS),
        api.models(status.dataset),
        isClosed ? undefined : askOperation(),
      ]);
      [runs, engine, operation] = [list, models.engine, told];
      setText(byId('service-message'), '');
    } catch {
      asked = undefined;
      setText(byId('service-message'), text().loadFailed);
    }
    draw();
  }

  async function askOperation(): Promise<Operation | undefined> {
    try {
      const [attempts, storage] = await Promise.all([api.attempts(ATTEMPTS), api.storage()]);
      if (!doctor && !isLooking) void examine();
      return { attempts, storage };
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      isClosed = true;
      setText(byId('operation-hint'), error.hint ?? '');
      return undefined;
    }
  }

  /** The others do not wait: the service may have to look first, which takes it seconds. */
  async function examine(): Promise<void> {
    isLooking = true;
    draw();
    doctor = await api.doctor().catch(() => undefined);
    isLooking = false;
    draw();
  }

  /** What moves with the service's clock. */
  function drawClock(): void {
    const { status, view } = store.state;
    if (!status || view.page !== 'service') return;
    fillVitals(store.state, operation?.attempts, operation?.storage);
    fillJobs(status.jobs, operation?.attempts);
    fillData(status, operation?.attempts);
  }

  function draw(): void {
    const { status, view } = store.state;
    if (!status || view.page !== 'service') return;
    drawClock();
    byId('operation-closed').hidden = !isClosed;
    byId('sources-card').hidden = operation === undefined;
    fillJobErrors(status.jobs, operation?.attempts);
    fillStorage(operation?.storage);
    fillRuns(runs);
    fillMachine(engine, doctor, isLooking);
  }

  store.subscribe((state, before) => {
    void load(state);
    if (state.preferences !== before?.preferences || state.view.page !== before?.view.page) draw();
    else if (state.status !== before?.status || state.connection !== before?.connection) drawClock();
  });
}
