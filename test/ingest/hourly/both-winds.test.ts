import { describe, expect, it } from 'vitest';
import { completedNames, completeWind, windAcross } from '../../../ingest/hourly/both-winds.ts';
import { FLAG, type Series, type SeriesVariable } from '../../../src/domain/series.ts';
import { station } from '../support.ts';

const { OBSERVED, INTERPOLATED, MISSING } = FLAG;

function variable(values: number[], flag: number = OBSERVED): SeriesVariable {
  return {
    values: Float32Array.from(values),
    flags: Uint8Array.from(values, (value) => (Number.isNaN(value) ? MISSING : flag)),
  };
}

const list = (given: SeriesVariable | undefined) => [...given!.values];

describe('completing wind', () => {
  it('makes speed and direction (from) of u and v', () => {
    const complete = completeWind(
      { wind_u_component_10m: variable([3, 0, -5, NaN]), wind_v_component_10m: variable([4, -2, 0, 1]) },
      4,
    );
    expect(list(complete.wind_speed_10m)).toEqual([5, 2, 5, NaN]);
    expect(complete.wind_direction_10m!.values[1]).toBe(0);
    expect(complete.wind_direction_10m!.values[2]).toBe(90);
    expect([...complete.wind_speed_10m!.flags]).toEqual([OBSERVED, OBSERVED, OBSERVED, MISSING]);
  });

  it('makes u and v of speed and direction; a calm needs no direction, and gets none', () => {
    const complete = completeWind(
      { wind_speed_10m: variable([2, 3, 0, 4]), wind_direction_10m: variable([90, 180, NaN, NaN]) },
      4,
    );
    expect(list(complete.wind_u_component_10m).map(Math.round)).toEqual([-2, -0, 0, NaN]);
    expect(list(complete.wind_v_component_10m).map(Math.round)).toEqual([-0, 3, 0, NaN]);
    expect(list(complete.wind_direction_10m)).toEqual([90, 180, NaN, NaN]);
  });

  it('keeps what is given, and fills only its gaps', () => {
    const speed = variable([9, NaN]);
    const complete = completeWind(
      { wind_u_component_10m: variable([3, 3]), wind_v_component_10m: variable([4, 4]), wind_speed_10m: speed },
      2,
    );
    expect(list(complete.wind_speed_10m)).toEqual([9, 5]);
    expect(list(speed)).toEqual([9, NaN]);
  });

  it('flags what comes of an interpolated value as interpolated', () => {
    const complete = completeWind(
      { wind_u_component_10m: variable([1]), wind_v_component_10m: variable([1], INTERPOLATED) },
      1,
    );
    expect(complete.wind_speed_10m!.flags[0]).toBe(INTERPOLATED);
  });

  it('makes nothing of one component, or of speed alone', () => {
    expect(completedNames(['wind_u_component_10m', 'temperature_2m'])).toEqual([
      'temperature_2m',
      'wind_u_component_10m',
    ]);
    expect(completedNames(['wind_speed_10m'])).toEqual(['wind_speed_10m']);
    expect(completedNames(['wind_speed_10m', 'wind_direction_10m'])).toHaveLength(4);
  });
});

describe('wind whose parts come from two series', () => {
  const stations = [station('a', 0, 0)];
  const u: Series = { stations, from: 10, hours: 3, variables: { wind_u_component_10m: variable([1, 3, 5]) } };
  const v: Series = { stations, from: 11, hours: 4, variables: { wind_v_component_10m: variable([4, 12, 1, 1]) } };

  it('gives what neither has, over the hours that both have', () => {
    const joined = windAcross(u, v)!;
    expect([joined.from, joined.hours]).toEqual([11, 2]);
    expect(Object.keys(joined.variables).sort()).toEqual(['wind_direction_10m', 'wind_speed_10m']);
    expect(list(joined.variables.wind_speed_10m)).toEqual([5, 13]);
  });

  it('gives nothing for other stations, other hours, or a pair that makes no wind', () => {
    expect(windAcross(u, { ...v, stations: [station('b', 0, 0)] })).toBeUndefined();
    expect(windAcross(u, { ...v, from: 13 })).toBeUndefined();
    expect(windAcross(u, u)).toBeUndefined();
  });
});
