/**
 * From the words of a request to the times of its answer, pure, and as Open-Meteo counts them: days from today's midnight in the zone
 * of the answer, hours from the one that it is. An answer of a run that was named counts from its first hour instead.
 */
import type { Hour } from '../../domain/time.ts';
import type { LocalTime } from '../places/local-time.ts';
import { badParameter } from '../requests/query.ts';

export interface FrameQuery {
  past_days?: number;
  past_hours?: number;
  past_minutely_15?: number;
  forecast_days?: number;
  forecast_hours?: number;
  forecast_minutely_15?: number;
  /** Days since 1970-01-01, both included. */
  start_date?: number;
  end_date?: number;
  /** Hours in the zone of the answer, both included. */
  start_hour?: number;
  end_hour?: number;
  /** The same with fractions: quarters of an hour. */
  start_minutely_15?: number;
  end_minutely_15?: number;
}

/** The hours [from, to). */
export interface Span {
  from: Hour;
  to: Hour;
}

export interface Day extends Span {
  /** Days since 1970-01-01. */
  day: number;
}

export interface Axis {
  /** What hours are counted from: the hour that it is, or the first of a run that was named. */
  anchor: Hour;
  /** The hours that are given where nothing is said; undefined where days are. */
  hours: number | undefined;
  local: LocalTime;
}

/** A year and a day: no answer is longer. */
const MOST_HOURS = 366 * 24;
/** Open-Meteo's: where nothing is said; where only past hours are; and of quarters of an hour. */
const DEFAULT_DAYS = 7;
const MOST_FORECAST_HOURS = 16 * 24;
const DEFAULT_QUARTER_DAYS = 3;
const QUARTERS = 4;

/** start, end, and how many of its steps a day has. */
const PAIRS = [
  ['start_date', 'end_date', 1],
  ['start_hour', 'end_hour', 24],
  ['start_minutely_15', 'end_minutely_15', 24],
] as const;
const COUNTS = [
  'past_days',
  'past_hours',
  'past_minutely_15',
  'forecast_days',
  'forecast_hours',
  'forecast_minutely_15',
] as const;

/** @throws KernelcastError `USAGE` on a contradiction, naming the parameter */
export function checkFrame(query: FrameQuery): void {
  for (const [start, end, perDay] of PAIRS) {
    const [first, last] = [query[start], query[end]];
    if (first === undefined && last === undefined) continue;
    if (first === undefined || last === undefined) {
      const missing = first === undefined ? start : end;
      throw badParameter(missing, `the parameter '${missing}' is missing`, `Give both ${start} and ${end}.`);
    }
    if (last < first) throw badParameter(end, `the parameter '${end}' is before ${start}`);
    if ((last - first + 1) * (24 / perDay) > MOST_HOURS) {
      throw badParameter(end, `from ${start} to ${end} is more than ${MOST_HOURS / 24} days`);
    }
    // Programs send `past_days=0` with dates, which says nothing.
    const other = COUNTS.find((name) => (query[name] ?? 0) !== 0);
    if (other) throw badParameter(other, `${start} and ${other} are given at once`, 'Give one of the two.');
  }
}

export function hourlyFrame(query: FrameQuery, axis: Axis): Span {
  const { anchor, hours, local } = axis;
  const { past_hours, forecast_hours } = query;
  if (query.start_hour !== undefined) {
    return { from: local.toUtc(query.start_hour), to: local.toUtc(query.end_hour!) + 1 };
  }
  if (query.start_date !== undefined) return datesOf(query, local);
  if (hours === undefined) {
    if (past_hours === undefined && forecast_hours === undefined) return countedDays(query, axis, DEFAULT_DAYS);
    return { from: anchor - (past_hours ?? 0), to: anchor + (forecast_hours ?? MOST_FORECAST_HOURS) };
  }
  const today = local.dayOf(anchor);
  const countsDays = Boolean(query.past_days) || query.forecast_days !== undefined;
  const fromDays = local.startOf(today - (query.past_days ?? 0));
  const from = past_hours !== undefined ? anchor - past_hours : countsDays ? fromDays : anchor;
  if (forecast_hours !== undefined) return { from, to: anchor + forecast_hours };
  if (query.forecast_days !== undefined) return { from, to: local.startOf(today + query.forecast_days) };
  return { from, to: anchor + hours };
}

/** The days of the answer; of one that is given in hours alone, all that these touch. */
export function dailyFrame(query: FrameQuery, axis: Axis): Day[] {
  const { hours, local } = axis;
  const isOfDays = hours === undefined && query.start_hour === undefined;
  const ofDates = query.start_date !== undefined;
  const { from, to } = ofDates
    ? datesOf(query, local)
    : isOfDays
      ? countedDays(query, axis, DEFAULT_DAYS)
      : hourlyFrame(query, axis);
  if (to <= from) return [];
  const first = local.dayOf(from);
  const last = local.dayOf(to - 1);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    return { day, from: local.startOf(day), to: local.startOf(day + 1) };
  });
}

/** Quarters of an hour, as hours with fractions. */
export function quarterFrame(query: FrameQuery, axis: Axis): Span {
  const { anchor, local } = axis;
  const { past_minutely_15: past, forecast_minutely_15: ahead } = query;
  if (query.start_minutely_15 !== undefined) {
    const toUtc = (time: number) => local.toUtc(Math.floor(time)) + (time - Math.floor(time));
    return { from: toUtc(query.start_minutely_15), to: toUtc(query.end_minutely_15!) + 1 / QUARTERS };
  }
  if (query.start_hour !== undefined || query.start_date !== undefined) return hourlyFrame(query, axis);
  if (past === undefined && ahead === undefined) {
    return axis.hours === undefined ? countedDays(query, axis, DEFAULT_QUARTER_DAYS) : hourlyFrame(query, axis);
  }
  const quarters = ahead ?? DEFAULT_QUARTER_DAYS * 24 * QUARTERS;
  return { from: anchor - (past ?? 0) / QUARTERS, to: anchor + quarters / QUARTERS };
}

function datesOf({ start_date, end_date }: FrameQuery, local: LocalTime): Span {
  return { from: local.startOf(start_date!), to: local.startOf(end_date! + 1) };
}

function countedDays({ past_days, forecast_days }: FrameQuery, { anchor, local }: Axis, days: number): Span {
  const today = local.dayOf(anchor);
  return { from: local.startOf(today - (past_days ?? 0)), to: local.startOf(today + (forecast_days ?? days)) };
}
