import { expect, it } from 'vitest';
import { applyWeights, planSampling, type SamplingMethod } from '../../../ingest/sampling/sampling-plan.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { range, station } from '../support.ts';

const SQUARE = { latitudes: Float64Array.of(0, 10), longitudes: Float64Array.of(0, 10), wraps: false };

/** The station's value where the grid points [0,0], [0,10], [10,0], [10,10] have the given ones. */
function valueAt(latitude: number, longitude: number, values: number[], method?: SamplingMethod): number {
  const plan = planSampling(SQUARE, [station('s', latitude, longitude)], { file: 'f.nc', method });
  const points = Float64Array.from(plan.rows, (row, i) => values[2 * row + plan.columns[i]]);
  const target = new Float32Array(1);
  applyWeights(plan.weights.scalar, points, 0, target, 0);
  return target[0];
}

it('weights the four corners', () => {
  expect(valueAt(5, 5, [1, 2, 3, 4])).toBe(2.5);
  expect(valueAt(2.5, 5, [0, 0, 4, 4])).toBe(1);
});

it('nearest: of equally near points the northernmost, and of those the easternmost', () => {
  expect(valueAt(4, 6, [1, 2, 3, 4], 'nearest')).toBe(2);
  expect(valueAt(5, 4, [1, 2, 3, 4], 'nearest')).toBe(3);
  expect(valueAt(5, 5, [1, 2, 3, 4], 'nearest')).toBe(4);
});

it('leaves missing corners out and scales the other weights up', () => {
  expect(valueAt(5, 5, [1, NaN, 3, 5])).toBe(3);
  expect(valueAt(1, 5, [7, 7, NaN, NaN])).toBe(7);
});

it('is missing where the valid corners have less than half the weight', () => {
  expect(valueAt(5, 5, [NaN, NaN, NaN, 4])).toBeNaN();
  expect(valueAt(6, 5, [1, 1, NaN, NaN])).toBeNaN();
  expect(valueAt(4, 5, [1, 1, NaN, NaN])).toBe(1);
  expect(valueAt(0, 0, [NaN, 1, 1, 1])).toBeNaN();
});

it('needs each grid point once, however many stations use it', () => {
  const plan = planSampling(SQUARE, [station('a', 1, 1), station('b', 2, 2), station('c', 9, 9)], { file: 'f.nc' });
  expect(plan.rows.length).toBe(4);
  expect(plan.weights.scalar.starts).toEqual(Int32Array.of(0, 4, 8, 12));
});

it('names up to five stations outside and counts them all', () => {
  const far = range(0, 7, 1).map((n) => station(`far${n}`, 50, n));
  try {
    planSampling(SQUARE, [station('in', 5, 5), ...far], { file: 'f.nc' });
    expect.unreachable();
  } catch (error) {
    if (!isKernelcastError(error, 'OUTSIDE_GRID')) throw error;
    expect(error.message).toBe('7 of 8 stations lie outside the grid');
    expect(error.where.stations).toMatch(/^far0 \(50, 0\), far1.*far4 \(50, 4\), and 2 more$/);
    expect(error.hint).toContain('--skip-outside');
  }
});

it('leaves them out when asked to, but not if all are outside', () => {
  const plan = planSampling(SQUARE, [station('far', 50, 5), station('in', 5, 5)], { file: 'f.nc', skipOutside: true });
  expect([plan.stations.map(({ id }) => id), plan.outside.map(({ id }) => id)]).toEqual([['in'], ['far']]);
  expect(() => planSampling(SQUARE, [station('far', 50, 5)], { file: 'f.nc', skipOutside: true })).toThrow('outside');
});

it('nearest: the one corner, missing where it is missing', () => {
  expect(valueAt(4, 6, [1, 2, 3, 4], 'nearest')).toBe(2);
  expect(valueAt(4, 6, [1, NaN, 3, 4], 'nearest')).toBeNaN();
});

it('inverse distance: the four corners by the square of how far they are', () => {
  expect(valueAt(10, 0, [1, 2, 3, 4], 'inverse-distance')).toBe(3);
  // On the equator, three tenths of the way between two corners: the near one counts (7/3)^2 times as much.
  expect(valueAt(0, 3, [1, 0, 0, 0], 'inverse-distance')).toBeCloseTo(49 / 58, 4);
  expect(valueAt(0, 3, [NaN, 6, NaN, NaN], 'inverse-distance')).toBeNaN();
  expect(valueAt(0, 3, [6, NaN, NaN, NaN], 'inverse-distance')).toBe(6);
});
