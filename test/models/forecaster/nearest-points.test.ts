import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NearestPoints } from '../../../models/forecaster/nearest-points.ts';
import { unitVector } from '../../../src/domain/geo.ts';

/** All points sorted: slow, and plainly right. */
function byHand(points: readonly number[][], place: readonly number[], count: number, without: ReadonlySet<number>) {
  const closeness = points.map(([x, y, z]) => x * place[0] + y * place[1] + z * place[2]);
  const others = points.map((_, index) => index).filter((index) => !without.has(index));
  return others.sort((a, b) => closeness[b] - closeness[a] || a - b).slice(0, count);
}

// Whole degrees, so that points coincide and distances tie.
const point = fc.record({
  latitude: fc.integer({ min: -90, max: 90 }),
  longitude: fc.integer({ min: -180, max: 180 }),
});

test('the nearest points are those that sorting all of them gives, wherever they lie', () => {
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1, maxLength: 400 }),
      point,
      fc.nat(12),
      fc.array(fc.nat(399), { maxLength: 20 }),
      (places, place, count, taken) => {
        const points = places.map(unitVector);
        const without = new Set(taken);
        const found = new NearestPoints(points).find(unitVector(place), count, without);
        expect(found).toEqual(byHand(points, unitVector(place), count, without));
      },
    ),
    { numRuns: 300 },
  );
});

test('clusters far from the place are found, and of thousands of points as well', () => {
  const points = Array.from({ length: 5000 }, (_, i) =>
    unitVector({ latitude: 40 + (i % 71) / 10, longitude: -100 + ((i * 37) % 997) / 20 }),
  );
  for (const place of [
    { latitude: -45, longitude: 90 },
    { latitude: 43.21, longitude: -80.5 },
    { latitude: 90, longitude: 0 },
  ]) {
    const without = new Set([3, 5, 8]);
    const found = new NearestPoints(points).find(unitVector(place), 8, without);
    expect(found).toEqual(byHand(points, unitVector(place), 8, without));
  }
});
