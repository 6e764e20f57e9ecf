import { expect, test } from 'vitest';
import { QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { addTarget, reliabilityOf, scoresOf, WIDTH } from '../../src/domain/score-sums.ts';

const quantilesAt = (...values: number[]) => values.map((value) => Float32Array.of(value));

test('the CRPS of quantiles is the mean of twice the pinball loss over the five levels', () => {
  const sums = new Float64Array(WIDTH);
  addTarget(sums, 0, 4, 2, quantilesAt(0, 1, 2, 3, 5), 0);
  // Above four levels by 4, 3, 2, 1, each times its level; below p90 by 1, times 0.1.
  expect(scoresOf(sums).crps).toBeCloseTo((2 / 5) * (4 * 0.1 + 3 * 0.25 + 2 * 0.5 + 1 * 0.75 + 1 * 0.1));
});

test('the CRPS of a single value is its absolute error, also where it is given at all levels', () => {
  const single = new Float64Array(WIDTH);
  const levels = new Float64Array(WIDTH);
  addTarget(single, 0, 4, 1.5, undefined, 0);
  addTarget(levels, 0, 4, 1.5, quantilesAt(1.5, 1.5, 1.5, 1.5, 1.5), 0);
  expect([scoresOf(single).crps, scoresOf(levels).crps]).toEqual([2.5, 2.5]);
  expect(scoresOf(single).coverage80).toBeNaN();
});

test('coverage is the share within the limits, which belong to the interval', () => {
  const sums = new Float64Array(WIDTH);
  const quantiles = quantilesAt(0, 1, 2, 3, 4);
  for (const observed of [-1, 0, 0.5, 1, 2, 3, 3.5, 4, 5, 6]) addTarget(sums, 0, observed, 2, quantiles, 0);
  const { coverage50, coverage80, count } = scoresOf(sums);
  expect([coverage50, coverage80, count]).toEqual([0.3, 0.7, 10]);
  expect(reliabilityOf(sums)).toEqual([0.2, 0.4, 0.5, 0.6, 0.8]);
  expect(reliabilityOf(new Float64Array(WIDTH))).toBeNull();
});

test('a forecast that lacks its quantiles in one place is a single value there, and out of the coverage', () => {
  const sums = new Float64Array(WIDTH);
  addTarget(sums, 0, 1, 3, quantilesAt(Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN), 0);
  addTarget(sums, 0, 2, 2, quantilesAt(1, 1.5, 2, 2.5, 3), 0);
  expect(scoresOf(sums)).toMatchObject({ count: 2, coverage80: 1, mae: 1 });
  expect(scoresOf(sums).crps).toBeCloseTo((2 + (2 / 5) * (0.1 + 0.125 + 0 + 0.125 + 0.1)) / 2);
});

test('true quantiles have a lower CRPS than quantiles that are too wide, too narrow or displaced', () => {
  const random = seededRandom('crps');
  const sample = Array.from({ length: 20_000 }, () => random.normal());
  const normal = [-1.2816, -0.6745, 0, 0.6745, 1.2816];
  const crps = (spread: number, shift: number) => {
    const sums = new Float64Array(WIDTH);
    const quantiles = quantilesAt(...normal.map((z) => z * spread + shift));
    for (const observed of sample) addTarget(sums, 0, observed, shift, quantiles, 0);
    return scoresOf(sums).crps;
  };
  const honest = crps(1, 0);
  for (const [spread, shift] of [
    [0.6, 0],
    [1.6, 0],
    [1, 0.4],
  ])
    expect(crps(spread, shift)).toBeGreaterThan(honest * 1.02);
  expect(QUANTILE_LEVELS).toHaveLength(normal.length);
});
