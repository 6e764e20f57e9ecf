import { expect, test } from 'vitest';
import { windChill } from '../../src/domain/wind-chill.ts';

// Environment Canada, Wind Chill Index chart: -20 degC at 30 km/h feels like -33, 0 degC at 10 km/h like -3, -40 at 60 like -64.
test.each([
  [-20, 30, -33],
  [0, 10, -3],
  [-40, 60, -64],
  [5, 20, 1],
])('%d degC at %d km/h feels like %d', (temperature, kilometresPerHour, felt) => {
  expect(Math.round(windChill(temperature, kilometresPerHour / 3.6))).toBe(felt);
});

test('calm air feels as it is, and warm air has no wind chill', () => {
  expect(windChill(-5, 1)).toBe(-5);
  expect(windChill(10.1, 8)).toBeNaN();
  expect(windChill(Number.NaN, 8)).toBeNaN();
});
