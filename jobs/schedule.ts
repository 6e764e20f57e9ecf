/**
 * The schedule: each hour all jobs, one after the other, each execution written to the ledger. A job that fails is told and
 * does not keep the others from their turn; the next hour is its next chance. Doing an hour twice does no harm.
 */
import cron from 'node-cron';
import type { JobStatus } from '../src/api/context.ts';
import { type Clock, systemClock } from '../src/domain/clock.ts';
import { formatHour, type Hour, hourOf } from '../src/domain/time.ts';
import { isKernelcastError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import type { JobLedger } from './ledger.ts';

export interface Job {
  name: string;
  /** @param slot the hour that the job is run for */
  run(slot: Hour): Promise<void>;
}

export class Schedule {
  readonly #jobs: readonly Job[];
  readonly #ledger: JobLedger;
  readonly #log: Log;
  #running: { job: string; done: Promise<void> } | undefined;
  #stopped = false;

  constructor(jobs: readonly Job[], { ledger, log }: { ledger: JobLedger; log: Log }) {
    this.#jobs = jobs;
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Runs all jobs for an hour. */
  async tick(slot: Hour): Promise<void> {
    for (const job of this.#jobs) {
      if (this.#stopped) return;
      await this.#run(job, slot);
    }
  }

  /** Begins no further job, and resolves when the one that is running has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.done;
  }

  /** @param nextAt when the jobs run next, ISO 8601 */
  status(nextAt: string | null): JobStatus[] {
    return this.#jobs.map(({ name }) => {
      const last = this.#ledger.last(name);
      return {
        name,
        state: this.#running?.job === name ? 'running' : (last?.state ?? 'waiting'),
        lastSlot: last?.slot ?? null,
        lastFinishedAt: last?.finishedAt ?? null,
        nextAt,
        lastError: last?.error ?? null,
      };
    });
  }

  async #run(job: Job, slot: Hour): Promise<void> {
    // Begun after it is named as running, since a job may ask for the status.
    const done = Promise.resolve().then(() => this.#execute(job, slot));
    this.#running = { job: job.name, done };
    await done;
    this.#running = undefined;
  }

  async #execute(job: Job, slot: Hour): Promise<void> {
    const startedAt = now();
    let error: string | null = null;
    try {
      await job.run(slot);
      this.#log.debug({ job: job.name, slot: formatHour(slot) }, 'a job is done');
    } catch (failure) {
      error = tell(failure);
      this.#log.error({ err: failure, job: job.name, slot: formatHour(slot) }, 'a job failed');
    }
    const state = error === null ? 'done' : 'failed';
    try {
      await this.#ledger.append({
        job: job.name,
        slot: formatHour(slot),
        state,
        startedAt,
        finishedAt: now(),
        error,
      });
    } catch (failure) {
      this.#log.error({ err: failure }, 'the ledger of the jobs cannot be written');
    }
  }
}

/** Runs a function at the beginning of each hour, UTC; not while the last hour's is still on. */
export function everyHour(
  run: (slot: Hour) => Promise<void>,
  { clock = systemClock, log }: { clock?: Clock; log: Log },
): { nextAt(): string | null; stop(): Promise<void> } {
  const logger = {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(message),
    debug: (message: string | Error) => log.debug(message),
  };
  const options = { timezone: 'UTC', noOverlap: true, name: 'hourly', logger };
  const task = cron.schedule('0 * * * *', () => run(hourOf(clock.now())), options);
  return {
    nextAt: () => task.getNextRun()?.toISOString() ?? null,
    stop: async () => task.destroy(),
  };
}

function now(): string {
  return new Date(systemClock.now()).toISOString();
}

function tell(failure: unknown): string {
  const message = failure instanceof Error ? failure.message : String(failure);
  return isKernelcastError(failure) && failure.hint ? `${message}. ${failure.hint}` : message;
}
