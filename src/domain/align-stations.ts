/** Brings two series to the same stations, so that their values lie side by side. */
import type { Quantiles } from './quantiles.ts';
import { FLAG, type Series, seriesVariableNames } from './series.ts';
import type { Station } from './station.ts';

/**
 * A series of these stations, known by their ids, in this order; missing where the series has not the station. The series itself
 * where it has just these: do not write to it.
 */
export function alignStations(series: Series, stations: readonly Station[]): Series {
  const own = series.stations;
  if (own.length === stations.length && own.every(({ id }, index) => id === stations[index].id)) return series;
  const columns = new Map(own.map(({ id }, column) => [id, column]));
  const from = stations.map(({ id }) => columns.get(id) ?? -1);
  const pick = <T extends Float32Array | Uint8Array>(source: T, target: T): T => {
    for (let hour = 0; hour < series.hours; hour++) {
      for (let at = 0; at < from.length; at++) {
        if (from[at] >= 0) target[hour * from.length + at] = source[hour * own.length + from[at]];
      }
    }
    return target;
  };
  const size = series.hours * from.length;
  const values = (source: Float32Array) => pick(source, new Float32Array(size).fill(Number.NaN));
  const variables: Series['variables'] = {};
  for (const name of seriesVariableNames(series)) {
    const source = series.variables[name]!;
    const flags = pick(source.flags, new Uint8Array(size).fill(FLAG.MISSING));
    variables[name] = { values: values(source.values), flags };
  }
  const aligned: Series = { stations, from: series.from, hours: series.hours, variables };
  if (series.quantiles) {
    const levels = Object.entries(series.quantiles).map(([name, each]) => [name, each.map(values)]);
    aligned.quantiles = Object.fromEntries(levels) as Quantiles;
  }
  if (series.rankPaths) aligned.rankPaths = series.rankPaths;
  return aligned;
}
