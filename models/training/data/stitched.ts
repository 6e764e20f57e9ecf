/**
 * Typical years are stitched: each calendar month, in local standard time, is a real month of some year, and the months stand
 * side by side in a year that never was. No window may lie across a seam: what it sees and what comes of it would be of
 * different years. Stations are not simultaneous either, so that no hour of one tells anything of another.
 */
import type { Station } from '../../../src/domain/station.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../../src/domain/time.ts';
import type { Span } from './spans.ts';

const DEGREES_PER_HOUR = 15;
/** Zones are drawn by governments: their time differs so much from that of the sun, in hours, and no more in these data. */
const ZONE_HOURS = 2;

/** The hours in which a month begins at one station or another, for the months that begin within a span or beside it. */
export function seamsBetween({ from, to }: Span, stations: readonly Station[]): Span[] {
  const zones = stations.map(({ longitude }) => longitude / DEGREES_PER_HOUR);
  const [west, east] = [Math.floor(Math.min(...zones)) - ZONE_HOURS, Math.ceil(Math.max(...zones)) + ZONE_HOURS];
  return monthsFrom(from, to).map((begins) => ({ from: begins - east, to: begins - west }));
}

/** The first hours of months, in UTC, from that of the first hour to the one after the last. */
function monthsFrom(from: Hour, to: Hour): Hour[] {
  const first = new Date(from * MILLISECONDS_PER_HOUR);
  const months: Hour[] = [];
  for (let month = first.getUTCMonth(); ; month++) {
    const begins = Date.UTC(first.getUTCFullYear(), month, 1) / MILLISECONDS_PER_HOUR;
    months.push(begins);
    if (begins > to) return months;
  }
}
