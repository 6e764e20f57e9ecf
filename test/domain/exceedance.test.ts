import { expect, test } from 'vitest';
import { probabilityAbove } from '../../src/domain/exceedance.ts';

const QUANTILES = [1, 2, 4, 6, 9];

test.each([
  [1, 0.9],
  [2, 0.75],
  [3, 0.625],
  [4, 0.5],
  [9, 0.1],
])('above %d of the quantiles 1, 2, 4, 6, 9 with the probability %d', (threshold, probability) => {
  expect(probabilityAbove(QUANTILES, threshold)).toBeCloseTo(probability, 10);
});

test('beyond the outermost quantiles the line goes on, to certainty', () => {
  expect(probabilityAbove(QUANTILES, 0.5)).toBeCloseTo(0.975, 10);
  expect(probabilityAbove(QUANTILES, 10)).toBeCloseTo(0.05, 10);
  expect(probabilityAbove(QUANTILES, -5)).toBe(1);
  expect(probabilityAbove(QUANTILES, 50)).toBe(0);
});

test('where quantiles are one value, it counts as not passed', () => {
  expect(probabilityAbove([0, 0, 1, 2, 3], 0)).toBeCloseTo(0.75, 10);
  expect(probabilityAbove([0, 0, 1, 2, 3], -10)).toBe(1);
  expect(probabilityAbove([1, 2, 3, 4, 4], 4)).toBeCloseTo(0.1, 10);
  expect(probabilityAbove([1, 2, 3, 4, 4], 4.1)).toBeLessThan(0.1);
  expect([probabilityAbove([5, 5, 5, 5, 5], 5), probabilityAbove([5, 5, 5, 5, 5], 4)]).toEqual([0, 1]);
});

test('a missing quantile leaves no probability', () => {
  expect(probabilityAbove([1, 2, Number.NaN, 4, 5], 3)).toBeNaN();
});
