/** The probability that a value is passed, from the quantiles of a forecast. */
import { QUANTILE_LEVELS } from './quantiles.ts';

/**
 * The probability (0..1) that the value is above a threshold, by linear interpolation between the quantiles. Beyond the
 * outermost levels the line of the outermost pair is followed until it meets 0 or 1. NaN where a quantile is missing.
 * @param quantiles rising, one a level of `QUANTILE_LEVELS`, in the threshold's unit
 */
export function probabilityAbove(quantiles: readonly number[], threshold: number): number {
  if (quantiles.some(Number.isNaN)) return Number.NaN;
  const last = quantiles.length - 1;
  // Where all quantiles are one value there is no line to follow.
  if (quantiles[0] === quantiles[last]) return threshold < quantiles[0] ? 1 : 0;
  let lower = Math.min(
    Math.max(
      quantiles.findLastIndex((value) => value <= threshold),
      0,
    ),
    last - 1,
  );
  // Outside, equal neighbours have no slope: the next pair that differs gives it.
  let upper = lower + 1;
  while (upper < last && quantiles[upper] === quantiles[lower]) upper++;
  while (lower > 0 && quantiles[upper] === quantiles[lower]) lower--;
  const share = (threshold - quantiles[lower]) / (quantiles[upper] - quantiles[lower]);
  const below = QUANTILE_LEVELS[lower] + share * (QUANTILE_LEVELS[upper] - QUANTILE_LEVELS[lower]);
  return 1 - Math.min(1, Math.max(0, below));
}
