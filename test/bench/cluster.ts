/**
 * `npm run bench -- cluster [STATIONS]`: one forecast of 38,500 stations in shards, by one worker and by two, a thread each, over
 * a PostgreSQL of its own; seconds. `together` is what the coordinator does when all shards are there: putting
 * together and publishing. The first run of each is for warming up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import { STATIONS_PER_SHARD, shardedForecaster } from '../../jobs/cluster/sharding.ts';
import { openFollowing } from '../../jobs/following-forecaster.ts';
import { DEFAULT_MODEL } from '../../models/registry.ts';
import { openLocalForecaster } from '../../models/serving/local-forecaster.ts';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import { createLog } from '../../src/log.ts';
import { ObservationStore } from '../../src/store/observations.ts';
import { PartStore } from '../../src/store/parts.ts';
import { Postgres } from '../cluster/postgres.ts';
import { report } from './measure.ts';

const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const HOURS = 60;

export async function run([count = '38500']: string[]): Promise<void> {
  const root = await mkdtemp(join(process.cwd(), '.bench-'));
  const database = await Postgres.start();
  const workers: ChildProcess[] = [];
  try {
    const stations = Number(count);
    await new ObservationStore(root).merge('bench', world(stations), { source: 'bench' });
    let one: number | undefined;
    for (const wanted of [1, 2]) {
      workers.push(await startWorker(root, database.url));
      const measured = await forecast(root, database.url, stations, FROM + HOURS - 6 + 2 * wanted);
      one ??= measured.seconds;
      const speedup = Math.round((100 * one) / measured.seconds) / 100;
      report({ bench: 'cluster', stations, workers: wanted, ...measured, speedup });
    }
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    database.remove();
    await rm(root, { recursive: true });
  }
}

async function forecast(root: string, connectionString: string, stations: number, init: number) {
  const dataset = 'bench';
  const forecaster = await openLocalForecaster({ root, network: DEFAULT_MODEL, threads: 1 });
  const cluster = await Cluster.open({ connectionString, dataset, log: createLog('warn') });
  const parts = new PartStore(root);
  const following = await openFollowing({ open: async () => forecaster, serving: async () => undefined });
  const options = { forecaster: following, observations: new ObservationStore(root), parts };
  const sharded = shardedForecaster(cluster, options, new AbortController().signal);
  await sharded.run({ dataset, init: init - 1, now: Date.now() });
  const start = performance.now();
  const running = sharded.run({ dataset, init, now: Date.now() });
  const count = Math.ceil(stations / STATIONS_PER_SHARD);
  while ((await parts.list(dataset, init, forecaster.models[0].id, count)).size < count) await sleep(20);
  const shards = performance.now() - start;
  await running;
  const seconds = (performance.now() - start) / 1000;
  await cluster.close();
  await forecaster.close();
  const round = (value: number) => Math.round(value * 100) / 100;
  const together = seconds - shards / 1000;
  return { seconds: round(seconds), shards: round(shards / 1000), together: round(together) };
}

function startWorker(root: string, url: string): Promise<ChildProcess> {
  const args = ['--import', 'tsx', 'test/bench/cluster/worker.ts', root, url, DEFAULT_MODEL];
  const child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
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
