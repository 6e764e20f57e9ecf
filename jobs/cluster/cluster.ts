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
import { formatHour } from '../../src/domain/time.ts';
import type { Log } from '../../src/log.ts';
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
    await boss.createQueue(queueOf(dataset), { name: queueOf(dataset), policy: 'short' });
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
