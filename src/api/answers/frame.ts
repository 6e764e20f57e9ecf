/**
 * From the words of a request to the hours and days of its answer, pure. A run's answer begins at its first hour, the
 * anchor; `*_hours` count from there, `*_days` from the beginning of the anchor's day in the zone of the answer.
 */
import type { Hour } from '../../domain/time.ts';
import { badParameter } from '../requests/query.ts';

export interface FrameQuery {
  past_days?: number;
  past_hours?: number;
  forecast_days?: number;
  forecast_hours?: number;
  /** Days since 1970-01-01, both included. */
  start_date?: number;
  end_date?: number;
  /** Hours in the zone of the answer, both included. */
  start_hour?: number;
  end_hour?: number;
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
  /** The first hour after the last observed one. */
  anchor: Hour;
  /** The hours that are given where nothing is said. */
  hours: number;
  /** Seconds east of UTC. */
  offset: number;
}

/** A year and a day: no answer is longer. */
const MOST_HOURS = 366 * 24;
const PAIRS = [
  ['start_date', 'end_date'],
  ['start_hour', 'end_hour'],
] as const;
const COUNTS = ['past_days', 'past_hours', 'forecast_days', 'forecast_hours'] as const;

/** @throws KernelcastError `USAGE` on a contradiction, naming the parameter */
export function checkFrame(query: FrameQuery): void {
  for (const [start, end] of PAIRS) {
    const [first, last] = [query[start], query[end]];
    if (first === undefined && last === undefined) continue;
    if (first === undefined || last === undefined) {
      const missing = first === undefined ? start : end;
      throw badParameter(missing, `the parameter '${missing}' is missing`, `Give both ${start} and ${end}.`);
    }
    if (last < first) throw badParameter(end, `the parameter '${end}' is before ${start}`);
    if ((last - first + 1) * (start === 'start_date' ? 24 : 1) > MOST_HOURS) {
      throw badParameter(end, `from ${start} to ${end} is more than ${MOST_HOURS / 24} days`);
    }
    const other = [...COUNTS, ...PAIRS.flat()].find(
      (name) => name !== start && name !== end && query[name] !== undefined,
    );
    if (other) throw badParameter(other, `${start} and ${other} are given at once`, 'Give one of the two.');
  }
}

export function hourlyFrame(query: FrameQuery, axis: Axis): Span {
  const { anchor, hours, offset } = axis;
  if (query.start_hour !== undefined) {
    // A whole hour of a zone may begin within an hour of UTC: the first that begins in it.
    return { from: toUtc(query.start_hour, offset), to: toUtc(query.end_hour! + 1, offset) };
  }
  if (query.start_date !== undefined) {
    return { from: toUtc(query.start_date * 24, offset), to: toUtc((query.end_date! + 1) * 24, offset) };
  }
  const today = dayOf(anchor, offset);
  const countsDays = query.past_days !== undefined || query.forecast_days !== undefined;
  const fromDays = toUtc((today - (query.past_days ?? 0)) * 24, offset);
  const from = query.past_hours !== undefined ? anchor - query.past_hours : countsDays ? fromDays : anchor;
  if (query.forecast_hours !== undefined) return { from, to: anchor + query.forecast_hours };
  if (query.forecast_days !== undefined) return { from, to: toUtc((today + query.forecast_days) * 24, offset) };
  return { from, to: anchor + hours };
}

/** The days of the hourly frame; where it was given in hours, all that it touches. */
export function dailyFrame(query: FrameQuery, axis: Axis): Day[] {
  const { from, to } = hourlyFrame(query, axis);
  if (to <= from) return [];
  const first = dayOf(from, axis.offset);
  const last = dayOf(to - 1, axis.offset);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const day = first + index;
    return { day, from: toUtc(day * 24, axis.offset), to: toUtc((day + 1) * 24, axis.offset) };
  });
}

/** The first whole hour of UTC at or after a local hour. */
function toUtc(local: number, offset: number): Hour {
  return Math.ceil(local - offset / 3600);
}

function dayOf(hour: Hour, offset: number): number {
  return Math.floor((hour * 3600 + offset) / 86_400);
}
