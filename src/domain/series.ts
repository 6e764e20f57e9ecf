/**
 * Hourly series of many stations over one span: what ingest writes, what the forecaster reads and writes.
 *
 * Values are laid out [time, station]: the value of hour `from + t` at station `s` is `values[t * stations.length + s]`.
 * A missing value is NaN. Units are the internal ones (degC, m/s, degree).
 */
import type { Quantiles } from './quantiles.ts';
import type { RankPaths } from './rank-paths.ts';
import type { Station } from './station.ts';
import type { Hour } from './time.ts';
import { monthOf } from './time.ts';
import type { VariableName } from './variables.ts';

/**
 * How a value came about. A missing value is `MISSING`. Values flagged `RANGE` to `SPATIAL` were observed and failed that check of
 * quality control, `WITHDRAWN` ones were taken back: the store keeps them, and gives them to its readers as missing (NaN), with their flag. Training and
 * verification count `OBSERVED` values only.
 */
export const FLAG = {
  OBSERVED: 0,
  INTERPOLATED: 1,
  RANGE: 2,
  STEP: 3,
  PERSISTENCE: 4,
  SPATIAL: 5,
  /** Taken back by a person (`kernelcast observations withdraw`): kept, and given to nobody. */
  WITHDRAWN: 6,
  MISSING: 255,
} as const;

/** Whether a value was observed and failed a check of quality control. */
export function isRejected(flag: number): boolean {
  return flag > FLAG.INTERPOLATED && flag !== FLAG.MISSING;
}

/** Makes the values that failed a check missing, in place; their flags stay. */
export function withoutRejected(series: Series): Series {
  for (const name of seriesVariableNames(series)) {
    const { values, flags } = series.variables[name]!;
    for (let i = 0; i < flags.length; i++) if (isRejected(flags[i])) values[i] = Number.NaN;
  }
  return series;
}

export interface SeriesVariable {
  /** [time, station]; NaN where missing. */
  values: Float32Array;
  /** [time, station]; one of `FLAG`. */
  flags: Uint8Array;
}

export interface Series {
  stations: readonly Station[];
  /** The first hour. */
  from: Hour;
  /** The number of hours. */
  hours: number;
  variables: Partial<Record<VariableName, SeriesVariable>>;
  /** Of a forecast that tells its uncertainty; observations have none. */
  quantiles?: Quantiles;
  /** Of a forecast that tells how its hours hang together, too. */
  rankPaths?: RankPaths;
}

/** An all-missing variable of the given size. */
export function emptyVariable(hours: number, stations: number): SeriesVariable {
  return {
    values: new Float32Array(hours * stations).fill(Number.NaN),
    flags: new Uint8Array(hours * stations).fill(FLAG.MISSING),
  };
}

/** A variable of observed values; NaN is missing. */
export function observedVariable(values: Float32Array): SeriesVariable {
  const flags = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) flags[i] = Number.isNaN(values[i]) ? FLAG.MISSING : FLAG.OBSERVED;
  return { values, flags };
}

export function seriesVariableNames(series: Pick<Series, 'variables'>): VariableName[] {
  return Object.keys(series.variables) as VariableName[];
}

/** The variables that a series has, each with its name. */
export function variablesOf({ variables }: Pick<Series, 'variables'>): [VariableName, SeriesVariable][] {
  return Object.entries(variables) as [VariableName, SeriesVariable][];
}

/** The hours [from, to) of a series; hours outside it come back missing. Leaves rank paths out. */
export function sliceSeries(series: Series, from: Hour, to: Hour): Series {
  const count = series.stations.length;
  const variables: Series['variables'] = {};
  const first = Math.max(from, series.from);
  const last = Math.min(to, series.from + series.hours);
  for (const name of seriesVariableNames(series)) {
    const source = series.variables[name]!;
    const target = emptyVariable(to - from, count);
    if (last > first) {
      const start = (first - series.from) * count;
      const end = (last - series.from) * count;
      target.values.set(source.values.subarray(start, end), (first - from) * count);
      target.flags.set(source.flags.subarray(start, end), (first - from) * count);
    }
    variables[name] = target;
  }
  const sliced: Series = { stations: series.stations, from, hours: to - from, variables };
  if (series.quantiles) sliced.quantiles = sliceQuantiles(series, series.quantiles, from, to);
  return sliced;
}

/**
 * As `sliceSeries`, but without copying where the series holds all of the hours: the result shares its memory, so do not
 * write to it. Leaves quantiles and rank paths out.
 */
export function viewSeries(series: Series, from: Hour, to: Hour): Series {
  if (from < series.from || to > series.from + series.hours) return sliceSeries(series, from, to);
  const start = (from - series.from) * series.stations.length;
  const end = (to - series.from) * series.stations.length;
  const variables: Series['variables'] = {};
  for (const name of seriesVariableNames(series)) {
    const { values, flags } = series.variables[name]!;
    variables[name] = { values: values.subarray(start, end), flags: flags.subarray(start, end) };
  }
  return { stations: series.stations, from, hours: to - from, variables };
}

function sliceQuantiles(series: Series, quantiles: Quantiles, from: Hour, to: Hour): Quantiles {
  const count = series.stations.length;
  const first = Math.max(from, series.from);
  const last = Math.min(to, series.from + series.hours);
  const slice = (values: Float32Array) => {
    const target = new Float32Array((to - from) * count).fill(Number.NaN);
    const inside = values.subarray((first - series.from) * count, Math.max(first, last) * count - series.from * count);
    target.set(inside, inside.length === 0 ? 0 : (first - from) * count);
    return target;
  };
  const entries = Object.entries(quantiles).map(([name, levels]) => [name, levels.map(slice)]);
  return Object.fromEntries(entries) as Quantiles;
}

/** The months that hold at least one hour of a span, in order. */
export function monthsBetween(from: Hour, to: Hour): string[] {
  const months: string[] = [];
  for (let hour = from; hour < to; hour += 24 * 27) {
    const month = monthOf(hour);
    if (months.at(-1) !== month) months.push(month);
  }
  const last = to > from ? monthOf(to - 1) : undefined;
  if (last && months.at(-1) !== last) months.push(last);
  return months;
}
