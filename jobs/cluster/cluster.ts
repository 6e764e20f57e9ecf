/**
 * Jobs on many machines, which share a database: the ledger, in which each worker takes the slots that it does, and a queue (pg-boss) for
 * the shards of large forecasts. The queue only carries: a message that is lost, late or delivered twice does no harm. Who
 * waits for either is woken.
 *
 *     const cluster = await Cluster.open({ connectionString, dataset, log });
 *     await schedule.keep(signal, { bell: cluster.bell('ledger') });
 */
import pg from 'pg';
import PgBoss from 'pg-boss';
import { Bell } from '../../src/domain/bell.ts';
import type { Log } from '../../src/log.ts';
import { raised } from '../schedule/pause.ts';
import { PgLedger, unreachable } from './pg-ledger.ts';
import { listen, type Topic, topicOf, wake } from './wake.ts';

export interface ClusterOptions {
  connectionString: string;
  dataset: string;
  log: Log;
  /** A process that was not heard of for so long, in milliseconds, is taken for dead. */
  silenceMs?: number;
}

/** Longer than a shard takes. */
const SHARD_SECONDS = 7_200;
/** Of whom the database cannot wake. */
const POLL_SECONDS = 0.5;

export class Cluster {
  readonly ledger: PgLedger;
  readonly dataset: string;
  readonly log: Log;
  readonly #options: ClusterOptions;
  readonly #pool: pg.Pool;
  readonly #boss: PgBoss;
  /** What to do when somebody is woken, by what it is about. */
  readonly #heard = new Map<string, Set<() => void>>();
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
      const ledger = await PgLedger.open({ pool, dataset, silenceMs, topic: topicOf(dataset, 'ledger') });
      const cluster = new Cluster(options, pool, ledger, boss);
      await cluster.#makeQueues();
      return cluster;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => {});
      await pool.end();
      throw unreachable(error);
    }
  }

  /** Puts something into a queue of the dataset: once, as long as nobody has taken it. */
  async send(queue: 'shards', data: object, key: string): Promise<void> {
    const options = { singletonKey: key, retryLimit: 0, expireInSeconds: SHARD_SECONDS };
    await this.#boss.send(topicOf(this.dataset, queue), data, options);
    await this.wake(queue);
  }

  /** Wakes all who `hear` of something. Who cannot be woken now looks by himself. */
  async wake(topic: Topic): Promise<void> {
    await wake(this.#pool, topicOf(this.dataset, topic)).catch(() => {});
  }

  /** Until the returned function is called, `wake` of the topic in any process of the cluster calls this. */
  hear(topic: Topic, onWake: () => void): () => void {
    const name = topicOf(this.dataset, topic);
    const heard = this.#heard.get(name) ?? new Set();
    this.#heard.set(name, heard.add(onWake));
    this.#listening ??= listen(this.#options, this.#closed.signal, (woken) => {
      for (const each of this.#heard.get(woken) ?? []) each();
    });
    return () => heard.delete(onWake);
  }

  /** A bell that `wake` of the topic rings. */
  bell(topic: Topic): Bell {
    const bell = new Bell();
    this.hear(topic, () => bell.ring());
    return bell;
  }

  /** Takes what comes into a queue, one after the other, until the signal is raised. */
  async take<T>(queue: 'shards', signal: AbortSignal, work: (data: T) => Promise<void>): Promise<void> {
    const name = topicOf(this.dataset, queue);
    const options = { batchSize: 1, pollingIntervalSeconds: POLL_SECONDS };
    const taker = await this.#boss.work<T>(name, options, ([{ data }]) => work(data));
    const forget = this.hear(queue, () => this.#boss.notifyWorker(taker));
    await raised(signal);
    forget();
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
      const shards = topicOf(this.dataset, 'shards');
      await this.#boss.createQueue(shards, { name: shards, policy: 'short' });
      await client.query(`SELECT pg_advisory_unlock(${lock})`, name);
      client.release();
    } catch (error) {
      // Its lock goes with it.
      client.release(true);
      throw error;
    }
  }
}
