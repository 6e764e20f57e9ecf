import { expect, test } from 'vitest';
import { drawBlocks, interval95, resample, sortedQuantile } from '../../../models/evaluation/bootstrap.ts';
import { seededRandom } from '../../../src/domain/random.ts';

test('each resample draws as many blocks as there are, the same ones every time', () => {
  const draws = drawBlocks(50, 200);
  expect(draws).toHaveLength(200);
  for (const times of draws) expect(times.reduce((a, b) => a + b)).toBe(50);
  expect(drawBlocks(50, 200)).toEqual(draws);
  expect(drawBlocks(50, 200, 'another seed')).not.toEqual(draws);
});

test('too few blocks give no interval', () => {
  expect(drawBlocks(9)).toEqual([]);
  expect(interval95(resample([], new Float64Array(9), 1).map(([sum]) => sum))).toBeNull();
});

test('a resample has the sums of the blocks that were drawn', () => {
  const byBlock = Float64Array.of(1, 10, 2, 20, 4, 40);
  expect(resample([Uint16Array.of(0, 3, 0), Uint16Array.of(1, 1, 1)], byBlock, 2).map((sums) => [...sums])).toEqual([
    [6, 60],
    [7, 70],
  ]);
});

test('the interval of a mean is that of its standard error', () => {
  const random = seededRandom('mean');
  const values = Float64Array.from({ length: 400 }, () => 5 + random.normal());
  const [low, high] = interval95(resample(drawBlocks(400), values, 1).map(([sum]) => sum / 400))!;
  const mean = values.reduce((a, b) => a + b) / 400;
  expect(mean - low).toBeCloseTo(1.96 / Math.sqrt(400), 1);
  expect(high - mean).toBeCloseTo(1.96 / Math.sqrt(400), 1);
  expect(high - low).toBeGreaterThan(0.15);
});

test('quantiles lie between the values in order', () => {
  expect([0, 0.25, 0.5, 1].map((level) => sortedQuantile([0, 10, 20, 30], level))).toEqual([0, 7.5, 15, 30]);
  expect(sortedQuantile([7], 0.9)).toBe(7);
});
