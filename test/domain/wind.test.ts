import fc from 'fast-check';
import { expect, test } from 'vitest';
import { directionBetween, windComponents, windDirection, windSpeed } from '../../src/domain/wind.ts';

test('a wind from the west blows eastward and has direction 270', () => {
  expect(windDirection(5, 0)).toBeCloseTo(270);
  expect(windDirection(0, -5)).toBeCloseTo(0);
  expect(windDirection(-5, 0)).toBeCloseTo(90);
  expect(windDirection(0, 5)).toBeCloseTo(180);
});

test('speed and direction give back the components they came from', () => {
  const component = fc.double({ min: -80, max: 80, noNaN: true });
  fc.assert(
    fc.property(component, component, (u, v) => {
      const back = windComponents(windSpeed(u, v), windDirection(u, v));
      expect(back.u).toBeCloseTo(u, 9);
      expect(back.v).toBeCloseTo(v, 9);
    }),
  );
});

test('direction is always in [0, 360), also for a breath of wind from just west of north', () => {
  const component = fc.double({ min: -1e-300, max: 1e-300, noNaN: true });
  fc.assert(
    fc.property(component, component, (u, v) => {
      expect(windDirection(u, v)).toBeGreaterThanOrEqual(0);
      expect(windDirection(u, v)).toBeLessThan(360);
    }),
  );
  expect(windDirection(1e-18, -1)).toBeLessThan(360);
});

test('a calm has no components, with a direction and without', () => {
  for (const direction of [0, 90, Number.NaN]) expect(windComponents(0, direction)).toEqual({ u: 0, v: 0 });
  expect(windComponents(1, Number.NaN)).toEqual({ u: Number.NaN, v: Number.NaN });
});

test('what lies between two directions lies on the shorter way, and halfway between opposite ones is nothing', () => {
  expect(directionBetween(350, 20, 0.5)).toBeCloseTo(5);
  expect(directionBetween(90, 90, 0.3)).toBeCloseTo(90);
  expect(directionBetween(0, 180, 0.5)).toBeNaN();
  expect(directionBetween(0, Number.NaN, 0.5)).toBeNaN();
});
