/**
 * The HTTP API with fixed data and a clock that tests move by hand, serving the built pages beside it.
 * With it the pages can be tested, and their pictures taken, without a store, a model or the time of day.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { CONTENT_SECURITY_POLICY } from '../../src/api/access/headers.ts';
import { MODELS, mockModels, mockTraining } from './mock-models.ts';
import { mockAttempts, mockDoctor, mockStorage } from './mock-operation.ts';
import { CLOSED, Problem } from './mock-problem.ts';
import { mockVerification } from './mock-scores.ts';
import {
  DATASET,
  FIELDS,
  HOUR,
  hourOf,
  iso,
  LEAD_HOURS,
  type MockStation,
  mockForecast,
  mockStations,
  mockWeather,
  valueAt,
} from './mock-world.ts';

/** Standard normal quantiles: the made-up model's errors are about that, times the square root of the lead. */
const LEVELS: Record<string, number> = { p10: -1.2816, p25: -0.6745, p50: 0, p75: 0.6745, p90: 1.2816 };
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

export interface MockOptions {
  /** Folder of the built pages. */
  pages: string;
  /** Path under which pages and API lie, `/` at both ends. */
  prefix?: string;
  stations?: number;
  extraStations?: MockStation[];
  /** Hour of the first run. */
  init?: number;
  /** How many runs have been scored at first. */
  scored?: number;
  /** A clock that stands still: the system's, not a replay's. */
  system?: boolean;
}

export interface MockApi {
  /** Address of the page. */
  url: string;
  stations: MockStation[];
  /** Hours since the epoch of the newest run. */
  readonly init: number;
  /** The clock goes on by so many hours and the service has a new run. */
  advance(hours?: number): void;
  /** No run is published yet, for a reason; undefined: there is one. */
  prepare(reason: string | undefined): void;
  /** There is a run, and readiness is refused for a reason. */
  doubt(reason: string | undefined): void;
  /** The values of runs are refused for a reason; undefined: they are given. */
  damage(reason: string | undefined): void;
  /** Forecasts tell no uncertainty. */
  certain(told: boolean): void;
  /** How many listen to events. */
  readonly listeners: number;
  /** Paths and queries of all requests so far. */
  readonly requests: readonly string[];
  /** How many runs have been scored. */
  score(runs: number): void;
  /** What tells of the machine is refused from now on, as it is to anybody on another one. */
  close(): void;
  /** Stops answering; the address stays reserved for `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startMockApi(options: MockOptions): Promise<MockApi> {
  const prefix = options.prefix ?? '/';
  const stations = [...mockStations(options.stations ?? 600), ...(options.extraStations ?? [])];
  let init = options.init ?? Date.UTC(2025, 1, 20, 6) / HOUR;
  let preparing: string | undefined;
  let doubted: string | undefined;
  let damaged: string | undefined;
  let scored = options.scored ?? 36;
  let uncertain = true;
  let closed = false;
  const listeners = new Set<ServerResponse>();
  const requests: string[] = [];
  let server: Server | undefined;
  let port = 0;

  function status(): unknown {
    const job = {
      state: 'idle',
      last_slot: iso(init),
      last_finished_at: iso(init),
      next_at: iso(init + 1),
      last_error: null,
    };
    return {
      version: '0.1.0',
      now: new Date(init * HOUR + 1000).toISOString(),
      clock: options.system ? { kind: 'system' } : { kind: 'replay', seconds_per_hour: 5 },
      dataset: DATASET,
      datasets: [
        {
          dataset: DATASET,
          from: iso(init - 1200),
          to: iso(init + 1),
          stations: stations.length,
          variables: Object.keys(FIELDS),
        },
      ],
      latest_run: preparing === undefined ? iso(init) : null,
      preparing: preparing ?? null,
      jobs: ['ingest', 'forecast', 'verify', 'retain'].map((name) => ({ name, ...job })),
    };
  }

  function values(query: URLSearchParams, of: number): unknown {
    const leads = Array.from({ length: LEAD_HOURS }, (_, index) => index + 1);
    const variables = (query.get('hourly') ?? '').split(',');
    return {
      dataset: DATASET,
      init: iso(of),
      model: MODELS[0].id,
      stations: stations.map(({ id }) => id),
      time: leads.map((lead) => iso(of + lead)),
      hourly_units: Object.fromEntries(variables.map((name) => [name, FIELDS[name][1]])),
      hourly: Object.fromEntries(
        variables.map((name) => [
          name,
          leads.map((lead) => stations.map((station) => valueAt(mockForecast(MODELS[0].id, station, of, lead), name))),
        ]),
      ),
    };
  }

  function forecast(query: URLSearchParams): unknown {
    const station = stations.find(({ id }) => id === query.get('station'));
    if (!station) {
      return new Problem(
        404,
        'NOT_FOUND',
        `There is no station '${query.get('station')}' in '${DATASET}'.`,
        'GET /v1/stations lists them.',
      );
    }
    const past = Number(query.get('past_hours') ?? 0);
    const of = hourOf(query.get('run') ?? iso(init));
    const hours = Array.from({ length: past + LEAD_HOURS }, (_, index) => of - past + 1 + index);
    const hourly: Record<string, unknown> = { time: hours.map((hour) => iso(hour).slice(0, 16)) };
    const models = (query.get('models') ?? MODELS[0].id).split(',');
    for (const model of models) {
      for (const name of (query.get('hourly') ?? '').split(',')) {
        const [, variable, level] = /^(.*?)(?:_(p\d\d))?$/.exec(name) ?? [];
        const spread = (lead: number): number => (level ? LEVELS[level] * 0.6 * Math.sqrt(lead) : 0);
        hourly[models.length > 1 ? `${name}_${model}` : name] = hours.map((hour) => {
          if (level && (uncertain === false || hour <= of || model !== MODELS[0].id)) return null;
          const weather = hour <= of ? mockWeather(station, hour) : mockForecast(model, station, of, hour - of);
          const at = valueAt(weather, variable) + spread(hour - of);
          return Math.round((variable === 'wind_speed_10m' ? Math.max(0, at) : at) * 10) / 10;
        });
      }
    }
    const { latitude, longitude, elevation } = station;
    const hourly_units = { time: 'iso8601' };
    return {
      latitude,
      longitude,
      elevation,
      station,
      run: { dataset: DATASET, init: iso(of) },
      hourly_units,
      hourly,
    };
  }

  function observations(query: URLSearchParams): unknown {
    const [start, end] = ['start_hour', 'end_hour'].map((name) => hourOf(query.get(name) ?? ''));
    const hours = Array.from({ length: end - start + 1 }, (_, index) => start + index);
    const wanted = new Set((query.get('station') ?? '').split(','));
    return stations
      .filter(({ id }) => wanted.has(id))
      .map((station) => ({
        station,
        hourly: {
          time: hours.map((hour) => iso(hour).slice(0, 16)),
          ...Object.fromEntries(
            (query.get('hourly') ?? '')
              .split(',')
              .map((name) => [name, hours.map((hour) => valueAt(mockWeather(station, hour), name))]),
          ),
        },
      }));
  }

  function answer(path: string, query: URLSearchParams): unknown {
    if (path === 'v1/status') return status();
    if (path === 'health/ready') {
      const reason = preparing ?? doubted;
      return reason === undefined ? { status: 'ready' } : new Problem(503, 'NOT_READY', reason, '');
    }
    if (path === 'v1/stations') return { dataset: DATASET, stations };
    if (path === 'v1/runs') {
      const count = preparing === undefined ? Math.min(60, Number(query.get('limit') ?? 24)) : 0;
      const runs = Array.from({ length: count }, (_, age) => {
        const created_at = new Date((init - age) * HOUR + (3 + ((init - age) % 5)) * 60_000).toISOString();
        return { init: iso(init - age), created_at, lead_hours: LEAD_HOURS, models: MODELS };
      });
      return { dataset: DATASET, runs };
    }
    if (path.startsWith('v1/runs/')) {
      const of = hourOf(path.split('/')[2]);
      return damaged === undefined ? values(query, of) : new Problem(503, 'STORE_CORRUPT', damaged, '');
    }
    if (path === 'v1/forecast') return forecast(query);
    if (path === 'v1/observations') return observations(query);
    if (path === 'v1/verification') return mockVerification({ stations, init, scored, uncertain }, query);
    if (path === 'v1/models') return mockModels(DATASET);
    if (path === `v1/models/${MODELS[0].id}/training`) return mockTraining(MODELS[0].id);
    if (['v1/jobs', 'v1/storage', 'v1/doctor'].includes(path)) return closed ? CLOSED : operation(path);
    return undefined;
  }

  function operation(path: string): unknown {
    if (path === 'v1/jobs') return { dataset: DATASET, attempts: mockAttempts(init, stations.length) };
    return path === 'v1/storage' ? mockStorage(DATASET, init, 60, scored) : mockDoctor(init);
  }

  const known = new Map<string, unknown>();
  /** What costs thousands of formulas is made once for a run, as the real service does. */
  function answerOnce(path: string, query: URLSearchParams): unknown {
    if (!/values$|verification$/.test(path) || damaged !== undefined) return answer(path, query);
    const key = `${path} ${query} ${init} ${scored} ${uncertain}`;
    if (!known.has(key)) known.set(key, answer(path, query));
    return known.get(key);
  }

  function listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 500\n\n');
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
  }

  async function servePage(path: string, response: ServerResponse): Promise<void> {
    const file = path === '' ? 'index.html' : path;
    try {
      const content = await readFile(join(options.pages, file));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_SECURITY_POLICY,
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  async function start(): Promise<void> {
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      const url = new URL(request.url ?? '/', 'http://mock');
      const path = url.pathname.startsWith(prefix) ? decodeURIComponent(url.pathname.slice(prefix.length)) : '..';
      if (path === 'v1/events') return listen(response);
      const body = answerOnce(path, url.searchParams);
      if (body === undefined) return void servePage(path.includes('..') ? 'none' : path, response);
      const refused = body instanceof Problem;
      const type = refused ? 'application/problem+json' : 'application/json';
      response.writeHead(refused ? body.status : 200, { 'content-type': type }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }

  async function stop(): Promise<void> {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
    server = undefined;
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    stations,
    get init() {
      return init;
    },
    advance(hours = 1) {
      init += hours;
      for (const listener of listeners) listener.write(`event: run-published\ndata: {"init":"${iso(init)}"}\n\n`);
    },
    certain(told) {
      uncertain = !told;
    },
    get listeners() {
      return listeners.size;
    },
    get requests() {
      return requests;
    },
    prepare(reason) {
      preparing = reason;
    },
    doubt(reason) {
      doubted = reason;
    },
    damage(reason) {
      damaged = reason;
    },
    score(runs) {
      scored = runs;
    },
    close() {
      closed = true;
    },
    start,
    stop,
  };
}
