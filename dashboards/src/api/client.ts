/**
 * The pages' only way to data: typed requests to the HTTP API of the service that served the page.
 *
 *     const api = createApi(document.baseURI);
 *     const status = await api.status();
 *
 * Every request fails in one of two ways: a `ProblemError` (the service answered, and says no) or an `UnreachableError`.
 */
import type {
  ForecastResponse,
  Models,
  ObservedPlace,
  Readiness,
  Run,
  RunValues,
  Station,
  Status,
  TrainingLog,
  Verification,
} from './contracts.ts';
import type { Doctor, JobAttempt, Storage } from './operation-contracts.ts';

/** The service refused: an RFC 9457 problem, or whatever stood in its place. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  constructor(status: number, body: Record<string, unknown>) {
    super(text(body.detail) || text(body.title) || `The service answered with status ${status}.`);
    this.status = status;
    this.code = text(body.code);
    this.hint = text(body.hint);
  }
}

/** No answer, an answer too late, or one that is no JSON (a proxy's page, say). */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

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
  function address(path: string, query: Record<string, string>): URL {
    const url = new URL(path, base);
    url.search = new URLSearchParams(query).toString();
    url.hash = '';
    return url;
  }

  function forecastQuery({ dataset, station, init, models, variables, pastHours, units }: ForecastQuery) {
    return {
      dataset,
      station,
      run: init,
      models: models.join(','),
      hourly: variables.join(','),
      past_hours: String(pastHours),
      temperature_unit: units?.temperature ?? 'celsius',
      wind_speed_unit: units?.wind ?? 'ms',
    };
  }

  async function request(
    path: string,
    query: Record<string, string>,
    signal?: AbortSignal,
    patience = TIMEOUT,
  ): Promise<unknown> {
    const url = address(path, query);
    const timeout = AbortSignal.timeout(patience);
    let response: Response;
    let body: unknown;
    try {
      response = await fetcher(url, {
        headers: { accept: 'application/json, application/problem+json' },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      body = await response.json();
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new UnreachableError(`no answer from ${url.pathname}`, { cause });
    }
    if (!response.ok) throw new ProblemError(response.status, isRecord(body) ? body : {});
    return body;
  }

  return {
    status: async () => (await request('v1/status', {})) as Status,
    readiness: async () => {
      try {
        await request('health/ready', {});
        return { ready: true };
      } catch (error) {
        if (error instanceof ProblemError && error.status === 503) return { ready: false, reason: error.message };
        throw error;
      }
    },
    stations: async (dataset) => {
      const answer = (await request('v1/stations', { dataset, limit: String(STATION_LIMIT) })) as {
        stations: Station[];
      };
      return answer.stations;
    },
    runs: async (dataset, limit) =>
      ((await request('v1/runs', { dataset, limit: String(limit) })) as { runs: Run[] }).runs,
    values: async (dataset, init, variables) => {
      const path = `v1/runs/${encodeURIComponent(init)}/values`;
      return (await request(path, { dataset, hourly: variables.join(',') })) as RunValues;
    },
    forecast: async (query, signal) => (await request('v1/forecast', forecastQuery(query), signal)) as ForecastResponse,
    // More runs than any span has: the service has a bound of its own.
    verification: async (dataset, span) =>
      (await request('v1/verification', { dataset, ...(span ? { ...span, last_runs: '1000' } : {}) })) as Verification,
    stationVerification: async (dataset, stations, runs) => {
      const query = { dataset, station: stations.join(','), last_runs: String(runs) };
      return (await request('v1/verification', query, undefined, LONG_TIMEOUT)) as Verification;
    },
    observations: async (dataset, stations, variables, { start, end }) => {
      const query = {
        dataset,
        station: stations.join(','),
        hourly: variables.join(','),
        start_hour: start.slice(0, 16),
        end_hour: end.slice(0, 16),
        wind_speed_unit: 'ms',
      };
      const answer = (await request('v1/observations', query)) as ObservedPlace | ObservedPlace[];
      return Array.isArray(answer) ? answer : [answer];
    },
    models: async (dataset) => (await request('v1/models', { dataset })) as Models,
    training: async (model) => {
      try {
        return (await request(`v1/models/${encodeURIComponent(model)}/training`, {})) as TrainingLog;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return undefined;
        throw error;
      }
    },
    attempts: async (limit) =>
      ((await request('v1/jobs', { limit: String(limit) })) as { attempts: JobAttempt[] }).attempts,
    storage: async () => (await request('v1/storage', {})) as Storage,
    doctor: async () => (await request('v1/doctor', {}, undefined, LONG_TIMEOUT)) as Doctor,
    forecastAddress: (query, format) =>
      address('v1/forecast', { ...forecastQuery(query), ...(format === undefined ? {} : { format }) }).href,
    eventsAddress: (dataset) => address('v1/events', { dataset }).href,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
