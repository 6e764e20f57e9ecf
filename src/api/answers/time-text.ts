/** Times as answers write them: ISO 8601 of the answer's zone without an offset, or Unix seconds; both as Open-Meteo does. */
import { type Hour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';

export const TIME_FORMATS = ['iso8601', 'unixtime'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** @param offset seconds east of UTC */
export function hourText(hour: Hour, format: TimeFormat, offset: number): string | number {
  if (format === 'unixtime') return hour * 3600;
  return new Date(hour * MILLISECONDS_PER_HOUR + offset * 1000).toISOString().slice(0, 16);
}

/** To the minute. @param seconds Unix time @param offset seconds east of UTC */
export function instantText(seconds: number, format: TimeFormat, offset: number): string | number {
  return format === 'unixtime' ? seconds : new Date((seconds + offset) * 1000).toISOString().slice(0, 16);
}

/** @param day days since 1970-01-01 */
export function dayText(day: number, format: TimeFormat, offset: number): string | number {
  return format === 'unixtime' ? day * 86_400 - offset : new Date(day * 86_400_000).toISOString().slice(0, 10);
}
