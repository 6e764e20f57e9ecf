/** The normal distribution as a forecast: its quantiles, its CRPS in closed form, and how its spread is learned from that. */
import { QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';

/** The standard normal distribution's quantiles at `QUANTILE_LEVELS`. */
export const NORMAL_QUANTILES = [-1.2815515655446004, -0.6744897501960817, 0, 0.6744897501960817, 1.2815515655446004];

const SQRT_PI = Math.sqrt(Math.PI);
const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/** The width of [p10, p90] of a normal distribution in standard deviations. */
export const WIDTH_80 = NORMAL_QUANTILES[QUANTILE_LEVELS.length - 1] - NORMAL_QUANTILES[0];

/** The continuous ranked probability score of a normal forecast, in its unit (Gneiting et al. 2005, equation 5). */
export function normalCrps(observed: number, mean: number, spread: number): number {
  const z = (observed - mean) / spread;
  return spread * (z * erf(z / Math.SQRT2) + 2 * density(z) - 1 / SQRT_PI);
}

/**
 * The step that takes the logarithm of a spread towards the one of least CRPS, from one error in units of the spread: Newton's, with
 * the expected curvature. The derivative of the CRPS by the spread is 2 phi(z) - 1/sqrt(pi), and its curvature where the
 * spread is right 1/(2 sqrt(pi)). It lies between -0.83 (no error) and 2, however large the error is: no broken sensor can
 * blow a spread up at once.
 */
export function spreadStep(z: number): number {
  return 2 - 4 * SQRT_PI * density(z);
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / SQRT_2_PI;
}

/** Abramowitz & Stegun 7.1.26: to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const value = 1 - series * Math.exp(-x * x);
  return x >= 0 ? value : -value;
}
