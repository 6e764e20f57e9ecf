/** A service over a small synthetic store, listening on a port of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import type { ApiContext, ServiceStatus } from '../../src/api/context.ts';
import type { Predictor } from '../../src/api/predictor.ts';
import { serve } from '../../src/api/serve.ts';
import type { JobAttempt, Operation } from '../../src/domain/operation.ts';
import type { ScoreRow } from '../../src/domain/scoring.ts';
import { emptyVariable, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { ModelStore } from '../../src/store/models/models.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { type RunModel, RunStore } from '../../src/store/runs/runs.ts';
import { ScoreStore } from '../../src/store/scores/scores.ts';
import { seriesOf, station, temporaryFolder } from '../store/support.ts';
import { Described, type Description } from './described.ts';

const ENGINE = {
  name: 'ONNX Runtime 1.30.0',
  device: 'cpu',
  why: 'the CUDA provider of ONNX Runtime is not installed',
} as const;

/** 2025-02-20T00:00Z */
export const INIT: Hour = Date.UTC(2025, 1, 20) / 3_600_000;

export const STATIONS: Station[] = [
  station('amsterdam', { name: 'Amsterdam', latitude: 52.37, longitude: 4.9, elevation: 2 }),
  station('sao-paulo', { name: 'São Paulo', country: 'BR', latitude: -23.55, longitude: -46.63, elevation: 760 }),
  station('suva', { name: 'Suva', country: 'FJ', latitude: -18.14, longitude: 178.44, elevation: null }),
];

export const MODELS: RunModel[] = [
  { id: 'demo', name: 'UniRepLKNet, small', kind: 'network', weightsSha256: 'ab'.repeat(32) },
  { id: 'persistence', name: 'Persistence', kind: 'baseline', weightsSha256: null },
];

const VARIABLES: VariableName[] = ['temperature_2m', 'wind_u_component_10m', 'wind_v_component_10m'];

/**
 * Temperature is 10 degrees and a sixteenth for each hour after INIT, one degree more for each next station; the wind
 * blows from the south-west, 5 m/s; Suva's temperature is missing at INIT and at INIT + 3.
 */
function value(hour: Hour, id: string, variable: VariableName): number | undefined {
  if (variable === 'wind_u_component_10m') return 3;
  if (variable === 'wind_v_component_10m') return 4;
  if (id === 'suva' && (hour === INIT || hour === INIT + 3)) return undefined;
  return 10 + (hour - INIT) / 16 + STATIONS.findIndex((candidate) => candidate.id === id);
}

export function observed(from: Hour, hours: number): Series {
  return seriesOf(STATIONS, from, hours, value, { variables: VARIABLES });
}

/**
 * Two and one degree below the forecast, it, and one and two above; the eastward wind within a metre per second. A temperature that
 * is high in an hour is as low in the next, which is not told of the wind.
 */
function withQuantiles(series: Series): Series {
  const around = (values: Float32Array, steps: readonly number[]) =>
    steps.map((step) => values.map((each) => each + step));
  const temperature = series.variables.temperature_2m!.values;
  const u = series.variables.wind_u_component_10m!.values;
  return {
    ...series,
    quantiles: {
      temperature_2m: around(temperature, [-2, -1, 0, 1, 2]),
      wind_u_component_10m: around(u, [-1, -0.5, 0, 0.5, 1]),
    },
    rankPaths: {
      temperature_2m: Float32Array.from({ length: series.hours * 200 }, (_, index) => {
        const rank = ((index % 200) + 0.5) / 200;
        return Math.floor(index / 200) % 2 === 0 ? rank : 1 - rank;
      }),
    },
  };
}

export function forecastsOf(init: Hour): Map<string, Series> {
  return new Map([
    ['demo', withQuantiles(seriesOf(STATIONS, init + 1, 24, value, { variables: VARIABLES }))],
    ['persistence', seriesOf(STATIONS, init + 1, 24, (_, id, name) => value(init, id, name), { variables: VARIABLES })],
  ]);
}

export function scoreRows(): ScoreRow[] {
  return [
    ['demo', 0.5],
    ['persistence', 2],
  ].flatMap(([model, error]) =>
    [1, 2].map((lead) => ({
      model: model as string,
      variable: 'temperature_2m' as const,
      lead,
      count: 3,
      sumSquaredError: 3 * (error as number) ** 2 * lead,
      sumAbsoluteError: 3 * (error as number) * lead,
      sumError: -3 * (error as number),
    })),
  );
}

const FAILED_LINE = { at: '2025-02-20T06:00:03.400Z', level: 'error', text: 'a job failed' };
const attemptOf = (more: Partial<JobAttempt>): JobAttempt => ({
  job: 'ingest',
  slot: '2025-02-20T06:00Z',
  to: '2025-02-20T06:00Z',
  attempt: 1,
  state: 'done',
  started_at: '2025-02-20T06:00:01.000Z',
  ended_at: '2025-02-20T06:00:03.500Z',
  error: null,
  note: null,
  trace: 'ab'.repeat(16),
  log: [],
  ingested: null,
  ...more,
});
export const OPERATION: Operation = {
  attempts: () => [
    attemptOf({ job: 'forecast', state: 'failed', error: 'no room on the disk', log: [FAILED_LINE] }),
    attemptOf({
      ingested: {
        added: 12,
        replaced: 0,
        files: [
          {
            file: 'air.nc',
            stations: 3,
            from: '2025-02-20T05:00Z',
            to: '2025-02-20T06:00Z',
            observed: 11,
            interpolated: 0,
            missing: 0,
            rejected: { range: 1, step: 0, persistence: 0, spatial: 0 },
            gap_hours: 0,
          },
        ],
      },
    }),
  ],
  disk: async () => ({ free: 3e9, total: 8e9 }),
  examine: async () => ({ at: 0, checks: [{ check: 'node', state: 'ok', found: 'v20.20.2', mend: null }] }),
};

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of all shapes
  body: any;
}

export interface Service {
  url: string;
  root: string;
  context: ApiContext;
  logged: string[];
  /** Asks, and holds the answer to the API's description. */
  get(path: string, init?: RequestInit): Promise<Answer>;
  describe(): Promise<Description>;
}

export interface ServiceOptions {
  status?: Partial<ServiceStatus>;
  now?: number;
  context?: Partial<ApiContext>;
  /** When to stop; by default at the end of the test. */
  onEnd?: (end: () => unknown) => void;
}

/** Holds the last value; notes what it was given. */
export function holdingPredictor(given: Series[] = [], wait: () => Promise<void> = async () => {}): Predictor {
  return {
    models: [
      { id: 'net', name: 'Network', kind: 'network', weightsSha256: 'cd'.repeat(32) },
      { id: 'persistence', name: 'Persistence', kind: 'baseline', weightsSha256: null },
    ],
    async predict({ observations, init }) {
      given.push(observations);
      await wait();
      const variables = Object.fromEntries(
        Object.entries(observations.variables).map(([name, { values }]) => {
          const held = emptyVariable(24, 1);
          held.values.fill(values[values.length - 1]);
          return [name, held];
        }),
      );
      return { stations: observations.stations, from: init + 1, hours: 24, variables };
    },
  };
}

/** One filled service for all tests of a file, in `beforeAll(...)`: the promise's function stops it. */
export async function shareFilled(
  assign: (service: Service) => void,
  options: ServiceOptions = {},
): Promise<() => Promise<void>> {
  const ends: (() => unknown)[] = [];
  assign(await startFilled({ ...options, onEnd: (end) => ends.unshift(end) }));
  return async () => {
    for (const end of ends) await end();
  };
}

/** An API over an empty store. */
export async function startEmpty(options: ServiceOptions = {}): Promise<Service> {
  const onEnd = options.onEnd ?? onTestFinished;
  const root = temporaryFolder(onEnd);
  const logged: string[] = [];
  const context: ApiContext = {
    observations: new ObservationStore(root),
    runs: new RunStore(root),
    scores: new ScoreStore(root),
    models: new ModelStore([{ root, folder: 'models' }]),
    clock: { now: () => options.now ?? (INIT + 0.5) * 3_600_000 },
    status: () => ({
      clock: { kind: 'replay', secondsPerHour: 3 },
      dataset: 'demo',
      jobs: [],
      engine: ENGINE,
      ...options.status,
    }),
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    version: '0.1.0',
    ...options.context,
  };
  const server = await serve({ app: createApp(context), port: 0, host: '127.0.0.1' });
  onEnd(() => server.close(0));
  let described: Promise<Described> | undefined;
  const describe = () => {
    described ??= fetch(`${server.url}/openapi.json`).then(async (response) => {
      return new Described((await response.json()) as Description);
    });
    return described;
  };
  return {
    url: server.url,
    root,
    context,
    logged,
    describe: async () => (await describe()).document,
    get: async (path, init) => {
      const response = await fetch(server.url + path, init);
      const type = response.headers.get('content-type');
      const isText = !type || /json|text|javascript/.test(type);
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = type?.includes('json') && bytes.length > 0;
      const body = isJson ? JSON.parse(bytes.toString()) : isText ? bytes.toString() : bytes;
      const { status, headers } = response;
      const isPage = context.dashboardDirectory !== undefined && !/^\/(v1|health)/.test(path);
      if (!isPage) {
        const wrong = (await describe()).problems({ method: init?.method ?? 'GET', path, status, type, body });
        if (wrong.length > 0) throw new Error(`${path} is not as described: ${wrong.slice(0, 5).join('; ')}`);
      }
      return { status, headers, body };
    },
  };
}

/** An API over three days of observations, two runs, the scores of one, and a model. */
export async function startFilled(options: ServiceOptions = {}): Promise<Service> {
  const service = await startEmpty({ ...options, context: { operation: OPERATION, ...options.context } });
  const { observations, runs, scores } = service.context;
  await observations.merge('demo', observed(INIT - 71, 72), { source: 'synthetic' });
  for (const init of [INIT - 6, INIT]) {
    const createdAt = new Date((init + 0.1) * 3_600_000).toISOString();
    await runs.publish({ dataset: 'demo', init, leadHours: 24, createdAt, models: MODELS }, forecastsOf(init));
  }
  await scores.publish('demo', INIT - 30, scoreRows());
  const folder = join(service.root, 'models', 'demo');
  mkdirSync(folder, { recursive: true });
  const manifest = {
    kind: 'forecaster',
    id: 'demo',
    name: 'UniRepLKNet, small',
    createdAt: '2025-01-01T00:00:00Z',
    files: { 'weights.safetensors': { bytes: 1, sha256: 'ab'.repeat(32) } },
    training: { dataset: 'sample' },
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
  return service;
}
