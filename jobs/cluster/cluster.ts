/**
 * Jobs on many machines: schedulers, of which one leads, put due slots into queues in PostgreSQL (pg-boss), one for each job;
 * workers take them. The queues only carry: whether a slot is to be done, by whom, and how it ended, the ledger says, so that a
 * message that is lost, late or delivered twice does no harm.
 *
 *     const cluster = await Cluster.open({ connectionString, dataset, log });
 *     await Promise.all([cluster.schedule(schedule, signal), cluster.work(schedule, signal)]);
 */
import pg from 'pg';
import PgBoss from 'pg-boss';
import { formatHour } from '../../src/domain/time.ts';
import type { Log } from '../../src/log.ts';
import { pause, raised } from '../schedule/pause.ts';
import type { DueSlot, JobPolicy } from '../schedule/plan.ts';
import { POLICIES } from '../schedule/policies.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { whileLeader } from './leader.ts';
import { PgLedger, unreachable } from './pg-ledger.ts';
import { listen, wake } from './wake.ts';

export interface ClusterOptions {
  connectionString: string;
  dataset: string;
  log: Log;
  /** How often the leader plans, milliseconds. */
  planMs?: number;
  /** A process that was not heard of for so long, in milliseconds, is taken for dead. */
  silenceMs?: number;
}

/** Twice as long as an attempt may take; pg-boss knows no more than a day. The ledger notices a worker that died long before. */
const expireSeconds = ({ timeoutMs }: JobPolicy) => Math.min(timeoutMs / 500, 86_400);
/** Longer than a shard takes. */
const SHARD_SECONDS = 7_200;
const POLL_SECONDS = 0.5;

export class Cluster {
  readonly ledger: PgLedger;
  readonly dataset: string;
  readonly log: Log;
  readonly #options: ClusterOptions;
  readonly #pool: pg.Pool;
  readonly #boss: PgBoss;
  /** What to do when somebody is woken, by what it is about. */
  readonly #heard = new Map<string, () => void>();
  readonly #closed = new AbortController();
  #listening: Promise<void> | undefined;

  private constructor(options: ClusterOptions, pool: pg.Pool, ledger: PgLedger, boss: PgBoss) {
    this.#options = options;
    this.dataset = options.dataset;
    this.log = options.log;
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
    const boss = new PgBoss({ connectionString, schema: 'kernelcast_queue', max: 4 });
    boss.on('error', (error) => log.warn({ err: error }, 'the queue has trouble'));
    try {
      const ledger = await PgLedger.open({ pool, dataset, silenceMs });
      const cluster = new Cluster(options, pool, ledger, boss);
      await cluster.#makeQueues();
      return cluster;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => {});
      await pool.end();
      throw unreachable(error);
    }
  }

  /** Plans while this process leads, until the signal is raised. */
  async schedule(schedule: Schedule, signal: AbortSignal): Promise<void> {
    const { connectionString, dataset, log, planMs = 5_000 } = this.#options;
    await whileLeader({ connectionString, name: dataset, log }, signal, async (leads) => {
      while (!leads.aborted) {
        try {
          for (const due of await schedule.planOnly()) {
            const policy = schedule.policies.find(({ name }) => name === due.job)!;
            await this.send(due.job, due, `${formatHour(due.slot)}#${due.attempt}`, expireSeconds(policy));
          }
        } catch (error) {
          log.error({ err: error }, 'nothing can be planned now');
        }
        await pause(planMs, leads);
      }
    });
  }

  /** Does slots, one of a job at a time, until the signal is raised; then lets those at work end. */
  async work(schedule: Schedule, signal: AbortSignal): Promise<void> {
    const lanes = schedule.policies.map(({ name }) =>
      this.take<DueSlot>(name, signal, async (due) => {
        const isDone = await schedule.attempt(due);
        if (!isDone) this.log.debug({ job: due.job, slot: formatHour(due.slot) }, 'the slot is in other hands');
      }),
    );
    await Promise.all(lanes);
    await schedule.stop();
  }

  /** Puts something into a queue of the dataset: once, as long as nobody has taken it. */
  async send(queue: string, data: object, key: string, expireInSeconds = SHARD_SECONDS): Promise<void> {
    const options = { singletonKey: key, retryLimit: 0, expireInSeconds };
    await this.#boss.send(topicOf(this.dataset, queue), data, options);
    await this.wake(queue);
  }

  /** Wakes all who `hear` of something. Who cannot be woken now looks by himself. */
  async wake(topic: string): Promise<void> {
    await wake(this.#pool, topicOf(this.dataset, topic)).catch(() => {});
  }

  /** From now on, `wake` of the topic in any process of the cluster calls this. */
  hear(topic: string, onWake: () => void): void {
    this.#heard.set(topicOf(this.dataset, topic), onWake);
    this.#listening ??= listen(this.#options, this.#closed.signal, (name) => this.#heard.get(name)?.());
  }

  /** Takes what comes into a queue, one after the other, until the signal is raised. */
  async take<T>(queue: string, signal: AbortSignal, work: (data: T) => Promise<void>): Promise<void> {
    const name = topicOf(this.dataset, queue);
    const options = { batchSize: 1, pollingIntervalSeconds: POLL_SECONDS };
    const taker = await this.#boss.work<T>(name, options, ([{ data }]) => work(data));
    this.hear(queue, () => this.#boss.notifyWorker(taker));
    await raised(signal);
    this.#heard.delete(name);
    await this.#boss.offWork(name);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#listening;
    await this.#boss.stop({ graceful: false }).catch(() => {});
    await this.ledger.close();
    await this.#pool.end();
  }

  /** One process at a time: those that begin together would lock each other out for good. */
  async #makeQueues(): Promise<void> {
    const client = await this.#pool.connect();
    const lock = 'hashtextextended($1, 0)';
    const name = ['kernelcast queues'];
    try {
      await client.query(`SELECT pg_advisory_lock(${lock})`, name);
      await this.#boss.start();
      for (const queue of QUEUES) {
        const name = topicOf(this.dataset, queue);
        await this.#boss.createQueue(name, { name, policy: 'short' });
      }
      await client.query(`SELECT pg_advisory_unlock(${lock})`, name);
      client.release();
    } catch (error) {
      // Its lock goes with it.
      client.release(true);
      throw error;
    }
  }
}

/** One for each job, so that a worker that is at one of a job takes no other of it; and one for shards of forecasts. */
const QUEUES = [...Object.values(POLICIES).map(({ name }) => name), 'shards'];
function topicOf(dataset: string, queue: string): string {
  return `${dataset}/${queue}`;
}
