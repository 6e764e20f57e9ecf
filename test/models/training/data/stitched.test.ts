import { expect, test } from 'vitest';
import { hoursOf, splitInits } from '../../../../models/training/data/spans.ts';
import { seamsBetween } from '../../../../models/training/data/stitched.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testStations } from '../../synthetic-series.ts';

const span = (from: string, to: string) => ({ from: parseHour(from), to: parseHour(to) });
const year = span('2001-01-01', '2002-01-01');
const at = (longitude: number) => ({ ...testStations(1)[0], longitude });

test('no window of a stitched year lies across the local turn of a month, and most of each month is left', () => {
  // Hawaii's months begin at 10 UTC, Guam's ten hours before UTC's.
  const seams = seamsBetween(year, [at(-157), at(144)]);
  const [{ train }] = splitInits(
    [
      { name: 'stitched', known: year, train: year, seams },
      { name: 'real', known: year, validate: year },
    ],
    { historyHours: 720 },
  );
  expect(train).toHaveLength(12);
  for (const [month, range] of train.entries()) {
    const { from, to } = hoursOf(range, 48);
    const begins = Date.UTC(2001, month, 1) / 3_600_000;
    const ends = Date.UTC(2001, month + 1, 1) / 3_600_000;
    if (month > 0) expect(from).toBeGreaterThanOrEqual(begins + 10);
    if (month < 11) expect(to).toBeLessThanOrEqual(ends - 10);
    expect(to - from).toBeGreaterThan(26 * 24);
  }
});

test('a stitched year is the time of no other source: validation there takes no hour from another', () => {
  const seams = seamsBetween(year, [at(0)]);
  const both = { known: year, train: year, validate: year, seams };
  const [, real] = splitInits([
    { name: 'stitched', ...both },
    { name: 'real', known: year, train: year },
  ]);
  expect(real.train).toEqual([{ first: year.from + 47, last: year.to - 25 }]);
  expect(() => splitInits([{ name: 'real', ...both, seams: undefined }])).toThrow(/overlap/);
});
