/**
 * Time as the service counts it: whole hours since 1970-01-01T00:00Z, in UTC, without leap seconds.
 * An `Hour` names both an instant and the hourly value valid at that instant.
 */
import { KernelcastError } from '../errors.ts';

export type Hour = number;

export const MILLISECONDS_PER_HOUR = 3_600_000;

/** The last whole hour at or before a Unix time in milliseconds. */
export function hourOf(milliseconds: number): Hour {
  return Math.floor(milliseconds / MILLISECONDS_PER_HOUR);
}

/** `2024-03-01T06:00Z`: minutes are always written, seconds never. */
export function formatHour(hour: Hour): string {
  return `${new Date(hour * MILLISECONDS_PER_HOUR).toISOString().slice(0, 16)}Z`;
}

/** `2024-03-01T06Z`: fit for a folder's name, and sorts as time does. */
export function hourSlug(hour: Hour): string {
  return `${new Date(hour * MILLISECONDS_PER_HOUR).toISOString().slice(0, 13)}Z`;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::(\d{2})(?::00(?:\.0+)?)?)?)?(?:Z|\+00:?00)?$/;

/** Reads `2024-03-01`, `2024-03-01T06`, `2024-03-01T06:00Z` (UTC, on the hour). Throws `USAGE` on anything else. */
export function parseHour(text: string): Hour {
  const match = INSTANT.exec(text.trim());
  const time = match ? Date.parse(`${match[1]}T${match[2] ?? '00'}:${match[3] ?? '00'}:00Z`) : Number.NaN;
  const rolledOver = match && Number.isFinite(time) && !new Date(time).toISOString().startsWith(match[1]);
  if (!Number.isFinite(time) || rolledOver || time % MILLISECONDS_PER_HOUR !== 0) {
    throw new KernelcastError('USAGE', `'${text}' is not a whole hour in UTC`, {
      hint: 'Write a time like 2024-03-01T06:00Z.',
    });
  }
  return time / MILLISECONDS_PER_HOUR;
}

/** `2024-03`, the month that an hour falls into. */
export function monthOf(hour: Hour): string {
  return new Date(hour * MILLISECONDS_PER_HOUR).toISOString().slice(0, 7);
}

/** First hour of a month written `2024-03`, and the first hour of the month after it. */
export function monthSpan(month: string): { from: Hour; to: Hour } {
  const [year, index] = month.split('-').map(Number);
  return {
    from: Date.UTC(year, index - 1, 1) / MILLISECONDS_PER_HOUR,
    to: Date.UTC(year, index, 1) / MILLISECONDS_PER_HOUR,
  };
}
