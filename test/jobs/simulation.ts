/** A service in simulated time: the plan and the states, with jobs that fail, take long or die, and a clock that jumps. */
import { expect } from 'vitest';
import type { LedgerRecord } from '../../jobs/schedule/ledger-records.ts';
import { slotText } from '../../jobs/schedule/ledger-records.ts';
import { type JobPolicy, plan } from '../../jobs/schedule/plan.ts';
import { SlotStates } from '../../jobs/schedule/slot-states.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface Attempt {
  job: string;
  slot: Hour;
  attempt: number;
  note: string | null;
  began: number;
}

export class Simulation {
  states = new SlotStates();
  readonly records: LedgerRecord[] = [];
  readonly attempts: Attempt[] = [];
  now: number;
  isUp = true;
  readonly #policies: readonly JobPolicy[];
  #running: { attempt: Attempt; claim: string; endsAt: number; fails: boolean }[] = [];
  #claims = 0;

  constructor(policies: readonly JobPolicy[], start: number) {
    this.#policies = policies;
    this.now = start;
  }

  /** How long an attempt takes, and whether it fails. */
  behave: (attempt: Attempt) => { ms: number; fails: boolean } = () => ({ ms: 0, fails: false });

  /** Lets real time pass; the service looks once. */
  step(ms: number): void {
    this.now += ms;
    for (const running of this.#running) running.endsAt -= ms;
    this.look();
  }

  /** The clock shows another time, and nothing else happens. */
  jump(ms: number): void {
    this.now += ms;
  }

  /** All that is under way is lost. */
  kill(): void {
    this.#running = [];
    this.isUp = false;
  }

  restart(): void {
    // As from a ledger that is read anew.
    this.states = new SlotStates(this.records);
    this.isUp = true;
  }

  look(): void {
    if (!this.isUp) return;
    for (;;) {
      this.#end();
      const planned = plan({
        policies: this.#policies,
        states: this.states,
        now: this.now,
        wall: this.now,
        isHeld: (claim) => this.#running.some((running) => running.claim === claim),
        busy: new Set(this.#running.map(({ attempt }) => attempt.job)),
      });
      const at = new Date(this.now).toISOString();
      for (const { job, slot, every } of planned.begins)
        this.#add({ kind: 'begin', job, slot: slotText(slot), every, at });
      for (const { job, slot, claim, isLast } of planned.deaths) {
        this.#add({ kind: 'failed', job, slot: slotText(slot), claim, isLast, error: 'died', at });
      }
      for (const { job, from, to, reason } of planned.skips) {
        this.#add({ kind: 'skipped', job, slot: slotText(from), to: slotText(to), reason, at });
      }
      for (const due of planned.due) this.#start({ ...due, began: this.now }, at);
      if (planned.due.length === 0) return;
    }
  }

  #start(attempt: Attempt, at: string): void {
    const claim = `process.${this.#claims++}`;
    const { job, slot, note } = attempt;
    this.#add({ kind: 'start', job, slot: slotText(slot), claim, attempt: attempt.attempt, note, trace: '', at });
    this.attempts.push(attempt);
    const { ms, fails } = this.behave(attempt);
    this.#running.push({ attempt, claim, endsAt: ms, fails });
  }

  #end(): void {
    const at = new Date(this.now).toISOString();
    for (const { attempt, claim, fails } of this.#running.filter(({ endsAt }) => endsAt <= 0)) {
      const common = { job: attempt.job, slot: slotText(attempt.slot), claim, at };
      const policy = this.#policies.find(({ name }) => name === attempt.job)!;
      if (!fails) this.#add({ kind: 'done', ...common });
      else this.#add({ kind: 'failed', ...common, error: 'failed', isLast: attempt.attempt >= policy.attempts });
    }
    this.#running = this.#running.filter(({ endsAt }) => endsAt > 0);
  }

  #add(record: LedgerRecord): void {
    this.records.push(record);
    this.states.apply(record);
  }
}

export interface Outcome {
  done: number;
  dead: number;
  skipped: number;
}

/** How often each slot of a job was done, given up and skipped, from the records alone. */
export function outcomes(records: readonly LedgerRecord[], job: string, everyHours = 1): Map<string, Outcome> {
  const found = new Map<string, Outcome>();
  const count = (slot: string, what: keyof Outcome) => {
    const outcome = found.get(slot) ?? { done: 0, dead: 0, skipped: 0 };
    outcome[what]++;
    found.set(slot, outcome);
  };
  for (const record of records) {
    if (record.job !== job) continue;
    if (record.kind === 'done') count(record.slot, 'done');
    if (record.kind === 'failed' && record.isLast) count(record.slot, 'dead');
    if (record.kind !== 'skipped') continue;
    for (let at = Date.parse(record.slot); at <= Date.parse(record.to); at += everyHours * HOUR)
      count(slotText(at / HOUR), 'skipped');
  }
  return found;
}

/** Every slot from the first to the last is done once, or given up, or skipped: one of them, and once. */
export function expectEachOnce(
  simulation: Simulation,
  { name: job, everyHours }: JobPolicy,
  from: number,
  to: number,
): void {
  const found = outcomes(simulation.records, job, everyHours);
  const wrong: string[] = [];
  const step = everyHours * HOUR;
  for (let at = Math.floor(from / step) * step; at <= to; at += step) {
    const { done = 0, dead = 0, skipped = 0 } = found.get(formatHour(at / HOUR)) ?? {};
    if (done + dead + skipped !== 1) wrong.push(`${job} ${formatHour(at / HOUR)}: ${done} ${dead} ${skipped}`);
  }
  expect(wrong).toEqual([]);
}
