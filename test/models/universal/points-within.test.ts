import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PointsWithin } from '../../../models/universal/points-within.ts';
import { distanceKm, EARTH_RADIUS_KM, unitVector } from '../../../src/domain/geo.ts';

const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

test('what is within the radius is found, and nothing else, anywhere on the globe', () => {
  fc.assert(
    fc.property(fc.array(place, { maxLength: 60 }), place, fc.integer({ min: 20, max: 8000 }), (points, from, km) => {
      const radius = 2 * Math.sin(km / EARTH_RADIUS_KM / 2);
      const found: number[] = [];
      new PointsWithin(points.map(unitVector), radius).visit(unitVector(from), (index) => found.push(index));
      const near = points.flatMap((point, index) => (distanceKm(from, point) < km - 1e-3 ? [index] : []));
      const notFar = points.flatMap((point, index) => (distanceKm(from, point) < km + 1e-3 ? [index] : []));
      expect(found).toEqual(expect.arrayContaining(near));
      expect(notFar).toEqual(expect.arrayContaining(found));
      expect(new Set(found).size).toBe(found.length);
    }),
  );
});
