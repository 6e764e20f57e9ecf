/** Times in tables: ISO 8601 and its relatives, Unix times, and wall clocks in a zone. */
import { fixedOffset, instantsOf } from './zone.ts';

const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?|[T ](\d\d))?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/** What a clock shows, as if it were UTC, in milliseconds; and how far ahead of UTC the text says that it is. */
export interface Wall {
  wall: number;
  /** Milliseconds; undefined where the text has none. */
  offset: number | undefined;
  /** Whether it is a day, without an hour. */
  isDay: boolean;
}

/** The parts of a time. Hour 24 is the midnight that ends the day. */
export interface TimeParts {
  year: number;
  month: number;
  day: number;
  hour?: number;
  minute?: number;
  second?: number;
}

/** @returns NaN where there is no such day or hour */
export function wallOf({ year, month, day, hour = 0, minute = 0, second = 0 }: TimeParts): number {
  const midnight = new Date(Date.UTC(year, month - 1, day));
  // Of the 31st of February, JavaScript makes the 2nd of March.
  if (midnight.getUTCMonth() + 1 !== month || midnight.getUTCDate() !== day || minute > 59 || second > 60)
    return Number.NaN;
  if (hour > 24 || (hour === 24 && minute + second > 0)) return Number.NaN;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** `2024-03-01T06:00Z`, `2024-03-01 06:00:00+01:00`, `20240301 0600`, `2024-03-01`; undefined where the text is none of these. */
export function readWall(text: string): Wall | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute = '00', second = '00', hourAlone, offset] = match;
  const wall = wallOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? hourAlone ?? '00'),
    minute: Number(minute),
    second: Number(second),
  });
  if (Number.isNaN(wall)) return undefined;
  return {
    wall,
    offset: offset === undefined ? undefined : fixedOffset(offset),
    isDay: (hour ?? hourAlone) === undefined,
  };
}

/** Seconds or milliseconds since 1970, in milliseconds; NaN where the text is no number. */
export function readUnixTime(text: string, unit: 'seconds' | 'milliseconds'): number {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * (unit === 'seconds' ? 1000 : 1) : Number.NaN;
}

/**
 * One time by itself, without the table around it.
 * @param zone of times that bear no offset themselves
 * @returns Unix time in milliseconds, the first of two where the clocks are set back; NaN where the text is no time, or one that the
 * zone's clocks skip
 */
export function parseInstant(text: string, zone = 'UTC', unit?: 'seconds' | 'milliseconds'): number {
  if (unit !== undefined) return readUnixTime(text, unit);
  const read = readWall(text);
  if (!read) return Number.NaN;
  return read.offset === undefined ? (instantsOf(read.wall, zone)[0] ?? Number.NaN) : read.wall - read.offset;
}
