/**
 * The pages' only way to data: typed requests to the HTTP API of the service that served the page.
 *
 *     const api = createApi(document.baseURI);
 *     const status = await api.status();
 *
 * Every request fails in one of two ways: a `ProblemError` (the service answered, and says no) or an `UnreachableError`.
 */
import type { ForecastResponse, Readiness, Run, RunValues, Station, Status, Verification } from './contracts.ts';

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
  latestRun(dataset: string): Promise<Run | undefined>;
  values(dataset: string, init: string, variables: readonly string[]): Promise<RunValues>;
  forecast(query: ForecastQuery, signal?: AbortSignal): Promise<ForecastResponse>;
  verification(dataset: string): Promise<Verification>;
}

export interface ForecastQuery {
  dataset: string;
  station: string;
  init: string;
  models: readonly string[];
  variables: readonly string[];
  pastHours: number;
}

const TIMEOUT = 10_000;
const STATION_LIMIT = 10_000;

/** @param base address of the page; the API lies beside it, also behind a path prefix. */
export function createApi(base: string, fetcher: typeof fetch = fetch): Api {
  async function request(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<unknown> {
    const url = new URL(path, base);
    url.search = new URLSearchParams(query).toString();
    url.hash = '';
    const timeout = AbortSignal.timeout(TIMEOUT);
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
    latestRun: async (dataset) => ((await request('v1/runs', { dataset, limit: '1' })) as { runs: Run[] }).runs[0],
    values: async (dataset, init, variables) => {
      const path = `v1/runs/${encodeURIComponent(init)}/values`;
      return (await request(path, { dataset, hourly: variables.join(',') })) as RunValues;
    },
    forecast: async ({ dataset, station, init, models, variables, pastHours }, signal) => {
      const query = {
        dataset,
        station,
        run: init,
        models: models.join(','),
        hourly: variables.join(','),
        past_hours: String(pastHours),
        temperature_unit: 'celsius',
        wind_speed_unit: 'ms',
      };
      return (await request('v1/forecast', query, signal)) as ForecastResponse;
    },
    verification: async (dataset) => (await request('v1/verification', { dataset })) as Verification,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
