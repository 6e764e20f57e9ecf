/** Time as the page writes it: UTC or the person's own zone, 24-hour clock, written by hand so that every browser shows the same. */
import { text } from '../i18n/language.ts';
import { preferences } from '../preferences/preferences.ts';
import { MISSING } from './quantity.ts';

export const HOUR = 3_600_000;

/** Milliseconds of an ISO 8601 instant; one without a zone, as `2025-02-20T01:00`, is UTC. */
export function parseInstant(instant: string): number {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(instant) ? instant : `${instant}Z`;
  const time = Date.parse(zoned);
  if (!Number.isFinite(time)) throw new Error(`'${instant}' is not an instant`);
  return time;
}

/** A date whose UTC fields are what a clock on the wall of the chosen zone shows. */
export function onTheWall(time: number): Date {
  return new Date(time + zoneOffset(time));
}

/** Milliseconds by which the chosen zone is ahead of UTC at a time. */
export function zoneOffset(time: number): number {
  return preferences().zone === 'utc' ? 0 : -new Date(time).getTimezoneOffset() * 60_000;
}

/** `UTC`, `UTC+1`, `UTC−3:30` */
export function zoneLabel(time: number): string {
  const minutes = zoneOffset(time) / 60_000;
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** `14:00` */
export function clockLabel(time: number): string {
  return onTheWall(time).toISOString().slice(11, 16);
}

/** `Thu 20 Feb` */
export function dayLabel(time: number): string {
  const date = onTheWall(time);
  return text().day(date.getUTCDay(), date.getUTCDate(), date.getUTCMonth());
}

/** `Thu 20` */
export function shortDayLabel(time: number): string {
  const date = onTheWall(time);
  return text().dayShort(date.getUTCDay(), date.getUTCDate());
}

/** `Thu` */
export function weekdayLabel(time: number): string {
  return text().weekday(onTheWall(time).getUTCDay());
}

/** `Thu 20 Feb 14:00 UTC` */
export function instantLabel(time: number): string {
  return `${dayLabel(time)} ${clockLabel(time)} ${zoneLabel(time)}`;
}

/** The same of an ISO 8601 instant that may be missing. */
export function optionalInstant(instant: string | null): string {
  return instant === null ? MISSING : instantLabel(parseInstant(instant));
}

/** `Thu 20 Feb 2025, 14:00 UTC` */
export function fullInstantLabel(time: number): string {
  const day = text().dayWithYear(dayLabel(time), onTheWall(time).getUTCFullYear());
  return `${day} ${clockLabel(time)} ${zoneLabel(time)}`;
}

/** How long ago, in the largest unit that tells something: `just now`, `40 min old`, `7 h old`, `3 d old`. */
export function ageLabel(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return text().justNow;
  if (minutes < 60) return text().minutesOld(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? text().hoursOld(hours) : text().daysOld(Math.floor(hours / 24));
}

/** `1 h each 5 s` - the pace of a replayed world. */
export function paceLabel(secondsPerHour: number): string {
  return text().pace(Number(secondsPerHour.toPrecision(3)));
}
