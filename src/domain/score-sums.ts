/**
 * What is kept of a group of targets while models are scored: sums, which add up over stations, lead hours and runs,
 * and the mean scores that follow from them.
 *
 * - Errors are forecast minus observation, in the variable's unit.
 * - CRPS, the continuous ranked probability score, is the integral of twice the pinball loss over all levels (Gneiting &
 *   Ranjan 2011). Here it is the mean of twice the pinball loss over the five levels of `QUANTILE_LEVELS`, equally weighted:
 *   `(2/5) * sum over levels p of (y - q_p) * (p - [y < q_p])`. A forecast without quantiles is a single value at all levels,
 *   for which that mean is the absolute error, as the exact CRPS is.
 * - Coverage is the share of observations within [p25, p75] and [p10, p90], limits included, of the forecasts that have quantiles.
 */
import { QUANTILE_LEVELS } from './quantiles.ts';

/** The places of a group's sums; `WIDTH` numbers make a group. */
export const COUNT = 0;
export const SQUARED = 1;
export const ABSOLUTE = 2;
export const ERROR = 3;
export const CRPS = 4;
export const QUANTILE_COUNT = 5;
export const INSIDE_50 = 6;
export const INSIDE_80 = 7;
/** The observations at or below each level's quantile, in the order of `QUANTILE_LEVELS`. */
export const BELOW = 8;
export const WIDTH = BELOW + QUANTILE_LEVELS.length;

/** Adds one target to the group that begins at `at`. */
export function addTarget(
  sums: Float64Array,
  at: number,
  observed: number,
  forecast: number,
  quantiles: readonly Float32Array[] | undefined,
  cell: number,
): void {
  const error = forecast - observed;
  const absolute = Math.abs(error);
  sums[at + COUNT]++;
  sums[at + SQUARED] += error * error;
  sums[at + ABSOLUTE] += absolute;
  sums[at + ERROR] += error;
  if (quantiles === undefined || Number.isNaN(quantiles[0][cell])) {
    sums[at + CRPS] += absolute;
    return;
  }
  sums[at + CRPS] += quantileScore(observed, quantiles, cell);
  sums[at + QUANTILE_COUNT]++;
  for (let level = 0; level < QUANTILE_LEVELS.length; level++) {
    if (observed <= quantiles[level][cell]) sums[at + BELOW + level]++;
  }
  if (observed >= quantiles[1][cell] && observed <= quantiles[3][cell]) sums[at + INSIDE_50]++;
  if (observed >= quantiles[0][cell] && observed <= quantiles[4][cell]) sums[at + INSIDE_80]++;
}

/** The mean over the levels of twice the pinball loss. */
function quantileScore(observed: number, quantiles: readonly Float32Array[], cell: number): number {
  let sum = 0;
  for (let level = 0; level < QUANTILE_LEVELS.length; level++) {
    const above = observed - quantiles[level][cell];
    sum += above * (QUANTILE_LEVELS[level] - (above < 0 ? 1 : 0));
  }
  return (2 * sum) / QUANTILE_LEVELS.length;
}

/** Adds `groups` groups of one array to those of another. */
export function addSums(into: Float64Array, at: number, from: Float64Array, start: number, groups: number): void {
  for (let index = 0; index < groups * WIDTH; index++) into[at + index] += from[start + index];
}

/** Mean errors in the variable's unit (MSE: unit squared); NaN where nothing was scored. */
export interface Scores {
  /** The targets that were scored. */
  count: number;
  mse: number;
  rmse: number;
  mae: number;
  bias: number;
  crps: number;
  /** The share of observations within the 50 % and 80 % intervals; NaN for a model without quantiles. */
  coverage50: number;
  coverage80: number;
}

/** For each level the share of observations at or below its quantile, the level itself if all is well; null without quantiles. */
export function reliabilityOf(sums: Float64Array, at = 0): number[] | null {
  const count = sums[at + QUANTILE_COUNT];
  return count === 0 ? null : QUANTILE_LEVELS.map((_, level) => sums[at + BELOW + level] / count);
}

/** The scores of the group that begins at `at`. */
export function scoresOf(sums: Float64Array, at = 0): Scores {
  const count = sums[at + COUNT];
  const mse = sums[at + SQUARED] / count;
  return {
    count,
    mse,
    rmse: Math.sqrt(mse),
    mae: sums[at + ABSOLUTE] / count,
    bias: sums[at + ERROR] / count,
    crps: sums[at + CRPS] / count,
    coverage50: sums[at + INSIDE_50] / sums[at + QUANTILE_COUNT],
    coverage80: sums[at + INSIDE_80] / sums[at + QUANTILE_COUNT],
  };
}
