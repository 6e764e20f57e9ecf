/**
 * Keeps the state in step with the service. The service tells of new runs by its events; the status is asked for every few
 * seconds besides, for its clock and its jobs, and because a proxy may swallow events.
 */
import { type Api, ApiError, UnreachableError } from '../api/client.ts';
import type { Readiness, Run, Status } from '../api/contracts.ts';
import { text } from '../i18n/language.ts';
import { keepLastForecast, readLastForecast } from '../offline/last-forecast.ts';
import { PLACE_VARIABLES, type PlaceForecast } from '../place/place-forecast.ts';
import type { RunData, State, Store } from '../state.ts';
import { type Heard, nextConnection, pollDelay } from './connection.ts';
import { requestPlace } from './place-request.ts';

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
  let asking = false;
  let askAgain = false;
  let placeRequest: AbortController | undefined;
  let events: EventSource | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<void> {
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    askAgain = false;
    window.clearTimeout(timer);
    try {
      const status = await api.status();
      // Without a run there is no question of readiness, and a refusal would stand in the browser's console as an error.
      const [readiness, change]: [Readiness, Partial<State>] = await Promise.all([
        status.latest_run === null ? { ready: false as const, reason: status.preparing ?? '' } : api.readiness(),
        followRun(status),
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
    asking = false;
    if (document.hidden) return;
    const delay = pollDelay(store.state.connection, store.state.status?.clock.seconds_per_hour);
    timer = window.setTimeout(ask, askAgain ? 0 : delay);
  }

  function listen(dataset: string): void {
    if (events || document.hidden) return;
    events = new EventSource(api.eventsAddress(dataset));
    for (const name of ['run-published', 'observations-updated']) events.addEventListener(name, () => void ask());
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

  /** Fetches the newest run and what belongs to it, unless it is the one on show or the person holds that one. */
  async function followRun(status: Status): Promise<Partial<State>> {
    const { data: shown, live, place } = store.state;
    const sameDataset = shown?.values.dataset === status.dataset;
    if (status.latest_run === null || (sameDataset && (shown?.run.init === status.latest_run || !live))) return {};
    const [run] = await api.runs(status.dataset, 1);
    if (!run || (sameDataset && run.init === shown?.run.init)) return {};
    const { stations: known, view } = store.state;
    // On the way in, everything at once: the place that the link names does not wait for the map.
    const station =
      place.kind === 'shown' ? place.forecast.station.id : place.kind === 'none' ? view.station : undefined;
    const [values, verification, listed, forecast] = await Promise.all([
      api.values(status.dataset, run.init, PLACE_VARIABLES),
      verificationOrNull(status.dataset),
      known.length === 0 ? api.stations(status.dataset) : known,
      station === undefined ? undefined : placeOrUndefined(station, status.dataset, run),
    ]);
    const ids = new Set(listed.map(({ id }) => id));
    const stations = values.stations.every((id) => ids.has(id)) ? listed : await api.stations(status.dataset);
    const data: RunData = { run, values, verification };
    // The person may have gone to another place meanwhile; that one has its own request.
    if (!forecast || store.state.place !== place) return { data, stations };
    return { data, stations, place: { kind: 'shown', forecast } };
  }

  /** A link may name a station that is not there: the page says so when it shows it. */
  async function placeOrUndefined(station: string, dataset: string, run: Run): Promise<PlaceForecast | undefined> {
    try {
      return await requestPlace(api, station, dataset, run, store.state.view);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async function verificationOrNull(dataset: string): Promise<RunData['verification']> {
    try {
      return await api.verification(dataset);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
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
        // Nobody looks at a hidden page; on coming back it asks at once.
        if (document.hidden) {
          window.clearTimeout(timer);
          closeEvents();
        } else void ask();
      });
      void ask();
    },
    showStation,
  };
}
