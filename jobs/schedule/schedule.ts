/**
 * The schedule: does what the plan says is due, and writes each attempt to the ledger. Each job has a lane of its own, so
 * one that takes long keeps none of the others from their turn; a job has one slot at work at a time.
 *
 *     const schedule = new Schedule(jobs, { ledger, clock, log });
 *     await schedule.tick();     // all that is due now, to its end
 *     await schedule.begin();    // all that is due now is begun
 */
import cron from 'node-cron';
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { Ingested, JobStatus } from '../../src/domain/operation.ts';
import { formatHour, type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { describeShort, KernelcastError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { LogTail } from '../../src/log-tail.ts';
import { newTrace, withTrace } from '../../src/trace.ts';
import { jobAttempts, jobLag, jobRunning, jobSeconds, jobSkips, tellOf } from './job-metrics.ts';
import { jobStatuses } from './job-status.ts';
import type { IsHeld, Ledger } from './ledger.ts';
import { type LedgerRecord, slotText } from './ledger-records.ts';
import { type DueSlot, type JobPolicy, type Plan, plan } from './plan.ts';
import { isSettled, type SlotStates } from './slot-states.ts';

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

type Start = Extract<LedgerRecord, { kind: 'start' }> & { due: DueSlot };

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

  /**
   * Does one slot of a job now, whatever the plan says and whatever has become of it.
   * @throws KernelcastError `BUSY` while a process is at it; what the job throws
   */
  async once(job: string, slot: Hour): Promise<void> {
    const claim = await this.#ledger.claim();
    const start = startRecord({ job, slot, attempt: 1, note: null }, claim, this.#now());
    const { due: _, ...record } = start;
    try {
      await this.#ledger.transact((states, isHeld) => {
        const state = states.slot(job, slot);
        if (state?.state === 'running' && state.claim !== null && isHeld(state.claim)) {
          throw new KernelcastError('BUSY', `a process is at the slot ${formatHour(slot)} of ${job}`, {
            hint: 'See `kernelcast jobs list`; wait until it is done.',
          });
        }
        return [record];
      });
      const error = await this.#attempt(start);
      if (error !== undefined) throw error;
    } finally {
      this.#ledger.letGo(claim);
    }
  }

  /**
   * Settles what the plan settles without work (slots that are missed, processes that died), and says what is due, for
   * others to begin.
   * @throws KernelcastError `ENVIRONMENT`, `BUSY` as the ledger does
   */
  async planOnly(): Promise<DueSlot[]> {
    let planned: Plan | undefined;
    await this.#ledger.transact((states, isHeld) => {
      planned = plan({ policies: this.policies, states, now: this.#clock.now(), wall: this.#wall.now(), isHeld });
      return preludeRecords(planned, this.#now());
    });
    this.#tellSkips(planned!);
    return planned!.due;
  }

  /**
   * Does a slot that was due when somebody planned, unless it has been taken or settled since, or the job is at work here.
   * @returns whether it was done here, well or badly
   * @throws KernelcastError `ENVIRONMENT`, `BUSY` as the ledger does; then nothing was begun
   */
  async attempt(due: DueSlot): Promise<boolean> {
    // One slot of a job at a time, also where the last one goes on after its time.
    if (this.#stopped || !this.#jobs.has(due.job) || this.#busy.has(due.job)) return false;
    const claim = await this.#ledger.claim();
    const start = startRecord(due, claim, this.#now());
    try {
      const { due: _, ...record } = start;
      const taken = await this.#ledger.transact((states, isHeld) => (isStillDue(due, states, isHeld) ? [record] : []));
      if (taken.length === 0) return false;
      const lane = this.#attempt(start).then(() => {});
      this.#lanes.add(lane);
      await lane.finally(() => this.#lanes.delete(lane));
      return true;
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
    for (const name of this.#jobs.keys()) if (!this.#busy.has(name)) claims.set(name, await this.#ledger.claim());
    let starts: Start[] = [];
    let planned: Plan | undefined;
    try {
      await this.#ledger.transact((states, isHeld) => {
        planned = plan({
          policies: this.policies,
          states,
          now: this.#clock.now(),
          wall: this.#wall.now(),
          isHeld,
          busy: this.#busy,
        });
        const at = this.#now();
        starts = planned.due.map((due) => startRecord(due, claims.get(due.job)!, at));
        return [...preludeRecords(planned, at), ...starts.map(({ due: _, ...record }) => record)];
      });
    } catch (failure) {
      this.#log.error({ err: failure }, 'the ledger of the jobs cannot be written; nothing is begun');
      starts = [];
    }
    if (planned) this.#tellSkips(planned);
    const started = new Set(starts.map(({ claim }) => claim));
    for (const claim of claims.values()) if (!started.has(claim)) this.#ledger.letGo(claim);
    for (const start of starts) this.#launch(start);
  }

  #launch(start: Start): void {
    const lane = (async () => {
      await this.#attempt(start);
      this.#ledger.letGo(start.claim);
      // The lane is free when what follows it has been begun: who waits for all lanes waits for that too.
      await this.begin();
    })().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** Never rejects. @returns what it failed with */
  #attempt(start: Start): Promise<unknown> {
    const tail = new LogTail();
    return withTrace(start.trace, () => tail.during(() => this.#attemptWith(tail, start)));
  }

  async #attemptWith(tail: LogTail, { due, claim }: Start): Promise<unknown> {
    const { job: name, slot, attempt, note } = due;
    const job = this.#jobs.get(name)!;
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

  #tellSkips({ skips }: Plan): void {
    for (const { job, from, to, reason } of skips) {
      const every = this.#jobs.get(job)!.policy.everyHours;
      jobSkips.inc({ job_name: job }, (to - from) / every + 1);
      this.#log.warn({ job, from: formatHour(from), to: formatHour(to) }, `slots are skipped: ${reason}`);
    }
  }

  #now(): string {
    return new Date(this.#wall.now()).toISOString();
  }
}

function startRecord(due: DueSlot, claim: string, at: string): Start {
  const { job, slot, attempt, note } = due;
  return { kind: 'start', job, slot: slotText(slot), at, claim, attempt, note, trace: newTrace(), due };
}

function isStillDue({ job, slot, attempt }: DueSlot, states: SlotStates, isHeld: IsHeld): boolean {
  const state = states.slot(job, slot);
  if (!state) return attempt === 1;
  if (isSettled(state) || (state.state === 'running' && state.claim !== null && isHeld(state.claim))) return false;
  return attempt === state.attempt + 1;
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

/** Runs a function at the beginning of each minute, UTC; not while the last one's is still on. */
export function everyMinute(run: () => Promise<void>, { log }: { log: Log }): { stop(): Promise<void> } {
  const logger = {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error(message),
    debug: (message: string | Error) => log.debug(message),
  };
  const task = cron.schedule('* * * * *', run, { timezone: 'UTC', noOverlap: true, name: 'every minute', logger });
  return { stop: async () => task.destroy() };
}
