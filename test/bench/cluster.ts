/**
 * `npm run bench -- cluster [STATIONS]`: one forecast of 38,500 stations in one piece, and in shards by one worker and by two, over
 * a PostgreSQL of its own. A worker is a process of one thread, which collects its garbage too: else one worker alone would have
 * the second core for that. As in a service the first worker has the slot: it asks for the shards, computes shards itself, and puts
 * all together. `seconds` pass until it is published, of which `together` when all shards are there (or up to 0.05 less), and
 * `overhead` is the share of that; `processorSeconds` is what all processes computed. Medians of RUNS runs; the first of each is for
 * warming up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATIONS_PER_SHARD } from '../../jobs/cluster/sharding.ts';
import { INPUT_HOURS } from '../../models/forecast-model.ts';
import { openLocalForecaster } from '../../models/serving/local-forecaster.ts';
import { DEFAULT_MODEL } from '../../models/serving/registry.ts';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { PartStore, tableOf } from '../../src/store/runs/parts.ts';
import { Postgres } from '../cluster/postgres.ts';
import { report, summarise } from './measure.ts';

const DATASET = 'bench';
const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const HOURS = 60;

/** Of each, after one for warming up. */
const RUNS = 3;
/** Each run is of an hour of its own. */
let nextInit = FROM + INPUT_HOURS - 1;

interface Bench {
  root: string;
  stations: number;
  workers: Worker[];
}

interface Measured {
  seconds: number;
  processorSeconds: number;
}

export async function run([count = '38500']: string[]): Promise<void> {
  const root = await mkdtemp(join(process.cwd(), '.bench-'));
  const database = await Postgres.start();
  const bench: Bench = { root, stations: Number(count), workers: [] };
  const { stations, workers } = bench;
  try {
    await new ObservationStore(root).merge(DATASET, world(stations), { source: 'bench' });
    const { model, ...alone } = await measureAlone(bench);
    report({ bench: 'cluster', stations, workers: 0, ...rounded({ ...alone }) });
    let one: number | undefined;
    for (const wanted of [1, 2]) {
      workers.push(await Worker.start(root, database.url));
      await measureSharded(bench, model);
      const measured: Awaited<ReturnType<typeof measureSharded>>[] = [];
      for (let run = 0; run < RUNS; run++) measured.push(await measureSharded(bench, model));
      const [seconds, together, processorSeconds] = (['seconds', 'together', 'processorSeconds'] as const).map(
        (name) => summarise(measured.map((each) => each[name])).median,
      );
      one ??= seconds;
      const figures = { seconds, processorSeconds, together, overhead: together / seconds, speedup: one / seconds };
      report({ bench: 'cluster', stations, workers: wanted, ...rounded(figures) });
    }
  } finally {
    for (const worker of workers) worker.end();
    database.remove();
    await rm(root, { recursive: true });
  }
}

async function measureAlone({ root }: Bench): Promise<Measured & { model: string }> {
  const forecaster = await openLocalForecaster({ root, network: DEFAULT_MODEL, threads: 1 });
  const [{ id: model }] = forecaster.models;
  const measured = [];
  for (let run = 0; run <= RUNS; run++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await forecaster.run({ dataset: DATASET, init: nextInit++, now: Date.now() });
    const { user, system } = process.cpuUsage(before);
    measured.push({ seconds: (performance.now() - start) / 1000, processorSeconds: (user + system) / 1e6 });
  }
  await forecaster.close();
  const warm = measured.slice(1);
  return {
    model,
    seconds: summarise(warm.map(({ seconds }) => seconds)).median,
    processorSeconds: summarise(warm.map(({ processorSeconds }) => processorSeconds)).median,
  };
}

async function measureSharded(
  { root, stations, workers }: Bench,
  model: string,
): Promise<Measured & { together: number }> {
  const parts = new PartStore(root);
  const init = nextInit++;
  const before = await processorOf(workers);
  const start = performance.now();
  let isRunning = true;
  const running = workers[0].ask(`run ${init}`).finally(() => {
    isRunning = false;
  });
  const { stations: table } = await new ObservationStore(root).describe(DATASET);
  const cut = { count: Math.ceil(stations / STATIONS_PER_SHARD), table: tableOf(table) };
  // Until the last look at which one was missing: looking more often would take time from those who are looked at.
  let shards = 0;
  while (isRunning && (await parts.list(DATASET, init, model, cut)).size < cut.count) {
    shards = (performance.now() - start) / 1000;
    await sleep(50);
  }
  await running;
  const seconds = (performance.now() - start) / 1000;
  return { seconds, together: seconds - shards, processorSeconds: (await processorOf(workers)) - before };
}

async function processorOf(workers: readonly Worker[]): Promise<number> {
  const seconds = await Promise.all(workers.map((worker) => worker.ask('processor')));
  return seconds.reduce((sum, each) => sum + each, 0);
}

class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static async start(root: string, url: string): Promise<Worker> {
    const args = [
      '--single-threaded-gc',
      '--import',
      'tsx',
      'test/bench/cluster/worker.ts',
      root,
      url,
      DEFAULT_MODEL,
      DATASET,
    ];
    const worker = new Worker(
      spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await worker.#line();
    return worker;
  }

  /** @returns its seconds of processor time after what it was asked to do */
  async ask(what: string): Promise<number> {
    this.#child.stdin!.write(`${what}\n`);
    return Number(await this.#line());
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('a worker has ended');
    return value;
  }
}

function rounded(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 100) / 100]));
}

function world(count: number): Series {
  const { uniform } = seededRandom('cluster');
  const stations = Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    name: `Place ${i}`,
    country: '',
    latitude: 170 * uniform() - 85,
    longitude: 360 * uniform() - 180,
    elevation: null,
  }));
  const series: Series = { stations, from: FROM, hours: HOURS, variables: {} };
  for (const name of ['temperature_2m', 'wind_u_component_10m', 'wind_v_component_10m', 'wind_speed_10m'] as const) {
    const variable = emptyVariable(HOURS, count);
    for (let i = 0; i < variable.values.length; i++) variable.values[i] = 20 * uniform();
    variable.flags.fill(FLAG.OBSERVED);
    series.variables[name] = variable;
  }
  return series;
}
