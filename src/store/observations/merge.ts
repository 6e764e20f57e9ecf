/**
 * The rule by which new values join old ones, pure. A new value replaces an old one; but a missing value never erases, one
 * that failed a check of quality control never replaces one that is in use, and an interpolated one never replaces an
 * observed one. The same observation judged anew takes the new judgement. So merging is idempotent, and merges of disjoint
 * data commute.
 */
import type { Series, SeriesVariable } from '../../domain/series.ts';
import { emptyVariable, FLAG, seriesVariableNames } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import type { VariableName } from '../../domain/variables.ts';
import { KernelcastError } from '../../errors.ts';

export interface MergedMonth {
  series: Series;
  /** Values that were missing before. */
  added: number;
  /** Values that differ now, or were interpolated and are observed now. */
  replaced: number;
}

/** Two stations of one id this far apart, in degrees, are not the same station. */
const SAME_PLACE_DEGREES = 0.1;

/**
 * The old station table with the new one's stations behind it, in a stable order. A known name, country or elevation
 * is replaced by a new one, and never erased.
 * @returns the old table itself where nothing is new
 * @throws KernelcastError `STATIONS` when a station of a known id lies elsewhere
 */
export function mergeStations(old: readonly Station[], incoming: readonly Station[]): readonly Station[] {
  const merged = new Map(old.map((station) => [station.id, station]));
  let changed = false;
  for (const station of incoming) {
    const known = merged.get(station.id);
    if (known && !isSamePlace(known, station)) {
      throw new KernelcastError('STATIONS', `the station '${station.id}' is elsewhere in the dataset already`, {
        where: {
          station: station.id,
          known: `${known.latitude}, ${known.longitude}`,
          given: `${station.latitude}, ${station.longitude}`,
        },
        hint: 'Give it another id, or use another dataset.',
      });
    }
    const next: Station = {
      id: station.id,
      name: station.name || known?.name || '',
      country: station.country || known?.country || '',
      latitude: station.latitude,
      longitude: station.longitude,
      elevation: station.elevation ?? known?.elevation ?? null,
    };
    if (known && (Object.keys(next) as (keyof Station)[]).every((key) => next[key] === known[key])) continue;
    merged.set(station.id, next);
    changed = true;
  }
  return changed ? [...merged.values()] : old;
}

function isSamePlace(a: Station, b: Station): boolean {
  const east = Math.abs(a.longitude - b.longitude) % 360;
  const isPole = Math.abs(a.latitude) > 89.9;
  return (
    Math.abs(a.latitude - b.latitude) <= SAME_PLACE_DEGREES &&
    (isPole || Math.min(east, 360 - east) <= SAME_PLACE_DEGREES)
  );
}

/**
 * Merges the hours [from, to) of a series into what a month holds.
 * @param stations the table of the result; holds every station of both
 * @returns undefined where nothing changes
 */
export function mergeMonth(
  old: Series | undefined,
  incoming: Series,
  from: Hour,
  to: Hour,
  stations: readonly Station[],
): MergedMonth | undefined {
  const span = presentSpan(incoming, Math.max(from, incoming.from), Math.min(to, incoming.from + incoming.hours));
  if (!span) return undefined;
  const counts = { added: 0, replaced: 0 };
  const oldColumns = old && columnsOf(incoming.stations, old.stations);
  for (const name of seriesVariableNames(incoming)) countChanges(old, oldColumns, incoming, name, span, counts);
  if (counts.added + counts.replaced === 0) return undefined;

  const first = Math.min(span.from, old?.from ?? span.from);
  const last = Math.max(span.to, old ? old.from + old.hours : span.to);
  const series: Series = { stations, from: first, hours: last - first, variables: {} };
  if (old) {
    for (const name of seriesVariableNames(old)) {
      series.variables[name] = emptyVariable(series.hours, stations.length);
      copyVariable(old, series, name);
    }
  }
  const columns = columnsOf(incoming.stations, stations);
  for (const name of seriesVariableNames(incoming)) applyChanges(series, columns, incoming, name, span);
  return { series, ...counts };
}

/** Copies what two series share of a variable: their common hours and stations. */
export function copyVariable(source: Series, target: Series, name: VariableName): void {
  const from = source.variables[name];
  const to = target.variables[name];
  if (!from || !to) return;
  const first = Math.max(source.from, target.from);
  const last = Math.min(source.from + source.hours, target.from + target.hours);
  if (last <= first) return;
  const width = source.stations.length;
  const targetWidth = target.stations.length;
  const columns = columnsOf(source.stations, target.stations);
  const isPrefix = columns.every((column, index) => column === index);

  if (isPrefix && width === targetWidth) {
    const start = (first - source.from) * width;
    const end = (last - source.from) * width;
    to.values.set(from.values.subarray(start, end), (first - target.from) * width);
    to.flags.set(from.flags.subarray(start, end), (first - target.from) * width);
    return;
  }
  for (let hour = first; hour < last; hour++) {
    const row = (hour - source.from) * width;
    const targetRow = (hour - target.from) * targetWidth;
    for (let s = 0; s < width; s++) {
      if (columns[s] < 0) continue;
      to.values[targetRow + columns[s]] = from.values[row + s];
      to.flags[targetRow + columns[s]] = from.flags[row + s];
    }
  }
}

/** For each station of one table its index in another, -1 where it is not there. */
function columnsOf(stations: readonly Station[], target: readonly Station[]): Int32Array {
  // Tables grow at their end: mostly the one begins with the other, and no index is needed.
  if (stations.length <= target.length && stations.every(({ id }, s) => id === target[s].id)) {
    return Int32Array.from(stations, (_, s) => s);
  }
  let index = indices.get(target);
  if (!index) {
    index = new Map(target.map((station, s) => [station.id, s]));
    indices.set(target, index);
  }
  return Int32Array.from(stations, (station) => index.get(station.id) ?? -1);
}

/** Of tables that others were looked up in: whoever joins many series looks each of their variables up in the same one. */
const indices = new WeakMap<readonly Station[], Map<string, number>>();

interface Span {
  from: Hour;
  to: Hour;
}

/** The hours of [from, to) from the first to the last with a value, or undefined where all is missing. */
function presentSpan(series: Series, from: Hour, to: Hour): Span | undefined {
  const width = series.stations.length;
  let first = to;
  let last = from;
  for (const name of seriesVariableNames(series)) {
    const variable = series.variables[name]!;
    for (let hour = from; hour < to; hour++) {
      if (hour >= first && hour < last) continue;
      const row = (hour - series.from) * width;
      for (let s = 0; s < width; s++) {
        if (!isPresent(variable, row + s)) continue;
        first = Math.min(first, hour);
        last = Math.max(last, hour + 1);
        break;
      }
    }
  }
  return last > first ? { from: first, to: last } : undefined;
}

/** A value is missing when it is not finite or flagged so. */
function isPresent(variable: SeriesVariable, index: number): boolean {
  return variable.flags[index] !== FLAG.MISSING && Number.isFinite(variable.values[index]);
}

/** Whether a present new value takes the place of a present old one. */
function replaces(old: SeriesVariable, i: number, incoming: SeriesVariable, j: number): boolean {
  const [was, is] = [old.flags[i], incoming.flags[j]];
  const isSame = old.values[i] === incoming.values[j];
  if (isSame && was === is) return false;
  if (isSame && was !== FLAG.INTERPOLATED && is !== FLAG.INTERPOLATED) return true;
  return rank(is) >= rank(was);
}

/** What counts for more: observed, interpolated, rejected. */
function rank(flag: number): number {
  if (flag === FLAG.OBSERVED) return 2;
  return flag === FLAG.INTERPOLATED ? 1 : 0;
}

function countChanges(
  old: Series | undefined,
  oldColumns: Int32Array | undefined,
  incoming: Series,
  name: VariableName,
  span: Span,
  counts: { added: number; replaced: number },
): void {
  const source = incoming.variables[name]!;
  const target = old?.variables[name];
  const width = incoming.stations.length;
  for (let hour = span.from; hour < span.to; hour++) {
    const inOld = old && hour >= old.from && hour < old.from + old.hours;
    for (let s = 0; s < width; s++) {
      const j = (hour - incoming.from) * width + s;
      if (!isPresent(source, j)) continue;
      const column = inOld && target && oldColumns ? oldColumns[s] : -1;
      const i = column < 0 ? -1 : (hour - old!.from) * old!.stations.length + column;
      if (i < 0 || !isPresent(target!, i)) counts.added++;
      else if (replaces(target!, i, source, j)) counts.replaced++;
    }
  }
}

function applyChanges(target: Series, columns: Int32Array, incoming: Series, name: VariableName, span: Span): void {
  const source = incoming.variables[name]!;
  const width = incoming.stations.length;
  for (let hour = span.from; hour < span.to; hour++) {
    for (let s = 0; s < width; s++) {
      const j = (hour - incoming.from) * width + s;
      if (!isPresent(source, j)) continue;
      target.variables[name] ??= emptyVariable(target.hours, target.stations.length);
      const variable = target.variables[name];
      const i = (hour - target.from) * target.stations.length + columns[s];
      if (isPresent(variable, i) && !replaces(variable, i, source, j)) continue;
      variable.values[i] = source.values[j];
      variable.flags[i] = source.flags[j];
    }
  }
}
