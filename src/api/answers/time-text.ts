/** Times as answers write them: ISO 8601 of the answer's zone without an offset, or Unix seconds; both as Open-Meteo does. */
import { type Hour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import type { LocalTime } from '../places/local-time.ts';

export const TIME_FORMATS = ['iso8601', 'unixtime'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** @param offset seconds east of UTC */
export function hourText(hour: Hour, format: TimeFormat, offset: number): string | number {
  if (format === 'unixtime') return hour * 3600;
  return new Date(hour * MILLISECONDS_PER_HOUR + offset * 1000).toISOString().slice(0, 16);
}

/** To the minute. @param seconds Unix time */
export function instantText(seconds: number, format: TimeFormat, local: LocalTime): string | number {
  if (format === 'unixtime') return seconds;
  return new Date((seconds + local.offsetAt(seconds / 3600)) * 1000).toISOString().slice(0, 16);
}

/** @param day days since 1970-01-01 */
export function dayText(day: number, format: TimeFormat, local: LocalTime): string | number {
  return format === 'unixtime' ? local.midnight(day) : new Date(day * 86_400_000).toISOString().slice(0, 10);
}
