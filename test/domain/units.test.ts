import { expect, test } from 'vitest';
import { conversionFrom } from '../../src/domain/units.ts';
import { KernelcastError } from '../../src/errors.ts';

test.each([
  ['K', 'temperature', 273.15, 0],
  ['degF', 'temperature', 212, 100],
  ['Degrees_Celsius', 'temperature', 12.5, 12.5],
  ['m s**-1', 'speed', 7, 7],
  ['km/h', 'speed', 36, 10],
  ['knots', 'speed', 1, 0.514444],
  ['0.1 degC', 'temperature', 215, 21.5],
  ['degrees_K', 'temperature', 273.15, 0],
  ['℃', 'temperature', 4, 4],
  ['rankine', 'temperature', 491.67, 0],
  ...['m/s', 'm s-1', 'm s^-1', 'm.s-1', 'ms-1', 'm*s**-1', 'm s⁻¹', 'm s^{-1}', 'm sec-1', 'metre per second'].map(
    (unit) => [unit, 'speed', 7, 7] as const,
  ),
  ['Meters/Second', 'speed', 7, 7],
  ['km hr-1', 'speed', 36, 10],
  ['kilometers_per_hour', 'speed', 36, 10],
  ['miles per hour', 'speed', 10, 4.4704],
  ['nautical_mile/hour', 'speed', 1, 0.514444],
  ['ft/s', 'speed', 10, 3.048],
  ['0.1 m s-1', 'speed', 25, 2.5],
  ['cm/s', 'speed', 25, 0.25],
  ['gon', 'angle', 100, 90],
  ['degrees', 'angle', 90, 90],
  ['radian', 'angle', Math.PI, 180],
] as const)('%s of %s: %d becomes %d', (unit, quantity, value, expected) => {
  const { scale, offset } = conversionFrom(unit, quantity);
  expect(scale * value + offset).toBeCloseTo(expected, 4);
});

test.each([
  ['m', 'speed'],
  ['m s', 'speed'],
  ['m/K', 'speed'],
  ['s/m', 'speed'],
  ['0.1', 'speed'],
  ['m s-2', 'speed'],
  ['%', 'temperature'],
  ['', 'temperature'],
] as const)('%j is no unit of %s', (unit, quantity) => {
  expect(() => conversionFrom(unit, quantity)).toThrow('is not a unit of');
});

test('a unit of another quantity is refused, with the ones that would do', () => {
  const wrong = () => conversionFrom('hPa', 'temperature', { file: 'x.nc', variable: 't2m' });
  expect(wrong).toThrow(KernelcastError);
  expect(wrong).toThrow(/'hPa' is not a unit of temperature/);
  try {
    wrong();
  } catch (error) {
    expect((error as KernelcastError).where).toEqual({ file: 'x.nc', variable: 't2m' });
    expect((error as KernelcastError).hint).toContain('K, degC, degF');
  }
});
