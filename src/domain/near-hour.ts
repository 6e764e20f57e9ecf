/**
 * Which whole hour a time stands for: the one rule for the times of grids, of station files and of tables.
 *
 * A time within fifteen minutes of a whole hour stands for that hour; other times stand for none. Of several times for one hour the
 * nearest counts, and of equally near ones the last in the file.
 */
import { type Hour, MILLISECONDS_PER_HOUR } from './time.ts';

const NEAR_MS = 15 * 60_000;

/** `NEAR_MS` in the words of messages. */
export const NEAR_TEXT = 'fifteen minutes';

/** The whole hour that a time is nearest to. @param time Unix milliseconds */
export function nearestHour(time: number): Hour {
  return Math.round(time / MILLISECONDS_PER_HOUR);
}

/** Milliseconds from the nearest hour to a time. */
export function offsetFromHour(time: number): number {
  return time - nearestHour(time) * MILLISECONDS_PER_HOUR;
}

/** Whether a time so far from its nearest hour stands for it; a time that is missing does not. */
export function isNearHour(offset: number): boolean {
  return Math.abs(offset) <= NEAR_MS;
}

/** Orders two times of one hour, by their offsets: that which counts comes last, where the order in the file decides between equals. */
export function byNearness(a: number, b: number): number {
  return Math.abs(b) - Math.abs(a);
}

/**
 * Reports of stations may lie on both sides of an hour and stand for none: where two follow one another within so much, the hour
 * between them has the value weighted by time, and counts as interpolated.
 */
export const BRIDGED_MS = 60 * 60_000;
