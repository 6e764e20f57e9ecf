/**
 * Jobs on many machines: schedulers, of which one leads, put due slots into a queue in PostgreSQL (pg-boss); workers take
 * them. The queue only carries: whether a slot is to be done, by whom, and how it ended, the ledger says, so that a message
 * that is lost, late or delivered twice does no harm.
 *
 *     const cluster = await Cluster.open({ connectionString, dataset, log });
 *     await Promise.all([cluster.schedule(schedule, signal), cluster.work(schedule, signal)]);
 */
import pg from 'pg';
import PgBoss from 'pg-boss';
import type { Forecaster, RunRequest, RunResult } from '../../models/serving/forecaster.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import type { Log } from '../../src/log.ts';
import type { ObservationStore } from '../../src/store/observations.ts';
import type { PartStore, Shard } from '../../src/store/parts.ts';
import type { DueSlot } from '../plan.ts';
import type { Schedule } from '../schedule.ts';
import { pause, whileLeader } from './leader.ts';
import { PgLedger } from './pg-ledger.ts';

export interface ClusterOptions {
  connectionString: string;
  dataset: string;
  log: Log;
  /** How often the leader plans, milliseconds. */
  planMs?: number;
  /** A process that was not heard of for so long, in milliseconds, is taken for dead. */
  silenceMs?: number;
}

/** A shard of a run, as the queue carries it. */
interface ShardTask {
  init: Hour;
  shard: Shard;
}

export interface ShardingOptions {
  forecaster: Pick<Forecaster, 'run' | 'part' | 'models'>;
  observations: ObservationStore;
  parts: PartStore;
  /** A forecast of more stations than this is cut into shards. */
  stationsPerShard?: number;
}

const STATIONS_PER_SHARD = 2_500;
/** After so long a shard that is missing is asked for again. */
const ASK_AGAIN_MS = 60_000;

/** Nobody makes runs that are older than this, in hours, any more. */
const SWEPT_AFTER_HOURS = 48;
/** Longer than any attempt; the ledger notices a worker that died long before. */
const EXPIRE_SECONDS = 2 * 3600;
const POLL_SECONDS = 0.5;

export class Cluster {
  readonly ledger: PgLedger;
  readonly #options: ClusterOptions;
  readonly #pool: pg.Pool;
  readonly #boss: PgBoss;

  private constructor(options: ClusterOptions, pool: pg.Pool, ledger: PgLedger, boss: PgBoss) {
    this.#options = options;
    this.#pool = pool;
    this.ledger = ledger;
    this.#boss = boss;
  }

  /** @throws KernelcastError `ENVIRONMENT` when the database cannot be reached, or refuses */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const { connectionString, dataset, log, silenceMs } = options;
    const pool = new pg.Pool({ connectionString, max: 4 });
    // A connection that breaks while it is idle is replaced when one is needed.
    pool.on('error', (error) => log.warn({ err: error }, 'a connection to the database was lost'));
    const ledger = await PgLedger.open({ pool, dataset, silenceMs });
    const boss = new PgBoss({ connectionString, schema: 'kernelcast_queue', max: 4 });
    boss.on('error', (error) => log.warn({ err: error }, 'the queue has trouble'));
    await boss.start();
    for (const name of [queueOf(dataset), shardQueueOf(dataset)]) {
      await boss.createQueue(name, { name, policy: 'short' });
    }
    return new Cluster(options, pool, ledger, boss);
  }

  /** Plans while this process leads, until the signal is raised. */
  async schedule(schedule: Schedule, signal: AbortSignal): Promise<void> {
    const { connectionString, dataset, log, planMs = 5_000 } = this.#options;
    await whileLeader({ connectionString, name: dataset, log }, signal, async (leads) => {
      while (!leads.aborted) {
        try {
          for (const due of await schedule.planOnly()) await this.#send(due);
        } catch (error) {
          log.error({ err: error }, 'nothing can be planned now');
        }
        await pause(planMs, leads);
      }
    });
  }

  /** Does slots, one of a job at a time, until the signal is raised; then lets those at work end. */
  async work(schedule: Schedule, signal: AbortSignal): Promise<void> {
    const { dataset, log } = this.#options;
    const options = { batchSize: 1, pollingIntervalSeconds: POLL_SECONDS };
    // As many lanes as jobs: none waits for another.
    for (let lane = 0; lane < schedule.policies.length; lane++) {
      await this.#boss.work<DueSlot>(queueOf(dataset), options, async ([{ data }]) => {
        const isDone = await schedule.attempt(data);
        if (!isDone) log.debug({ job: data.job, slot: formatHour(data.slot) }, 'the slot is in other hands');
      });
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await this.#boss.offWork(queueOf(dataset));
    await schedule.stop();
  }

  /** Computes shards for whoever makes the run, until the signal is raised. */
  async workShards({ forecaster }: ShardingOptions, signal: AbortSignal): Promise<void> {
    const { dataset, log } = this.#options;
    const options = { batchSize: 1, pollingIntervalSeconds: POLL_SECONDS };
    await this.#boss.work<ShardTask>(shardQueueOf(dataset), options, async ([{ data }]) => {
      try {
        await forecaster.part({ dataset, ...data });
      } catch (error) {
        log.error({ err: error, ...data.shard, init: formatHour(data.init) }, 'a shard failed; it is asked for again');
      }
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await this.#boss.offWork(shardQueueOf(dataset));
  }

  /** A forecaster whose large runs are cut into shards, computed by all workers and put together here. */
  sharding(options: ShardingOptions, signal: AbortSignal): Pick<Forecaster, 'run'> {
    return { run: (request) => this.#runInShards(options, request, signal) };
  }

  async #runInShards(
    { forecaster, observations, parts, stationsPerShard = STATIONS_PER_SHARD }: ShardingOptions,
    request: RunRequest,
    signal: AbortSignal,
  ): Promise<RunResult> {
    const { dataset } = request;
    const { stations, to } = await observations.describe(dataset);
    const init = request.init ?? to - 1;
    const count = Math.ceil(stations.length / stationsPerShard);
    if (count < 2) return forecaster.run(request);
    const [{ id: model }] = forecaster.models;
    const ended = new AbortController();
    const run = forecaster.run({ ...request, init, shards: count }).finally(() => ended.abort());
    const asked = this.#askForShards(
      async () => {
        const there = await parts.list(dataset, init, model, count);
        return Array.from({ length: count }, (_, index) => ({ init, shard: { index, count } })).filter(
          ({ shard }) => !there.has(shard.index),
        );
      },
      AbortSignal.any([signal, ended.signal]),
    );
    const result = await run;
    await asked;
    await parts.remove(dataset, init);
    await parts.sweep(dataset, init - SWEPT_AFTER_HOURS);
    return result;
  }

  /** Asks for the shards that are missing, and again after a while: the worker that took one may have died. */
  async #askForShards(missing: () => Promise<ShardTask[]>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const task of await missing()) await this.#sendShard(task);
      } catch (error) {
        this.#options.log.warn({ err: error }, 'shards cannot be asked for now');
      }
      await pause(ASK_AGAIN_MS, signal);
    }
  }

  async #sendShard(task: ShardTask): Promise<void> {
    const singletonKey = `${formatHour(task.init)} ${task.shard.index}/${task.shard.count}`;
    await this.#boss.send(shardQueueOf(this.#options.dataset), task, {
      singletonKey,
      retryLimit: 0,
      expireInSeconds: EXPIRE_SECONDS,
    });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false }).catch(() => {});
    await this.ledger.close();
    await this.#pool.end();
  }

  /** Once as long as nobody has taken it. */
  async #send(due: DueSlot): Promise<void> {
    const singletonKey = `${due.job}@${formatHour(due.slot)}#${due.attempt}`;
    await this.#boss.send(queueOf(this.#options.dataset), due, {
      singletonKey,
      retryLimit: 0,
      expireInSeconds: EXPIRE_SECONDS,
    });
  }
}

function queueOf(dataset: string): string {
  return `slots-${dataset}`;
}

function shardQueueOf(dataset: string): string {
  return `shards-${dataset}`;
}
