/**
 * Which station of one table is which of another, known by their ids: the one place where series of different stations are brought
 * side by side. Tables are lists of stations, each id once.
 *
 * Who asks for stations that a table need not have gets -1 or missing values for them (`columnsIn`, `alignStations`, `copyVariable`);
 * who may only meet known ones gets an error (`knownColumns`).
 */
import { KernelcastError } from '../errors.ts';
import type { Quantiles } from './quantiles.ts';
import { FLAG, type Series, seriesVariableNames } from './series.ts';
import type { Station } from './station.ts';
import type { VariableName } from './variables.ts';

/** Whether two tables have the same stations in the same order. */
export function sameStations(a: readonly Station[], b: readonly Station[]): boolean {
  return a === b || (a.length === b.length && beginsWith(a, b));
}

function beginsWith(table: readonly Station[], stations: readonly Station[]): boolean {
  return stations.length <= table.length && stations.every(({ id }, column) => id === table[column].id);
}

/** Of tables that others were looked up in: whoever joins many series looks each of their variables up in the same one. */
const indices = new WeakMap<readonly Station[], ReadonlyMap<string, number>>();

/** For each of the stations its index in a table, -1 where it is not there. */
export function columnsIn(table: readonly Station[], stations: readonly Station[]): Int32Array {
  // Tables grow at their end: mostly the one begins with the other, and no index is needed.
  if (beginsWith(table, stations)) return Int32Array.from(stations.keys());
  let index = indices.get(table);
  if (!index) {
    index = new Map(table.map(({ id }, column) => [id, column]));
    indices.set(table, index);
  }
  const known = index;
  return Int32Array.from(stations, ({ id }) => known.get(id) ?? -1);
}

/** For each of the stations its index in a table. @throws KernelcastError `STATIONS` naming one that is not there */
export function knownColumns(table: readonly Station[], stations: readonly Station[]): Int32Array {
  const columns = columnsIn(table, stations);
  const stranger = columns.indexOf(-1);
  if (stranger < 0) return columns;
  throw new KernelcastError('STATIONS', `the station '${stations[stranger].id}' is not among those of the whole`, {
    where: { station: stations[stranger].id, stations: table.length },
  });
}

/**
 * A series of these stations, in this order; missing where the series has not the station. The series itself where it has just
 * these: do not write to it.
 */
export function alignStations(series: Series, stations: readonly Station[]): Series {
  if (sameStations(series.stations, stations)) return series;
  return pickColumns(series, stations, columnsIn(series.stations, stations));
}

/** The same by indices: column `c` of the result is column `columns[c]` of the series, and missing where that is -1. */
export function pickColumns(series: Series, stations: readonly Station[], columns: ArrayLike<number>): Series {
  const width = series.stations.length;
  const size = series.hours * columns.length;
  const pick = <T extends Float32Array | Uint8Array>(source: T, target: T): T => {
    for (let hour = 0; hour < series.hours; hour++) {
      for (let at = 0; at < columns.length; at++) {
        if (columns[at] >= 0) target[hour * columns.length + at] = source[hour * width + columns[at]];
      }
    }
    return target;
  };
  const values = (source: Float32Array) => pick(source, new Float32Array(size).fill(Number.NaN));
  const picked: Series = { ...series, stations, variables: {} };
  for (const [name, source] of Object.entries(series.variables)) {
    const flags = pick(source.flags, new Uint8Array(size).fill(FLAG.MISSING));
    picked.variables[name as VariableName] = { values: values(source.values), flags };
  }
  if (series.quantiles) {
    const levels = Object.entries(series.quantiles).map(([name, each]) => [name, each.map(values)]);
    picked.quantiles = Object.fromEntries(levels) as Quantiles;
  }
  return picked;
}

/** Copies what two series share of a variable, their common hours and stations, into `target`. */
export function copyVariable(source: Series, target: Series, name: VariableName): void {
  const from = source.variables[name];
  const to = target.variables[name];
  if (!from || !to) return;
  const first = Math.max(source.from, target.from);
  const last = Math.min(source.from + source.hours, target.from + target.hours);
  if (last <= first) return;
  const width = source.stations.length;
  const targetWidth = target.stations.length;

  if (sameStations(source.stations, target.stations)) {
    const start = (first - source.from) * width;
    const end = (last - source.from) * width;
    to.values.set(from.values.subarray(start, end), (first - target.from) * width);
    to.flags.set(from.flags.subarray(start, end), (first - target.from) * width);
    return;
  }
  const columns = columnsIn(target.stations, source.stations);
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

/** Copies all that two series share, of the variables that both have. */
export function copyVariables(source: Series, target: Series): void {
  for (const name of seriesVariableNames(source)) copyVariable(source, target, name);
}
