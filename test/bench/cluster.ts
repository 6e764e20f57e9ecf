/**
 * `npm run bench -- cluster [STATIONS]`: one forecast of 38,500 stations (a thread each) by the coordinator alone, and in shards
 * by one worker and by two, over a PostgreSQL of its own. `seconds` pass until it is published, of which `together` when all
 * shards are there (or up to 0.05 less); `processorSeconds` is what all processes computed, and `overhead` by how much that is
 * more than without shards. The first run of each is for warming up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import { STATIONS_PER_SHARD, shardedForecaster } from '../../jobs/cluster/sharding.ts';
import { openFollowing } from '../../jobs/following-forecaster.ts';
import { DEFAULT_MODEL } from '../../models/registry.ts';
import type { Forecaster } from '../../models/serving/forecaster.ts';
import { openLocalForecaster } from '../../models/serving/local-forecaster.ts';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import { createLog } from '../../src/log.ts';
import { ObservationStore } from '../../src/store/observations.ts';
import { PartStore } from '../../src/store/parts.ts';
import { Postgres } from '../cluster/postgres.ts';
import { report } from './measure.ts';

const DATASET = 'bench';
const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const HOURS = 60;

interface Bench {
  root: string;
  connectionString: string;
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
  const bench: Bench = { root, connectionString: database.url, stations: Number(count), workers: [] };
  try {
    const { stations, workers } = bench;
    await new ObservationStore(root).merge(DATASET, world(stations), { source: 'bench' });
    const alone = await measureAlone(bench, FROM + HOURS - 5);
    report({ bench: 'cluster', stations, workers: 0, ...rounded({ ...alone }) });
    let one: number | undefined;
    for (const wanted of [1, 2]) {
      workers.push(await Worker.start(root, database.url));
      const measured = await measureSharded(bench, FROM + HOURS - 5 + 2 * wanted);
      one ??= measured.seconds;
      const speedup = one / measured.seconds;
      const overhead = measured.processorSeconds / alone.processorSeconds - 1;
      report({ bench: 'cluster', stations, workers: wanted, ...rounded({ ...measured, speedup, overhead }) });
    }
  } finally {
    for (const worker of bench.workers) worker.end();
    database.remove();
    await rm(root, { recursive: true });
  }
}

async function measureAlone(bench: Bench, init: number): Promise<Measured> {
  const forecaster = await openCoordinator(bench);
  await forecaster.run({ dataset: DATASET, init: init - 1, now: Date.now() });
  const { end } = await begin(bench);
  await forecaster.run({ dataset: DATASET, init, now: Date.now() });
  const measured = await end();
  await forecaster.close();
  return measured;
}

async function measureSharded(bench: Bench, init: number): Promise<Measured & { together: number }> {
  const { root, connectionString, stations } = bench;
  const forecaster = await openCoordinator(bench);
  const cluster = await Cluster.open({ connectionString, dataset: DATASET, log: createLog('warn') });
  const parts = new PartStore(root);
  const following = await openFollowing({ open: async () => forecaster, serving: async () => undefined });
  const options = { forecaster: following, observations: new ObservationStore(root), parts };
  const sharded = shardedForecaster(cluster, options, new AbortController().signal);
  await sharded.run({ dataset: DATASET, init: init - 1, now: Date.now() });
  const { start, end } = await begin(bench);
  const running = sharded.run({ dataset: DATASET, init, now: Date.now() });
  const count = Math.ceil(stations / STATIONS_PER_SHARD);
  // Until the last look at which one was missing: looking more often would take time from those who are looked at.
  let shards = 0;
  while ((await parts.list(DATASET, init, forecaster.models[0].id, count)).size < count) {
    shards = (performance.now() - start) / 1000;
    await sleep(50);
  }
  await running;
  const measured = await end();
  await cluster.close();
  await forecaster.close();
  return { ...measured, together: measured.seconds - shards };
}

function openCoordinator({ root }: Bench): Promise<Forecaster> {
  return openLocalForecaster({ root, network: DEFAULT_MODEL, threads: 1 });
}

async function begin({ workers }: Bench): Promise<{ start: number; end: () => Promise<Measured> }> {
  const processor = async () => {
    const { user, system } = process.cpuUsage();
    const theirs = await Promise.all(workers.map((worker) => worker.processorSeconds()));
    return theirs.reduce((sum, seconds) => sum + seconds, (user + system) / 1e6);
  };
  const before = await processor();
  const start = performance.now();
  const end = async () => {
    const seconds = (performance.now() - start) / 1000;
    return { seconds, processorSeconds: (await processor()) - before };
  };
  return { start, end };
}

class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static async start(root: string, url: string): Promise<Worker> {
    const args = ['--import', 'tsx', 'test/bench/cluster/worker.ts', root, url, DEFAULT_MODEL];
    const worker = new Worker(
      spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    await worker.#line();
    return worker;
  }

  async processorSeconds(): Promise<number> {
    this.#child.stdin!.write('\n');
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
