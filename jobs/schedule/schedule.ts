/**
 * The schedule: does what the plan says is due, and writes each attempt to the ledger. Each job has a lane of its own, so
 * one that takes long keeps none of the others from their turn; a job has one slot at work at a time. Many processes that share a
 * ledger each have a schedule: who writes into the ledger first that it has a slot, does it.
 *
 *     const schedule = new Schedule(jobs, { ledger, clock, log });
 *     await schedule.tick();          // all that is due now, to its end
 *     await schedule.keep(signal);    // what becomes due, until the signal is raised
 */

import { Bell } from '../../src/domain/bell.ts';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { Ingested, JobStatus } from '../../src/domain/operation.ts';
import { formatHour, type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { describeShort, KernelcastError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { LogTail } from '../../src/log-tail.ts';
import { newTrace, withTrace } from '../../src/trace.ts';
import { type Beat, everyMinute } from './beat.ts';
import { ClockWatch } from './clock-watch.ts';
import { jobAttempts, jobLag, jobRunning, jobSeconds, jobSkips, tellOf } from './job-metrics.ts';
import { jobStatuses } from './job-status.ts';
import type { Ledger, LedgerView } from './ledger.ts';
import { type LedgerRecord, slotText } from './ledger-records.ts';
import { type DueSlot, type JobPolicy, type Plan, plan } from './plan.ts';

/** Whatever becomes of the beat. */
const LONGEST_WAIT_MS = 120_000;

export interface Job {
  policy: JobPolicy;
  /** Its work goes on later where it was: when the service stops, it is broken off, and not let end. */
  canBeBrokenOff?: boolean;
  /**
   * Does a slot; doing it twice does no harm.
   * @param slot the hour that the job is run for
   * @param signal raised when the attempt has taken too long, or everything is to stop at once
   * @returns what it brought, where that is to be told
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most jobs have nothing to tell, and need not say so
  run(slot: Hour, signal: AbortSignal): Promise<Outcome | void>;
}

export interface Outcome {
  ingested?: Ingested;
}

export interface ScheduleOptions {
  ledger: Ledger;
  log: Log;
  /** Makes the slots. */
  clock: Clock;
  /** Measures pauses and dates the records. */
  wall?: Clock;
}

export interface KeepOptions {
  /** Rung when something may have become due before its time: another process has settled a slot. */
  bell?: Bell;
  /** When to look anyway; by default each minute. */
  beat?: Beat;
}

/** A slot that this process has written into the ledger as its own. */
interface Taken {
  job: Job;
  due: DueSlot;
  record: Extract<LedgerRecord, { kind: 'start' }>;
}

export class Schedule {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #ledger: Ledger;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #wall: Clock;
  /** Attempts whose end is not in the ledger yet. */
  readonly #lanes = new Set<Promise<void>>();
  /** Jobs whose work goes on, be it after its time. */
  readonly #busy = new Set<string>();
  /** Of the work that can be broken off. */
  readonly #stopping = new AbortController();
  readonly #silence: () => void;
  #begun: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(jobs: readonly Job[], { ledger, log, clock, wall = systemClock }: ScheduleOptions) {
    this.#jobs = new Map(jobs.map((job) => [job.policy.name, job]));
    this.#ledger = ledger;
    this.#log = log;
    this.#clock = clock;
    this.#wall = wall;
    this.#silence = tellOf(ledger);
  }

  get policies(): JobPolicy[] {
    return [...this.#jobs.values()].map(({ policy }) => policy);
  }

  /** Forgets what has become of the slots from `slot` on: its data are gone. */
  async beginAnew(slot: Hour): Promise<void> {
    await this.#ledger.transact(() =>
      this.policies.map(({ name, everyHours: every }) => ({
        kind: 'begin',
        job: name,
        slot: slotText(slot),
        every,
        at: this.#now(),
      })),
    );
  }

  /** Begins what is due, and lets it go on; what becomes due by its end is begun then. */
  begin(): Promise<void> {
    const begun = this.#begun.then(() => this.#begin());
    this.#begun = begun.catch(() => {});
    return begun;
  }

  /** Does all that is due and becomes due by that. */
  async tick(): Promise<void> {
    await this.begin();
    await this.idle();
  }

  /** Begins what becomes due until the signal is raised; then lets what is at work end, or breaks it off, as `stop` does. */
  async keep(signal: AbortSignal, options: KeepOptions = {}): Promise<void> {
    const { bell = new Bell(), beat = everyMinute(this.#log) } = options;
    const watch = new ClockWatch({ log: this.#log });
    const silence = beat(() => bell.ring());
    while (!signal.aborted) {
      watch.look();
      await this.begin();
      await bell.wait(LONGEST_WAIT_MS, signal);
    }
    silence();
    await this.stop();
  }

  /**
   * Does one slot of a job now, whatever the plan says and whatever has become of it.
   * @throws KernelcastError `NOT_FOUND` for a job that there is not, `BUSY` while a process is at it; what the job throws
   */
  async once(name: string, slot: Hour): Promise<void> {
    const job = this.#jobs.get(name);
    if (!job) throw new KernelcastError('NOT_FOUND', `there is no job '${name}'`);
    const claim = await this.#ledger.claim();
    const taken = take(job, { job: name, slot, attempt: 1, note: null }, claim, this.#now());
    try {
      await this.#ledger.transact(({ states, isHeld }) => {
        const state = states.slot(name, slot);
        if (state?.state === 'running' && state.claim !== null && isHeld(state.claim)) {
          throw new KernelcastError('BUSY', `a process is at the slot ${formatHour(slot)} of ${name}`, {
            hint: 'See `kernelcast jobs list`; wait until it is done.',
          });
        }
        return [taken.record];
      });
      const error = await this.#attempt(taken);
      if (error !== undefined) throw error;
    } finally {
      this.#ledger.letGo(claim);
    }
  }

  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
  }

  /** Begins no further job, and resolves when those at work have ended, or were broken off. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.abort(new Error('the service stops'));
    await this.#begun;
    await this.idle();
    this.#silence();
  }

  status(): JobStatus[] {
    return jobStatuses(this.policies, this.#ledger.states, this.#clock.now());
  }

  async #begin(): Promise<void> {
    if (this.#stopped) return;
    const claims = new Map<string, string>();
    let taken: Taken[] = [];
    try {
      // Nobody is kept from the ledger by those who find nothing to do in it.
      const looked = this.#plan(await this.#ledger.look(), this.#busy);
      if (isEmpty(looked)) return;
      for (const { job } of looked.due) claims.set(job, await this.#ledger.claim());
      taken = await this.#take(claims);
    } catch (failure) {
      this.#log.error({ err: failure }, 'the ledger of the jobs cannot be written; nothing is begun');
    }
    const used = new Set(taken.map(({ record }) => record.claim));
    for (const claim of claims.values()) if (!used.has(claim)) this.#ledger.letGo(claim);
    for (const each of taken) this.#launch(each);
  }

  /** Writes what is due into the ledger as one's own, of the jobs that there are claims for and no others. */
  async #take(claims: ReadonlyMap<string, string>): Promise<Taken[]> {
    const others = [...this.#jobs.keys()].filter((name) => !claims.has(name));
    let taken: Taken[] = [];
    let skips: Plan['skips'] = [];
    await this.#ledger.transact((view) => {
      const planned = this.#plan(view, new Set([...others, ...this.#busy]));
      const at = this.#now();
      taken = planned.due.flatMap((due) => {
        const [job, claim] = [this.#jobs.get(due.job), claims.get(due.job)];
        return job && claim !== undefined ? [take(job, due, claim, at)] : [];
      });
      skips = planned.skips;
      return [...preludeRecords(planned, at), ...taken.map(({ record }) => record)];
    });
    this.#tellSkips(skips);
    return taken;
  }

  #plan({ states, isHeld }: LedgerView, busy: ReadonlySet<string>): Plan {
    return plan({ policies: this.policies, states, now: this.#clock.now(), wall: this.#wall.now(), isHeld, busy });
  }

  #launch(taken: Taken): void {
    const lane = (async () => {
      await this.#attempt(taken);
      this.#ledger.letGo(taken.record.claim);
      // The lane is free when what follows it has been begun: who waits for all lanes waits for that too.
      await this.begin();
    })().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** Never rejects. @returns what it failed with */
  #attempt(taken: Taken): Promise<unknown> {
    const tail = new LogTail();
    return withTrace(taken.record.trace, () => tail.during(() => this.#attemptWith(tail, taken)));
  }

  async #attemptWith(tail: LogTail, { job, due, record: { claim } }: Taken): Promise<unknown> {
    const { job: name, slot, attempt, note } = due;
    const where = { job: name, slot: formatHour(slot), attempt };
    if (note !== null) this.#log.warn(where, note);
    jobRunning.inc({ job_name: name });
    const began = performance.now();
    const { error, ingested } = await this.#runInTime(job, slot);
    const isLast = attempt >= job.policy.attempts;
    const outcome = error === undefined ? 'done' : isLast ? 'dead' : 'failed';
    jobRunning.dec({ job_name: name });
    jobSeconds.observe({ job_name: name, outcome }, (performance.now() - began) / 1000);
    jobAttempts.inc({ job_name: name, outcome });
    if (error === undefined) {
      jobLag.set({ job_name: name }, this.#clock.now() / 1000 - (slot * MILLISECONDS_PER_HOUR) / 1000);
      this.#log.debug(where, 'a job is done');
    } else this.#log.error({ ...where, err: error, dead: isLast }, 'a job failed');

    const common = { job: name, slot: slotText(slot), at: this.#now(), claim };
    const end: LedgerRecord =
      error === undefined
        ? { kind: 'done', ...common, ingested }
        : { kind: 'failed', ...common, error: describeShort(error), isLast, log: [...tail.lines] };
    try {
      await this.#ledger.transact(() => [end]);
    } catch (failure) {
      this.#log.error({ err: failure }, 'the ledger of the jobs cannot be written; the slot will be done again');
    }
    return error;
  }

  /** @returns what it failed with, or what it brought */
  async #runInTime(job: Job, slot: Hour): Promise<Outcome & { error?: unknown }> {
    const { name, timeoutMs } = job.policy;
    const controller = new AbortController();
    const signal = job.canBeBrokenOff ? AbortSignal.any([controller.signal, this.#stopping.signal]) : controller.signal;
    this.#busy.add(name);
    const work = Promise.resolve()
      .then(() => job.run(slot, signal))
      .then(
        (outcome) => outcome ?? {},
        (failure: unknown) => ({ error: failure ?? new Error('failed with nothing') }),
      )
      .finally(() => this.#busy.delete(name));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<{ error: Error }>((resolve) => {
      timer = setTimeout(() => {
        const error = new Error(`took longer than ${timeoutMs / 60_000} minutes`);
        controller.abort(error);
        resolve({ error });
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #tellSkips(skips: Plan['skips']): void {
    for (const { job, from, to, reason, every } of skips) {
      jobSkips.inc({ job_name: job }, (to - from) / every + 1);
      this.#log.warn({ job, from: formatHour(from), to: formatHour(to) }, `slots are skipped: ${reason}`);
    }
  }

  #now(): string {
    return new Date(this.#wall.now()).toISOString();
  }
}

function take(job: Job, due: DueSlot, claim: string, at: string): Taken {
  const { slot, attempt, note } = due;
  const common = { job: due.job, slot: slotText(slot), at };
  return { job, due, record: { kind: 'start', ...common, claim, attempt, note, trace: newTrace() } };
}

function isEmpty({ begins, deaths, skips, due }: Plan): boolean {
  return begins.length + deaths.length + skips.length + due.length === 0;
}

/** What the plan settles besides what it begins. */
function preludeRecords({ begins, deaths, skips }: Plan, at: string): LedgerRecord[] {
  return [
    ...begins.map(({ job, slot, every }): LedgerRecord => ({ kind: 'begin', job, slot: slotText(slot), every, at })),
    ...deaths.map(
      ({ job, slot, claim, isLast }): LedgerRecord => ({
        kind: 'failed',
        job,
        slot: slotText(slot),
        at,
        claim,
        error: 'the process that was at it has died',
        isLast,
      }),
    ),
    ...skips.map(
      ({ job, from, to, reason }): LedgerRecord => ({
        kind: 'skipped',
        job,
        slot: slotText(from),
        to: slotText(to),
        reason,
        at,
      }),
    ),
  ];
}
