/**
 * Of what a month is made: segments, files that each hold all that is known of the hours that they span, a later one in place
 * of the earlier ones. An hour that comes in is a small segment more; now and then they are joined, so that a month is a
 * few files at any time, and an hour costs what an hour is worth, not what a month is.
 *
 * Pure but for `SegmentFiles`, by which segments are read and written.
 */
import { copyVariables } from '../../domain/align-stations.ts';
import { emptyVariable, type Series, seriesVariableNames } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../../domain/variables.ts';
import type { FileEntry } from '../manifest.ts';

/** A file, as the manifest lists it. */
export interface Segment extends FileEntry {
  month: string;
  file: string;
  from: Hour;
  hours: number;
  variables: VariableName[];
}

export interface SegmentFiles {
  /** The result is shared: do not write to it. */
  read(segment: Segment): Promise<Series>;
  write(month: string, series: Series): Promise<Segment>;
}

/** A segment is small when it holds fewer hours than a day. */
const SMALL_HOURS = 24;
/** So many small segments in a row become one. */
const MOST_SMALL = 24;
/** So many segments become one file for the month. */
const MOST = 40;
/** A month that is over may keep this many. */
const MOST_OF_PAST = 8;
/** A change of at least this part of the month makes the month one file. */
const LARGE_PART = 1 / 4;

export function endOf({ from, hours }: { from: Hour; hours: number }): Hour {
  return from + hours;
}

/**
 * What the segments hold of the hours [from, to): the hours from the first to the last that any of them spans there.
 * @returns undefined where that is none
 */
export async function readSegments(
  segments: readonly Segment[],
  { from, to, stations, files }: { from: Hour; to: Hour; stations: readonly Station[]; files: SegmentFiles },
): Promise<Series | undefined> {
  const overlapping = segments.filter((segment) => segment.from < to && endOf(segment) > from);
  if (overlapping.length === 0) return undefined;
  const first = Math.max(from, Math.min(...overlapping.map((segment) => segment.from)));
  const last = Math.min(to, Math.max(...overlapping.map(endOf)));
  const parts: Series[] = [];
  for (const segment of overlapping) parts.push(await files.read(segment));
  return joined(parts, { from: first, to: last, stations });
}

/** The hours [from, to) of several series, later ones in place of earlier ones. */
export function joined(
  parts: readonly Series[],
  { from, to, stations }: { from: Hour; to: Hour; stations: readonly Station[] },
): Series {
  const series: Series = { stations, from, hours: to - from, variables: {} };
  const present = new Set(parts.flatMap(seriesVariableNames));
  for (const name of VARIABLE_NAMES) {
    if (!present.has(name)) continue;
    series.variables[name] = emptyVariable(series.hours, stations.length);
  }
  for (const part of parts) copyVariables(part, series);
  return series;
}

/**
 * Adds a change to the segments of a month.
 * @param change all that is known of the hours that it spans
 */
export async function withChange(
  segments: readonly Segment[],
  month: string,
  change: Series,
  files: SegmentFiles,
): Promise<Segment[]> {
  const { stations } = change;
  if (segments.length === 0) return [await files.write(month, change)];
  const from = Math.min(change.from, ...segments.map((segment) => segment.from));
  const to = Math.max(endOf(change), ...segments.map(endOf));
  if (change.hours >= LARGE_PART * (to - from)) {
    const old = await readSegments(segments, { from, to, stations, files });
    return [await files.write(month, joined(old ? [old, change] : [change], { from, to, stations }))];
  }
  return joinSmall([...segments, await files.write(month, change)], month, { stations, files });
}

/** Joins the segments of a month that is over, where they are many. */
export async function joinPast(
  segments: readonly Segment[],
  month: string,
  how: { stations: readonly Station[]; files: SegmentFiles },
): Promise<readonly Segment[]> {
  return segments.length > MOST_OF_PAST ? joinAll(segments, month, how) : segments;
}

async function joinSmall(
  segments: readonly Segment[],
  month: string,
  how: { stations: readonly Station[]; files: SegmentFiles },
): Promise<Segment[]> {
  const lastLarge = segments.findLastIndex(({ hours }) => hours >= SMALL_HOURS);
  const small = segments.slice(lastLarge + 1);
  if (small.length < MOST_SMALL) return [...segments];
  if (lastLarge + 2 > MOST) return joinAll(segments, month, how);
  // A hull of small ones may span hours that only the large ones hold: a segment has all that is known of its hours.
  const from = Math.min(...small.map((segment) => segment.from));
  const to = Math.max(...small.map(endOf));
  const joinedSmall = await readSegments(segments, { from, to, ...how });
  return joinedSmall ? [...segments.slice(0, lastLarge + 1), await how.files.write(month, joinedSmall)] : [...segments];
}

async function joinAll(
  segments: readonly Segment[],
  month: string,
  how: { stations: readonly Station[]; files: SegmentFiles },
): Promise<Segment[]> {
  const from = Math.min(...segments.map((segment) => segment.from));
  const to = Math.max(...segments.map(endOf));
  const all = await readSegments(segments, { from, to, ...how });
  return all ? [await how.files.write(month, all)] : [];
}
