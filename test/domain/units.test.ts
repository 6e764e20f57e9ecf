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
  ['degrees', 'angle', 90, 90],
  ['radian', 'angle', Math.PI, 180],
] as const)('%s of %s: %d becomes %d', (unit, quantity, value, expected) => {
  const { scale, offset } = conversionFrom(unit, quantity);
  expect(scale * value + offset).toBeCloseTo(expected, 4);
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
