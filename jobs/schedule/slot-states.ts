/** What has become of each slot of each job: the records of the ledger, summed up. Pure; no clock, no files. */
import { type Hour, parseHour } from '../../src/domain/time.ts';
import { type LedgerRecord, slotOf, slotText } from './ledger-records.ts';

export interface SlotState {
  /** `failed` is tried again; `dead` is not; `open` was asked for by a person. */
  state: 'open' | 'running' | 'failed' | 'done' | 'dead' | 'skipped';
  attempt: number;
  /** Unix milliseconds of the machine: when the first attempt began, and the last change. */
  firstAt: number;
  at: number;
  /** Of the attempt that is running, or was the last. */
  claim: string | null;
  error: string | null;
}

export interface JobState {
  /** The first slot that may not be settled; all that count before it are. */
  begin: Hour | undefined;
  /** Hours from slot to slot. */
  every: number;
  slots: Map<Hour, SlotState>;
  newestDone: Hour | undefined;
  /** The slot that changed last, skips apart. */
  last: Hour | undefined;
  lastFinishedAt: number | undefined;
  /** When a slot was done last, by the clock of the machine. */
  lastDoneAt: number | undefined;
}

/** Settled slots that are remembered, for people. */
const REMEMBERED = 500;

export function isSettled({ state }: SlotState): boolean {
  return state === 'done' || state === 'dead' || state === 'skipped';
}

export class SlotStates {
  readonly #jobs = new Map<string, JobState>();

  constructor(records: Iterable<LedgerRecord> = []) {
    for (const record of records) this.apply(record);
  }

  /** The jobs that the ledger knows, by name. */
  get jobs(): ReadonlyMap<string, JobState> {
    return this.#jobs;
  }

  job(name: string): JobState | undefined {
    return this.#jobs.get(name);
  }

  slot(name: string, slot: Hour): SlotState | undefined {
    return this.#jobs.get(name)?.slots.get(slot);
  }

  /** The end of an attempt counts only while its claim is the slot's: who was taken over has nothing to say any more. */
  apply(record: LedgerRecord): void {
    const job = this.#jobOf(record.job);
    const slot = slotOf(record);
    const at = Date.parse(record.at);
    const known = job.slots.get(slot);
    switch (record.kind) {
      case 'begin':
        job.begin = slot;
        job.every = record.every;
        if (job.newestDone !== undefined && job.newestDone >= slot) job.newestDone = undefined;
        for (const hour of job.slots.keys()) if (hour >= slot) job.slots.delete(hour);
        return;
      case 'start': {
        const { claim, attempt } = record;
        job.slots.set(slot, {
          state: 'running',
          attempt,
          firstAt: attempt > 1 && known ? known.firstAt : at,
          at,
          claim,
          error: known?.error ?? null,
        });
        job.last = slot;
        return;
      }
      case 'done':
      case 'failed': {
        if (known?.state !== 'running' || known.claim !== record.claim) return;
        const isDone = record.kind === 'done';
        const state = isDone ? 'done' : record.isLast ? 'dead' : 'failed';
        job.slots.set(slot, { ...known, state, at, error: isDone ? null : record.error });
        job.last = slot;
        job.lastFinishedAt = at;
        if (isDone) {
          job.newestDone = Math.max(job.newestDone ?? slot, slot);
          job.lastDoneAt = at;
        }
        advance(job);
        return;
      }
      case 'skipped':
        for (let hour = slot; hour <= parseHour(record.to); hour += job.every) {
          const old = job.slots.get(hour);
          if (old && isSettled(old)) continue;
          const fresh = { attempt: 0, firstAt: at, claim: null };
          job.slots.set(hour, { ...fresh, ...old, state: 'skipped', at, error: record.reason });
        }
        advance(job);
        return;
      case 'retry':
        job.slots.set(slot, { state: 'open', attempt: 0, firstAt: at, at, claim: null, error: known?.error ?? null });
        return;
    }
  }

  /** Where the jobs begin, as records at the front of a ledger that begins anew. */
  begins(at: string): Extract<LedgerRecord, { kind: 'begin' }>[] {
    return [...this.#jobs].flatMap(([job, { begin, every }]) =>
      begin === undefined ? [] : [{ kind: 'begin' as const, job, slot: slotText(begin), every, at }],
    );
  }

  #jobOf(name: string): JobState {
    let job = this.#jobs.get(name);
    if (!job) {
      job = {
        begin: undefined,
        every: 1,
        slots: new Map(),
        newestDone: undefined,
        last: undefined,
        lastFinishedAt: undefined,
        lastDoneAt: undefined,
      };
      this.#jobs.set(name, job);
    }
    return job;
  }
}

/** Moves the beginning behind what is settled, and forgets what is long past. */
function advance(job: JobState): void {
  if (job.begin === undefined) return;
  for (let state = job.slots.get(job.begin); state && isSettled(state); state = job.slots.get(job.begin)) {
    job.begin += job.every;
  }
  if (job.slots.size <= 2 * REMEMBERED) return;
  for (const [slot, state] of job.slots) {
    if (slot < job.begin - REMEMBERED * job.every && isSettled(state)) job.slots.delete(slot);
  }
}
