/**
 * The pages' only way to data: what they ask of the HTTP API of the service that served them, by the client
 * that everybody has (`src/client`).
 *
 *     const api = createApi(document.baseURI);
 *     const status = await api.status();
 *
 * Every request fails in one of two ways: a `ApiError` (the service answered, and says no) or an `UnreachableError`.
 */
import { ApiError, createClient, UnreachableError } from '../../../src/client/client.ts';
import type {
  Doctor,
  ForecastResponse,
  JobAttempt,
  Models,
  ObservedPlace,
  Readiness,
  Run,
  RunValues,
  Station,
  Status,
  Storage,
  TrainingLog,
  Verification,
} from './contracts.ts';

export { ApiError, UnreachableError };

export interface Api {
  status(): Promise<Status>;
  readiness(): Promise<Readiness>;
  stations(dataset: string): Promise<Station[]>;
  /** Newest first. */
  runs(dataset: string, limit: number): Promise<Run[]>;
  values(dataset: string, init: string, variables: readonly string[]): Promise<RunValues>;
  forecast(query: ForecastQuery, signal?: AbortSignal): Promise<ForecastResponse>;
  /** Over the runs from `start` to `end` (initialisation times), or as many of the last as the service thinks best. */
  verification(dataset: string, span?: { start: string; end: string }): Promise<Verification>;
  /** The same at some stations, by station too, over the newest runs that are still kept. */
  stationVerification(dataset: string, stations: readonly string[], runs: number): Promise<Verification>;
  /** Hours from `start` to `end`, both included, ISO 8601 in UTC; °C and m/s. */
  observations(
    dataset: string,
    stations: readonly string[],
    variables: readonly string[],
    span: { start: string; end: string },
  ): Promise<ObservedPlace[]>;
  models(dataset: string): Promise<Models>;
  /** Undefined for a model that came without the log of its training. */
  training(model: string): Promise<TrainingLog | undefined>;
  /** What the jobs did, the newest first. */
  attempts(limit: number): Promise<JobAttempt[]>;
  storage(): Promise<Storage>;
  /** The service may look at its machine first, which takes seconds. */
  doctor(): Promise<Doctor>;
  /** The address of an answer, for people to open, copy or save. */
  forecastAddress(query: ForecastQuery, format?: string): string;
  /** Where the service tells of what is new. */
  eventsAddress(dataset: string): string;
}

export interface ForecastQuery {
  dataset: string;
  station: string;
  init: string;
  models: readonly string[];
  variables: readonly string[];
  pastHours: number;
  /** API names of the units; °C and m/s without. */
  units?: { temperature: string; wind: string };
}

const TIMEOUT = 10_000;
/** For what the service first has to work out. */
const LONG_TIMEOUT = 60_000;
const STATION_LIMIT = 10_000;

/** @param base address of the page; the API lies beside it, also behind a path prefix. */
export function createApi(base: string, fetcher: typeof fetch = fetch): Api {
  const root = new URL('.', base).href;
  // A page that asks again every few seconds needs nobody to do so for it.
  const client = (timeoutMs: number) =>
    createClient(root, { fetch: (...given) => fetcher(...given), retries: 0, timeoutMs });
  const quick = client(TIMEOUT);
  const patient = client(LONG_TIMEOUT);

  function forecastQuery({ dataset, station, init, models, variables, pastHours, units }: ForecastQuery) {
    return {
      dataset,
      station,
      run: init,
      models,
      hourly: variables,
      past_hours: pastHours,
      temperature_unit: (units?.temperature ?? 'celsius') as 'celsius',
      wind_speed_unit: (units?.wind ?? 'ms') as 'ms',
    };
  }

  function address(path: string, query: object): string {
    const url = new URL(path, root);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url.href;
  }

  return {
    status: () => quick.get('/v1/status', {}),
    readiness: async () => {
      try {
        await quick.get('/health/ready', {});
        return { ready: true };
      } catch (error) {
        if (error instanceof ApiError && error.status === 503) return { ready: false, reason: error.message };
        throw error;
      }
    },
    stations: async (dataset) => (await quick.get('/v1/stations', { dataset, limit: STATION_LIMIT })).stations,
    runs: async (dataset, limit) => (await quick.get('/v1/runs', { dataset, limit })).runs,
    values: (dataset, init, variables) => quick.get('/v1/runs/{init}/values', { init, dataset, hourly: variables }),
    forecast: async (query, signal) =>
      (await quick.get('/v1/forecast', forecastQuery(query), signal)) as ForecastResponse,
    // More runs than any span has: the service has a bound of its own.
    verification: (dataset, span) =>
      quick.get('/v1/verification', { dataset, ...(span ? { ...span, last_runs: 1000 } : {}) }),
    stationVerification: (dataset, stations, runs) =>
      patient.get('/v1/verification', { dataset, station: stations, last_runs: runs }),
    observations: async (dataset, stations, variables, { start, end }) => {
      const hours = { start_hour: start.slice(0, 16), end_hour: end.slice(0, 16) };
      const query = { dataset, station: stations, hourly: variables, ...hours, wind_speed_unit: 'ms' } as const;
      const answer = await quick.get('/v1/observations', query);
      return (Array.isArray(answer) ? answer : [answer]) as ObservedPlace[];
    },
    models: async (dataset) => (await quick.get('/v1/models', { dataset })) as Models,
    training: async (model) => {
      try {
        return await quick.get('/v1/models/{id}/training', { id: model });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    attempts: async (limit) => (await quick.get('/v1/jobs', { limit })).attempts,
    storage: () => quick.get('/v1/storage', {}),
    doctor: () => patient.get('/v1/doctor', {}),
    forecastAddress: (query, format) =>
      address('v1/forecast', { ...forecastQuery(query), ...(format === undefined ? {} : { format }) }),
    eventsAddress: (dataset) => address('v1/events', { dataset }),
  };
}
