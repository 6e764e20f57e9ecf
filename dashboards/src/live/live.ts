/** Keeps the state in step with the service: asks for its status every few seconds, and fetches what a new run brings. */
import { type Api, ProblemError, UnreachableError } from '../api/client.ts';
import type { Readiness, Status } from '../api/contracts.ts';
import { PLACE_VARIABLES, placeForecast } from '../place/place-forecast.ts';
import type { RunData, State, Store } from '../state.ts';
import { type Heard, nextConnection, pollDelay } from './connection.ts';

const PAST_HOURS = 48;

export interface Live {
  /** Asks now, and again and again from then on. */
  start(): void;
  /** Shows another station, or the same once more after a failure. */
  showStation(station: string): Promise<void>;
}

export function createLive(api: Api, store: Store): Live {
  let timer = 0;
  let asking = false;
  let placeRequest: AbortController | undefined;

  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    window.clearTimeout(timer);
    try {
      const status = await api.status();
      // Without a run there is no question of readiness, and a refusal would stand in the browser's console as an error.
      const readiness: Readiness =
        status.latestRun === null ? { ready: false, reason: status.preparing ?? '' } : await api.readiness();
      const change = await followRun(status);
      const hasRun = (change.data ?? store.state.data) !== undefined;
      const connection = nextConnection(store.state.connection, { answered: true, readiness, hasRun }, Date.now());
      // In one step, so that header, map, chart and scores move together.
      store.update({ ...change, status, connection });
    } catch (error) {
      // The page keeps what it has, says what is wrong, and asks again.
      store.update({ connection: nextConnection(store.state.connection, failure(error), Date.now()) });
    }
    asking = false;
    if (document.hidden) return;
    timer = window.setTimeout(ask, pollDelay(store.state.connection, store.state.status?.clock.secondsPerHour));
  }

  /** A service that refuses is not one that is gone; and what is neither is a fault of this page. */
  function failure(error: unknown): Heard {
    if (error instanceof ProblemError) {
      const readiness = { ready: false, reason: error.message } as const;
      return { answered: true, readiness, hasRun: store.state.data !== undefined };
    }
    if (!(error instanceof UnreachableError)) console.error(error);
    return { answered: false };
  }

  /** Fetches the newest run and what belongs to it, unless it is the one on show or the person holds that one. */
  async function followRun(status: Status): Promise<Partial<State>> {
    const { data: shown, live, place } = store.state;
    const sameDataset = shown?.values.dataset === status.dataset;
    if (status.latestRun === null || (sameDataset && (shown?.run.init === status.latestRun || !live))) return {};
    const run = await api.latestRun(status.dataset);
    if (!run || (sameDataset && run.init === shown?.run.init)) return {};
    const [values, verification] = await Promise.all([
      api.values(status.dataset, run.init, PLACE_VARIABLES),
      verificationOrNull(status.dataset),
    ]);
    const known = new Set(store.state.stations.map(({ id }) => id));
    const stations = values.stations.every((id) => known.has(id))
      ? store.state.stations
      : await api.stations(status.dataset);
    const data: RunData = { run, values, verification };
    if (place.kind !== 'shown') return { data, stations };
    const forecast = await fetchPlace(place.forecast.station.id, data);
    // The person may have gone to another place meanwhile; that one has its own request.
    return store.state.place === place ? { data, stations, place: { kind: 'shown', forecast } } : { data, stations };
  }

  async function verificationOrNull(dataset: string): Promise<RunData['verification']> {
    try {
      return await api.verification(dataset);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return null;
      throw error;
    }
  }

  async function fetchPlace(station: string, { run, values }: RunData, signal?: AbortSignal) {
    const response = await api.forecast(
      {
        dataset: values.dataset,
        station,
        init: run.init,
        models: run.models.map(({ id }) => id),
        variables: PLACE_VARIABLES,
        pastHours: PAST_HOURS,
      },
      signal,
    );
    return placeForecast(response, run.models);
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
      const forecast = await fetchPlace(station, data, signal);
      if (signal.aborted) return;
      // A run that arrived meanwhile is what the map shows now: the chart must not stay behind.
      if (store.state.data !== data) return await showStation(station);
      store.update({ place: { kind: 'shown', forecast } });
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ProblemError;
      const hint = refused ? error.hint : 'The page tries again when the service answers.';
      const message = refused ? error.message : 'The service does not answer.';
      const passing = !refused || error.status >= 500;
      store.update({ place: { kind: 'failed', station, message, hint, passing } });
    }
  }

  return {
    start() {
      document.addEventListener('visibilitychange', () => {
        // Nobody looks at a hidden page; on coming back it asks at once.
        if (document.hidden) window.clearTimeout(timer);
        else void ask();
      });
      void ask();
    },
    showStation,
  };
}
