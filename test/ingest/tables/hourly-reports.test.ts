import { describe, expect, it } from 'vitest';
import { LeftOutTally } from '../../../ingest/quality/left-out.ts';
import { hourlyReports } from '../../../ingest/tables/hourly-reports.ts';
import { FLAG } from '../../../src/domain/series.ts';

const NAMES = ['temperature_2m', 'wind_direction_10m'] as const;
type Report = [minute: number, temperature: number, direction?: number];

/** Reports of one station: minutes after an hour. */
function hourly(reports: readonly Report[]) {
  const leftOut = new LeftOutTally();
  const values = [
    reports.map(([, temperature]) => temperature),
    reports.map(([, , direction = Number.NaN]) => direction),
  ];
  const times = reports.map(([minute]) => minute * 60_000);
  const found = hourlyReports({ times, stations: times.map(() => 0), names: NAMES, values }, leftOut);
  const counts = Object.fromEntries(leftOut.list().map(({ reason, count }) => [reason, count]));
  return {
    hours: found.hours,
    values: found.values.map((row) => Array.from(row, (x) => Math.round(x * 10) / 10)),
    flags: found.flags,
    counts,
  };
}

describe('reports off the hour', () => {
  it('of several within a quarter of an hour the nearest counts', () => {
    const { values, counts } = hourly([
      [46, 1],
      [55, 2],
      [75, 3],
    ]);
    expect([values[0], counts]).toEqual([[2], { 'not-nearest': 2 }]);
  });

  it('between two at most an hour apart the value is weighted by time, and flagged', () => {
    const { hours, values, flags, counts } = hourly([
      [40, 10, 350],
      [100, 16, 20],
    ]);
    expect([hours, values[0], values[1]]).toEqual([[1], [12], [359.9]]);
    expect([...flags[0]]).toEqual([FLAG.INTERPOLATED]);
    expect(counts).toEqual({});
  });

  it('further apart they are counted, and nothing is made of them', () => {
    const { hours, counts } = hourly([
      [0, 1],
      [39, 10],
      [100, 16],
    ]);
    expect([hours, counts]).toEqual([[0], { 'off-hour': 2 }]);
  });

  it('a value that cannot be is never interpolated from', () => {
    const { hours } = hourly([
      [40, -9999],
      [80, 16],
    ]);
    expect(hours).toEqual([]);
  });

  it('a report at the same time counts as again, the last stands', () => {
    const { values, counts } = hourly([
      [60, 1],
      [60, 2],
    ]);
    expect([values[0], counts]).toEqual([[2], { duplicate: 1 }]);
  });
});
