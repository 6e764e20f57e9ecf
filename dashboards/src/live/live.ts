/**
 * Keeps the state in step with the service. The service tells of new runs by its events; the status is asked for every few
 * seconds besides, for its clock and its jobs, and because a proxy may swallow events.
 */
import { type Api, ApiError, UnreachableError } from '../api/client.ts';
import type { Readiness } from '../api/contracts.ts';
import { text } from '../i18n/language.ts';
import { keepLastForecast, readLastForecast } from '../offline/last-forecast.ts';
import type { State, Store } from '../state.ts';
import { type Heard, nextConnection, pollDelay } from './connection.ts';
import { type AskEvent, NOT_ASKING, nextAsk } from './next-ask.ts';
import { requestPlace } from './place-request.ts';
import { requestRun } from './run-request.ts';

/** Milliseconds between two stores of the last forecast, however fast runs come. */
const KEEP_EVERY = 20_000;

export interface Live {
  /** Asks now, and again and again from then on. */
  start(): void;
  /** Shows another station, or the same once more after a failure or with other hours. */
  showStation(station: string): Promise<void>;
}

export function createLive(api: Api, store: Store): Live {
  let timer = 0;
  let asks = NOT_ASKING;
  let placeRequest: AbortController | undefined;
  let events: EventSource | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;

  function happened(event: AskEvent): void {
    const [state, next] = nextAsk(asks, event);
    asks = state;
    if (next.kind === 'nothing') return;
    window.clearTimeout(timer);
    if (next.kind === 'wait') timer = window.setTimeout(happened, next.delay, { kind: 'due' });
    else void ask().then((delay) => happened({ kind: 'over', delay }));
  }

  /** Resolves to the milliseconds after which the next question is due; never rejects. */
  async function ask(): Promise<number> {
    try {
      const status = await api.status();
      // Without a run there is no question of readiness, and a refusal would stand in the browser's console as an error.
      const [readiness, change]: [Readiness, Partial<State>] = await Promise.all([
        status.latest_run === null ? { ready: false as const, reason: status.preparing ?? '' } : api.readiness(),
        requestRun(api, store, status),
      ]);
      const hasRun = (change.data ?? store.state.data) !== undefined;
      const connection = nextConnection(store.state.connection, { answered: true, readiness, hasRun }, Date.now());
      // In one step, so that header, map, chart and scores move together.
      store.update({ ...change, status, connection, storedAt: undefined });
      listen(status.dataset);
      keep();
    } catch (error) {
      // The page keeps what it has, says what is wrong, and asks again.
      const heard = failure(error);
      const stored = heard.answered || store.state.data ? {} : await recall();
      store.update({ ...stored, connection: nextConnection(store.state.connection, heard, Date.now()) });
      if (!heard.answered) closeEvents();
    }
    return pollDelay(store.state.connection, store.state.status?.clock.seconds_per_hour);
  }

  function listen(dataset: string): void {
    if (events || document.hidden) return;
    events = new EventSource(api.eventsAddress(dataset));
    for (const name of ['run-published', 'observations-updated'])
      events.addEventListener(name, () => happened({ kind: 'due' }));
  }

  function closeEvents(): void {
    events?.close();
    events = undefined;
  }

  /** A service that refuses is not one that is gone; and what is neither is a fault of this page. */
  function failure(error: unknown): Heard {
    if (error instanceof ApiError) {
      const readiness = { ready: false, reason: error.message } as const;
      return { answered: true, readiness, hasRun: store.state.data !== undefined };
    }
    if (!(error instanceof UnreachableError)) console.error(error);
    return { answered: false };
  }

  function keep(): void {
    const now = Date.now();
    if (now - keptAt < KEEP_EVERY || store.state.place.kind !== 'shown') return;
    keptAt = now;
    // When the page has nothing better to do; a browser that keeps nothing is no worse off than before.
    setTimeout(() => void keepLastForecast(store.state, now).catch(() => {}), 1000);
  }

  /** What was stored when the service last answered. */
  async function recall(): Promise<Partial<State>> {
    const last = await readLastForecast().catch(() => undefined);
    if (!last) return {};
    const { status, stations, data, place, storedAt } = last;
    return { status, stations, data, storedAt, place: place ? { kind: 'shown', forecast: place } : { kind: 'none' } };
  }

  async function showStation(station: string): Promise<void> {
    const { data, place } = store.state;
    placeRequest?.abort();
    if (!data) return;
    placeRequest = new AbortController();
    const { signal } = placeRequest;
    const previous = place.kind === 'shown' ? place.forecast : place.kind === 'loading' ? place.previous : undefined;
    store.update({ place: { kind: 'loading', station, previous } });
    try {
      const forecast = await requestPlace(api, station, data.values.dataset, data.run, store.state.view, signal);
      if (signal.aborted) return;
      // A run that arrived meanwhile is what the map shows now: the chart must not stay behind.
      if (store.state.data !== data) return await showStation(station);
      store.update({ place: { kind: 'shown', forecast } });
      keep();
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ApiError;
      const hint = refused ? (error.hint ?? '') : text().serviceSilentHint;
      const message = refused ? error.message : text().serviceSilent;
      const passing = !refused || error.status >= 500;
      store.update({ place: { kind: 'failed', station, message, hint, passing } });
    }
  }

  return {
    start() {
      document.addEventListener('visibilitychange', () => {
        happened({ kind: document.hidden ? 'hidden' : 'shown' });
        if (!document.hidden) return;
        window.clearTimeout(timer);
        closeEvents();
      });
      happened({ kind: 'due' });
    },
    showStation,
  };
}
