/**
 * A large forecast is cut into shards by branches of the station tree; all workers compute them, and who has the slot puts them
 * together and publishes them. The queue only carries: a shard that is there need not be computed, and one that is missing
 * for a minute is asked for again. Whoever has laid one down wakes who waits for it.
 */

import type { FollowingForecaster } from '../../models/serving/following-forecaster.ts';
import type { Forecaster, RunRequest, RunResult } from '../../models/serving/forecaster.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import type { ObservationStore } from '../../src/store/observations/observations.ts';
import { type Cut, type PartStore, type Shard, tableOf } from '../../src/store/runs/parts.ts';
import { currentTrace, newTrace, withTrace } from '../../src/trace.ts';
import { pause } from '../schedule/pause.ts';
import type { Cluster } from './cluster.ts';

/** A shard of a run, as the queue carries it. */
interface ShardTask {
  init: Hour;
  /** Of a table of stations; who has another one by now refuses. */
  shard: Shard & Cut;
  /** The id of the model that the run was begun with. */
  model: string;
  /** Of the slot that asks for it. */
  trace: string;
}

export interface ShardingOptions {
  forecaster: Pick<FollowingForecaster, 'run' | 'part' | 'partArrived' | 'models' | 'follow'>;
  observations: ObservationStore;
  parts: PartStore;
  /** A forecast of more stations than this is cut into shards. */
  stationsPerShard?: number;
}

export const STATIONS_PER_SHARD = 2_500;
const QUEUE = 'shards';
/** Where it is told that a shard is there. */
const ARRIVALS = 'parts';
/** After so long a shard that is missing is asked for again: the worker that took it may have died. */
const ASK_AGAIN_MS = 60_000;
/** Nobody makes runs that are older than this, in hours, any more. */
const SWEPT_AFTER_HOURS = 48;

/** Computes shards for whoever makes the run, until the signal is raised. */
export function workShards(
  cluster: Cluster,
  { forecaster }: { forecaster: Pick<FollowingForecaster, 'part'> },
  signal: AbortSignal,
): Promise<void> {
  const { dataset, log } = cluster;
  return cluster.take<ShardTask>(QUEUE, signal, ({ trace, init, shard, model }) =>
    withTrace(trace, async () => {
      const began = performance.now();
      const where = { ...shard, init: formatHour(init) };
      try {
        await forecaster.part({ dataset, init, shard, model });
        await cluster.wake(ARRIVALS);
        log.debug({ ...where, seconds: (performance.now() - began) / 1000 }, 'a shard is there');
      } catch (error) {
        log.error({ err: error, ...where }, 'a shard failed; it is asked for again');
      }
    }),
  );
}

/** A forecaster whose large runs are computed by all workers and put together here. */
export function shardedForecaster(
  cluster: Cluster,
  options: ShardingOptions,
  signal: AbortSignal,
): Pick<Forecaster, 'run'> {
  cluster.hear(ARRIVALS, () => options.forecaster.partArrived());
  return { run: (request) => runInShards(cluster, options, request, signal) };
}

async function runInShards(
  cluster: Cluster,
  { forecaster, observations, parts, stationsPerShard = STATIONS_PER_SHARD }: ShardingOptions,
  request: RunRequest,
  signal: AbortSignal,
): Promise<RunResult> {
  const { dataset } = request;
  const { stations, to } = await observations.describe(dataset);
  const init = request.init ?? to - 1;
  const count = Math.ceil(stations.length / stationsPerShard);
  if (count < 2) return forecaster.run(request);
  await forecaster.follow();
  const [{ id: model }] = forecaster.models;
  const cut = { count, table: tableOf(stations) };
  const missing = async () => {
    const there = await parts.list(dataset, init, model, cut);
    const shards = Array.from({ length: count }, (_, index) => ({ index, ...cut }));
    return shards.filter(({ index }) => !there.has(index));
  };
  const ended = new AbortController();
  const run = forecaster.run({ ...request, init, model, cut }).finally(() => ended.abort());
  const asked = askFor(cluster, { init, model }, missing, AbortSignal.any([signal, ended.signal]));
  const result = await run;
  await asked;
  await parts.remove(dataset, init);
  await parts.sweep(dataset, init - SWEPT_AFTER_HOURS);
  return result;
}

async function askFor(
  cluster: Cluster,
  run: { init: Hour; model: string },
  missing: () => Promise<(Shard & Cut)[]>,
  signal: AbortSignal,
): Promise<void> {
  const trace = currentTrace() ?? newTrace();
  while (!signal.aborted) {
    try {
      for (const shard of await missing()) {
        const task: ShardTask = { ...run, shard, trace };
        await cluster.send(
          QUEUE,
          task,
          `${formatHour(run.init)} ${run.model} ${shard.index}/${shard.count} ${shard.table}`,
        );
      }
    } catch (error) {
      cluster.log.warn({ err: error }, 'shards cannot be asked for now');
    }
    await pause(ASK_AGAIN_MS, signal);
  }
}
