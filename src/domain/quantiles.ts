/**
 * What a forecast says of its uncertainty: for each lead hour and station the values that the observation stays below with
 * the probabilities of `QUANTILE_LEVELS`.
 *
 *     const [p10, p25, p50, p75, p90] = forecast.quantiles!.temperature_2m!;   // each [lead, station], degC
 *     p90[lead * stations.length + station];
 *
 * Quantiles rise with the level (`orderQuantiles` sees to it), wind speed is never below zero, and a value that is missing
 * at one level is missing at all.
 */
import type { VariableName } from './variables.ts';

export const QUANTILE_LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** The variables that may have quantiles. The direction has none: it has no order. */
export const QUANTILE_VARIABLES = [
  'temperature_2m',
  'wind_u_component_10m',
  'wind_v_component_10m',
  'wind_speed_10m',
] as const satisfies readonly VariableName[];

/** By variable, one [time, station] array a level, in the order of `QUANTILE_LEVELS`, in the variable's unit; NaN where missing. */
export type Quantiles = Partial<Record<VariableName, readonly Float32Array[]>>;

/** `temperature_2m_p10`: what the column of a level is called in files. */
export function quantileColumn(name: VariableName, level: number): string {
  return `${name}_p${Math.round(level * 100)}`;
}

/**
 * Makes raw quantiles of a variable fit for a forecast, in place: sorted by level in each cell (rearrangement, which never
 * raises the pinball loss: Chernozhukov, Fernández-Val & Galichon 2010), wind speed cut at zero, all levels missing where
 * one is.
 */
export function orderQuantiles(name: VariableName, levels: readonly Float32Array[]): readonly Float32Array[] {
  const floor = name === 'wind_speed_10m' ? 0 : Number.NEGATIVE_INFINITY;
  const cell = new Float32Array(levels.length);
  for (let index = 0; index < levels[0].length; index++) {
    let isMissing = false;
    for (let level = 0; level < levels.length; level++) {
      const value = levels[level][index];
      isMissing ||= Number.isNaN(value);
      cell[level] = value < floor ? floor : value;
    }
    if (isMissing) cell.fill(Number.NaN);
    else cell.sort();
    for (let level = 0; level < levels.length; level++) levels[level][index] = cell[level];
  }
  return levels;
}
