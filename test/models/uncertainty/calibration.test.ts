import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantilesAround, StandardErrors } from '../../../models/uncertainty/calibration.ts';

test('over the errors that it was calibrated on, each quantile holds its share, whatever their distribution', () => {
  const error = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(error, { minLength: 60, maxLength: 200 }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      (errors, scale) => {
        const calibration = new StandardErrors(2, 3, 1000);
        for (const value of errors) calibration.add(1, 2, value);
        const factors = calibration.factors();
        const quantiles = quantilesAround(factors, 1, 2, 7, scale);
        expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
        [0.1, 0.25, 0.5, 0.75, 0.9].forEach((level, index) => {
          const below = errors.filter((value) => 7 + scale * value < quantiles[index] - 1e-4).length;
          const notAbove = errors.filter((value) => 7 + scale * value <= quantiles[index] + 1e-4).length;
          expect(below).toBeLessThanOrEqual(level * errors.length + 1);
          expect(notAbove).toBeGreaterThanOrEqual(level * errors.length - 1);
        });
        // Nothing was added elsewhere.
        expect(quantilesAround(factors, 0, 2, 7, scale).every(Number.isNaN)).toBe(true);
      },
    ),
  );
});

test('what is over the capacity of a cell is left out', () => {
  const calibration = new StandardErrors(1, 1, 3);
  for (const value of [1, 2, 3, 1000, 2000]) calibration.add(0, 0, value);
  expect(Math.max(...calibration.factors().values)).toBeLessThanOrEqual(3);
});
