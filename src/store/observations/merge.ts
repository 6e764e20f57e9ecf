/**
 * The rule by which new values join old ones, pure. A new value replaces an old one; but a missing value never erases, one
 * that failed a check of quality control never replaces one that is in use, and an interpolated one never replaces an
 * observed one. The same observation judged anew takes the new judgement. So merging is idempotent, and merges of disjoint
 * data commute.
 */
import { columnsIn, copyVariables, knownColumns } from '../../domain/align-stations.ts';
import {
  emptyVariable,
  FLAG,
  type Series,
  type SeriesVariable,
  seriesVariableNames,
  variablesOf,
} from '../../domain/series.ts';
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
  const known = old && { old, columns: columnsIn(old.stations, incoming.stations) };
  for (const [name, variable] of variablesOf(incoming)) countChanges(known, incoming, name, variable, span, counts);
  if (counts.added + counts.replaced === 0) return undefined;

  const first = Math.min(span.from, old?.from ?? span.from);
  const last = Math.max(span.to, old ? old.from + old.hours : span.to);
  const series: Series = { stations, from: first, hours: last - first, variables: {} };
  if (old) {
    for (const name of seriesVariableNames(old)) {
      series.variables[name] = emptyVariable(series.hours, stations.length);
    }
    copyVariables(old, series);
  }
  const columns = knownColumns(stations, incoming.stations);
  for (const [name, variable] of variablesOf(incoming)) applyChanges(series, columns, incoming, name, variable, span);
  return { series, ...counts };
}

interface Span {
  from: Hour;
  to: Hour;
}

/** The hours of [from, to) from the first to the last with a value, or undefined where all is missing. */
function presentSpan(series: Series, from: Hour, to: Hour): Span | undefined {
  const width = series.stations.length;
  let first = to;
  let last = from;
  for (const [, variable] of variablesOf(series)) {
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
  // The same observation again does not bring back what was taken back; another value does.
  if (isSame && was === FLAG.WITHDRAWN) return false;
  if (isSame && was !== FLAG.INTERPOLATED && is !== FLAG.INTERPOLATED) return true;
  return rank(is) >= rank(was);
}

/** What counts for more: observed, interpolated, rejected. */
function rank(flag: number): number {
  if (flag === FLAG.OBSERVED) return 2;
  return flag === FLAG.INTERPOLATED ? 1 : 0;
}

function countChanges(
  known: { old: Series; columns: Int32Array } | undefined,
  incoming: Series,
  name: VariableName,
  source: SeriesVariable,
  span: Span,
  counts: { added: number; replaced: number },
): void {
  const target = known?.old.variables[name];
  const width = incoming.stations.length;
  for (let hour = span.from; hour < span.to; hour++) {
    const row = known && hour >= known.old.from && hour < known.old.from + known.old.hours ? hour - known.old.from : -1;
    for (let s = 0; s < width; s++) {
      const j = (hour - incoming.from) * width + s;
      if (!isPresent(source, j)) continue;
      const i = known && row >= 0 && known.columns[s] >= 0 ? row * known.old.stations.length + known.columns[s] : -1;
      if (i < 0 || !target || !isPresent(target, i)) counts.added++;
      else if (replaces(target, i, source, j)) counts.replaced++;
    }
  }
}

function applyChanges(
  target: Series,
  columns: Int32Array,
  incoming: Series,
  name: VariableName,
  source: SeriesVariable,
  span: Span,
): void {
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
