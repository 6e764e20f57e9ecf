/**
 * The plan: given what has become of the slots and the time, what is to be done now. Pure, so that years of it can be tried
 * in a second: no clock, no files, no random numbers.
 *
 * - A slot is a whole hour UTC. It is due from its beginning until it is settled: done, dead (no attempt left) or skipped.
 * - Missed slots are made up, newest first, as many as the job's policy says; older ones are skipped, and the ledger says why.
 * - A slot that failed is tried again after a pause that doubles; one whose process died is taken over.
 * - A job waits for those that it comes `after` in the same slot: until they are settled, or up to its patience. Then it is
 *   done with what there is, and its note says what is missing.
 */
import { formatHour, type Hour, hourOf, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { isSettled, type JobState, type SlotState, type SlotStates } from './slot-states.ts';

export interface JobPolicy {
  name: string;
  /** Hours from slot to slot; slots are the multiples, counted from 1970. */
  everyHours: number;
  /** Jobs that have their turn before this one. */
  after: readonly string[];
  /** How long to wait for those, milliseconds from the beginning of the slot (or of their first attempt, when that is later). */
  patienceMs: number;
  /** How many missed slots are made up. */
  catchUp: number;
  /** Attempts at a slot before it is dead. */
  attempts: number;
  /** The pause after the first failure, milliseconds; it doubles with each further one. */
  backoffMs: number;
  /** How long an attempt may take, milliseconds. */
  timeoutMs: number;
}

export interface PlanInput {
  policies: readonly JobPolicy[];
  states: SlotStates;
  /** The time of the service, Unix milliseconds: it makes the slots. */
  now: number;
  /** The time of the machine, Unix milliseconds: it measures pauses. The same as `now` but in a replay. */
  wall: number;
  /** Whether the process that has a claim is still at it. */
  isHeld: (claim: string) => boolean;
  /** Jobs that cannot be begun now, since one of their slots is at work here. */
  busy?: ReadonlySet<string>;
}

export interface DueSlot {
  job: string;
  slot: Hour;
  attempt: number;
  note: string | null;
}

export interface Plan {
  /** Jobs that have no slots yet, or in other hours than now: theirs count from here. */
  begins: { job: string; slot: Hour; every: number }[];
  skips: { job: string; from: Hour; to: Hour; every: number; reason: string }[];
  /** Slots whose last attempt's process died. */
  deaths: { job: string; slot: Hour; claim: string; isLast: boolean }[];
  /** What can be begun now: one slot of a job at the most, in the order of the policies. */
  due: DueSlot[];
}

const LONGEST_BACKOFF_MS = MILLISECONDS_PER_HOUR;

/** The newest slot of a job that has begun. */
export function currentSlot({ everyHours }: JobPolicy, now: number): Hour {
  return slotAt(hourOf(now), everyHours);
}

/** The slot at or before an hour. */
function slotAt(hour: Hour, everyHours: number): Hour {
  return Math.floor(hour / everyHours) * everyHours;
}

/** When a slot of the job begins next, Unix milliseconds. */
export function nextSlotAt(policy: JobPolicy, now: number): number {
  return (currentSlot(policy, now) + policy.everyHours) * MILLISECONDS_PER_HOUR;
}

export function plan(input: PlanInput): Plan {
  const { policies, states, now, busy = new Set() } = input;
  const result: Plan = { begins: [], skips: [], deaths: [], due: [] };
  const starting = new Set<string>();
  /** Slots that wait for others; who comes after them waits too. */
  const waiting = new Set<string>();
  for (const policy of policies) {
    const job = policy.name;
    const current = currentSlot(policy, now);
    const known = states.job(job);
    const begin = known?.every === policy.everyHours ? known.begin : undefined;
    if (begin === undefined) result.begins.push({ job, slot: current, every: policy.everyHours });
    const open = known && begin !== undefined ? openSlots(policy, known, begin, current) : [current];
    const { kept, skips } = bound(policy, open, states);
    result.skips.push(...skips);
    for (const slot of kept) {
      const state = states.slot(job, slot);
      const dead = deathOf(policy, state, input);
      if (dead) result.deaths.push({ job, slot, ...dead });
      if (dead?.isLast || busy.has(job) || starting.has(job)) continue;
      if (state?.state === 'running' && !dead) continue;
      if (state?.state === 'failed' && !isPauseOver(policy, state, input.wall)) continue;
      const missing = missingBefore(
        policy,
        slot,
        input,
        (name, its) => starting.has(name) || waiting.has(`${name} ${its}`),
      );
      if (missing === 'wait') {
        waiting.add(`${job} ${slot}`);
        continue;
      }
      result.due.push({ job, slot, attempt: (state?.attempt ?? 0) + 1, note: missing });
      starting.add(job);
    }
  }
  return result;
}

/** Slots that have begun and are not settled, newest first. */
function openSlots({ everyHours }: JobPolicy, { slots }: JobState, begin: Hour, current: Hour): Hour[] {
  const open = new Set<Hour>();
  for (let slot = current; slot >= begin; slot -= everyHours) {
    const state = slots.get(slot);
    if (!state || !isSettled(state)) open.add(slot);
  }
  for (const [slot, state] of slots) if (!isSettled(state)) open.add(slot);
  return [...open].sort((a, b) => b - a);
}

/** Leaves the newest slot and as many missed ones as are made up. What a person asked for or is at work stays besides. */
function bound({ name, catchUp, everyHours }: JobPolicy, open: readonly Hour[], states: SlotStates) {
  const kept: Hour[] = [];
  const skips: Plan['skips'] = [];
  let missed = 0;
  for (const slot of open) {
    const state = states.slot(name, slot)?.state;
    if (state === 'open' || state === 'running') kept.push(slot);
    else if (missed <= catchUp) {
      missed += 1;
      kept.push(slot);
    } else {
      const last = skips.at(-1);
      if (last && last.from === slot + everyHours) last.from = slot;
      else skips.push({ job: name, from: slot, to: slot, every: everyHours, reason: skipReason(catchUp, open[0]) });
    }
  }
  return { kept, skips };
}

function skipReason(catchUp: number, newest: Hour): string {
  if (catchUp === 0) return `missed; the slot ${formatHour(newest)} does its work`;
  return `missed; only the ${catchUp} newest before ${formatHour(newest)} are made up`;
}

function deathOf({ attempts }: JobPolicy, state: SlotState | undefined, { isHeld }: PlanInput) {
  if (state?.state !== 'running' || state.claim === null || isHeld(state.claim)) return undefined;
  return { claim: state.claim, isLast: state.attempt >= attempts };
}

/** A clock that was put back must not make a pause longer than it is. */
function isPauseOver({ backoffMs }: JobPolicy, { attempt, at }: SlotState, wall: number): boolean {
  const pause = Math.min(backoffMs * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
  return wall >= at + pause || wall < at - pause;
}

/** 'wait', or what is missing in plain words, or null where nothing is. */
function missingBefore(
  policy: JobPolicy,
  slot: Hour,
  { policies, states, now, wall }: PlanInput,
  isComing: (job: string, slot: Hour) => boolean,
): string | 'wait' | null {
  const missing: string[] = [];
  for (const name of policy.after) {
    const before = policies.find((candidate) => candidate.name === name);
    if (!before) continue;
    const its = slotAt(slot, before.everyHours);
    // Slots of today do the work of those before.
    if ((states.job(name)?.newestDone ?? Number.NEGATIVE_INFINITY) >= its) continue;
    const state = states.slot(name, its);
    if (state && isSettled(state)) {
      missing.push(`without ${name} of ${formatHour(its)}, which is ${state.state}`);
      continue;
    }
    const isPatient = now < slot * MILLISECONDS_PER_HOUR + policy.patienceMs;
    const waited = state && state.attempt > 0 ? wall - state.firstAt : Number.POSITIVE_INFINITY;
    const isBegun = waited >= 0 && waited < policy.patienceMs;
    if (isComing(name, its) || isPatient || isBegun) return 'wait';
    missing.push(`without ${name} of ${formatHour(its)}, which is late`);
  }
  return missing.length > 0 ? missing.join('; ') : null;
}
