/**
 * Block bootstrap: how far a score could be off because the span holds these days of weather and not others. Forecasts of
 * one day share their weather, so whole days (by init) are drawn, with replacement, as many as there are (Wilks 2011, section
 * 5.3.5). Every model is scored on the same draws, so that differences between models are paired.
 *
 *     const draws = drawBlocks(365);
 *     const [low, high] = interval(draws, byDay, width, (sums) => sums[1] / sums[0]);
 */
import { seededRandom } from '../../src/domain/random.ts';

export const RESAMPLES = 1000;
const SEED = 'evaluation';
/** Fewer days tell nothing about others. */
const FEWEST_BLOCKS = 10;

/** How often each block was drawn, by resample. */
export type Draws = readonly Uint16Array[];

/** None where there are too few blocks. */
export function drawBlocks(blocks: number, resamples = RESAMPLES, seed = SEED): Draws {
  if (blocks < FEWEST_BLOCKS) return [];
  const random = seededRandom(seed);
  return Array.from({ length: resamples }, () => {
    const times = new Uint16Array(blocks);
    for (let draw = 0; draw < blocks; draw++) times[Math.floor(random.uniform() * blocks)]++;
    return times;
  });
}

/** The sums over the blocks of each resample: [resample][width] from [block, width]. */
export function resample(draws: Draws, byBlock: Float64Array, width: number): Float64Array[] {
  return draws.map((times) => {
    const total = new Float64Array(width);
    for (let block = 0; block < times.length; block++) {
      const weight = times[block];
      if (weight === 0) continue;
      const from = block * width;
      for (let index = 0; index < width; index++) total[index] += weight * byBlock[from + index];
    }
    return total;
  });
}

export type Interval = [low: number, high: number];

/** The middle 95 % of the values, NaN left out; null where there are none. */
export function interval95(values: ArrayLike<number>): Interval | null {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  return sorted.length === 0 ? null : [sortedQuantile(sorted, 0.025), sortedQuantile(sorted, 0.975)];
}

/** Linear between the order statistics (type 7 of Hyndman & Fan 1996). */
export function sortedQuantile(sorted: ArrayLike<number>, level: number): number {
  const place = (sorted.length - 1) * level;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
