import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { probabilityAtAnyHour } from '../../src/domain/rank-paths.ts';

/** [time, path]: evenly spread ranks, each hour in an order of its own. */
function shuffledRanks(hours: number, paths: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const ranks = new Float32Array(hours * paths);
  for (let hour = 0; hour < hours; hour++) {
    const keys = Array.from({ length: paths }, () => random.uniform());
    const order = [...keys.keys()].sort((a, b) => keys[a] - keys[b]);
    for (const [rank, path] of order.entries()) ranks[hour * paths + path] = (rank + 0.5) / paths;
  }
  return ranks;
}
const SIDES = ['over', 'under'] as const;
const probabilities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 24 });

test('to pass a value in any of some hours is as likely as in the likeliest of them at least, and as all together at most', () => {
  fc.assert(
    fc.property(probabilities, fc.integer(), fc.constantFrom(...SIDES), (each, seed, side) => {
      const joint = probabilityAtAnyHour(each, shuffledRanks(each.length, 50, seed), side);
      const sum = each.reduce((total, probability) => total + probability, 0);
      expect(joint).toBeGreaterThanOrEqual(Math.max(...each));
      expect(joint).toBeLessThanOrEqual(Math.min(1, sum));
    }),
    { seed: 1 },
  );
});

test('of one hour it is the probability of the hour', () => {
  for (const probability of [0, 0.003, 0.2, 0.5, 0.998, 1]) {
    for (const side of SIDES)
      expect(probabilityAtAnyHour([probability], shuffledRanks(1, 50, 1), side)).toBe(probability);
  }
});

test('where all hours have their great errors in the same paths, it is the probability of the likeliest hour', () => {
  const ranks = Float32Array.from({ length: 4 * 100 }, (_, index) => ((index % 100) + 0.5) / 100);
  for (const side of SIDES) {
    expect(probabilityAtAnyHour([0.1, 0.3, 0.25, 0.2], ranks, side)).toBeCloseTo(0.3, 2);
  }
});

test('where they have them in different paths, it is the sum; where independently, in between', () => {
  const opposed = Float32Array.from({ length: 200 }, (_, index) => (index < 100 ? index + 0.5 : 199.5 - index) / 100);
  for (const side of SIDES) expect(probabilityAtAnyHour([0.2, 0.3], opposed, side)).toBeCloseTo(0.5, 2);
  const independent = shuffledRanks(3, 20_000, 5);
  for (const side of SIDES) {
    expect(probabilityAtAnyHour([0.2, 0.2, 0.2], independent, side)).toBeCloseTo(1 - 0.8 ** 3, 2);
  }
});

test('over a value go the paths of high ranks, under it those of low ones', () => {
  // Of four paths one is high in both hours, and two change from low to middling.
  const ranks = Float32Array.of(0.875, 0.125, 0.375, 0.625, 0.875, 0.375, 0.125, 0.625);
  expect(probabilityAtAnyHour([0.25, 0.25], ranks, 'over')).toBe(0.25);
  expect(probabilityAtAnyHour([0.25, 0.25], ranks, 'under')).toBe(0.5);
});

test('an hour without a forecast leaves no probability', () => {
  expect(probabilityAtAnyHour([0.2, Number.NaN], shuffledRanks(2, 10, 1), 'over')).toBeNaN();
});
