/** How long an answer that follows from a run holds: the one place where this is decided. Times are the service's, ms. */
import { MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import type { ResolvedRun } from './resolve-run.ts';

/** RFC 9111 knows no "for ever"; a run that has a name is never changed after it was published. */
const YEAR_HOURS = 24 * 365;
/** Of the time between two runs: caches let go of the newest run's answer this much before the next one is due. */
const EARLY = 0.1;

export interface Lifetime {
  /** Until when caches may keep the answer; undefined: they must ask each time. */
  expires: number | undefined;
  /** From when on the answer is another one though nothing is published. */
  until: number | undefined;
}

/**
 * @param isFixed nothing that may come can change the answer: run and dataset are named, and no observation is in it
 * @param until from when on the clock makes the answer another one: at the next hour, or at midnight
 */
export function lifetimeOf(
  { isLatest, interval, nextDue }: ResolvedRun,
  { now, isFixed, until }: { now: number; isFixed: boolean; until?: number },
): Lifetime {
  if (isFixed) return { expires: now + YEAR_HOURS * MILLISECONDS_PER_HOUR, until };
  if (!isLatest || nextDue === undefined) return { expires: undefined, until };
  return {
    expires: Math.min(nextDue - EARLY * interval * MILLISECONDS_PER_HOUR, until ?? Number.POSITIVE_INFINITY),
    until,
  };
}
