import { describe, expect, it } from 'vitest';
import type { RunValues } from '../../dashboards/src/api/contracts.ts';
import { spread, stationErrors } from '../../dashboards/src/skill/station-errors.ts';

const values: RunValues = {
  dataset: 'd',
  init: '2025-02-20T06:00Z',
  model: 'net',
  stations: ['a', 'b', 'c'],
  time: ['2025-02-20T07:00Z', '2025-02-20T08:00Z'],
  hourly_units: {},
  hourly: {
    t: [
      [1, 10, 5],
      [3, null, 5],
    ],
  },
};

describe('how far a run was off at its stations', () => {
  it('is the mean over the hours that have both a forecast and an observation', () => {
    const time = ['2025-02-20T08:00', '2025-02-20T07:00', '2025-02-20T09:00'];
    const observed = [
      { station: { id: 'b' }, hourly: { time, t: [0, 12, 0] } },
      { station: { id: 'a' }, hourly: { time, t: [4, 4, 0] } },
      { station: { id: 'c' }, hourly: { time, t: [null, null, null] } },
      { station: { id: 'unknown' }, hourly: { time, t: [1, 1, 1] } },
    ];
    expect(stationErrors(values, observed, 't')).toEqual([
      { id: 'b', mae: 2, count: 1 },
      { id: 'a', mae: 2, count: 2 },
    ]);
    expect(stationErrors(values, observed, 'absent')).toEqual([]);
  });

  it('is asked for a sample of the stations, spread over all of them', () => {
    expect(spread(['a', 'b', 'c', 'd', 'e', 'f'], 3)).toEqual(['a', 'c', 'e']);
    expect(spread(['a', 'b'], 3)).toEqual(['a', 'b']);
  });
});
