import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthsBetween } from '../../src/domain/series.ts';
import { formatHour, hourSlug, monthOf, monthSpan, parseHour } from '../../src/domain/time.ts';

const hour = fc.integer({ min: -600_000, max: 1_200_000 });

test('an hour that is written and read is the same hour', () => {
  fc.assert(
    fc.property(hour, (value) => {
      expect(parseHour(formatHour(value))).toBe(value);
      expect(parseHour(hourSlug(value))).toBe(value);
    }),
  );
});

test.each(['2024-02-30', '2024-13-01', '2024-03-01T06:30Z', '2024-03-01T06:00+02:00', 'yesterday', ''])(
  "'%s' is refused as no whole hour in UTC",
  (text) => {
    expect(() => parseHour(text)).toThrow(/is not a whole hour in UTC/);
  },
);

test('the months between two hours are exactly those that hold one of them', () => {
  fc.assert(
    fc.property(hour, fc.integer({ min: 0, max: 5000 }), (from, length) => {
      const expected = new Set(Array.from({ length }, (_, index) => monthOf(from + index)));
      expect(monthsBetween(from, from + length)).toEqual([...expected]);
    }),
    { numRuns: 50 },
  );
});

test('a month spans from its first hour to the first of the next', () => {
  expect(monthSpan('2024-02')).toEqual({ from: parseHour('2024-02-01'), to: parseHour('2024-03-01') });
  expect(monthSpan('2024-12').to).toBe(parseHour('2025-01-01'));
});
