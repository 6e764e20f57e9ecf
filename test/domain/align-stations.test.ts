import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignStations, copyVariable, knownColumns } from '../../src/domain/align-stations.ts';
import { emptyVariable, FLAG, observedVariable, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';

const stationOf = (id: string): Station => ({ id, name: id, country: '', latitude: 0, longitude: 0, elevation: null });
const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));

/** Every value tells its station and hour. */
const valueAt = (id: string, hour: number) => id.charCodeAt(0) * 10 + hour;
const HOURS = 3;
function seriesOf(names: readonly string[]): Series {
  const values = Float32Array.from({ length: HOURS * names.length }, (_, cell) =>
    valueAt(names[cell % names.length], Math.floor(cell / names.length)),
  );
  return {
    stations: names.map(stationOf),
    from: 7,
    hours: HOURS,
    variables: { temperature_2m: observedVariable(values) },
    quantiles: { temperature_2m: [values, values.map((each) => each + 1)] },
  };
}

test('each station brings its own values, whatever the order; what is not there is missing', () => {
  fc.assert(
    fc.property(ids, ids, (own, wanted) => {
      const { stations, from, hours, variables, quantiles } = alignStations(seriesOf(own), wanted.map(stationOf));
      expect([stations.map(({ id }) => id), from, hours]).toEqual([wanted, 7, HOURS]);
      const { values, flags } = variables.temperature_2m!;
      for (let hour = 0; hour < HOURS; hour++) {
        for (const [at, id] of wanted.entries()) {
          const cell = hour * wanted.length + at;
          const expected = own.includes(id) ? valueAt(id, hour) : Number.NaN;
          const flag = own.includes(id) ? FLAG.OBSERVED : FLAG.MISSING;
          const levels = quantiles!.temperature_2m!.map((level) => level[cell]);
          expect([values[cell], flags[cell], ...levels]).toEqual([expected, flag, expected, expected + 1]);
        }
      }
    }),
  );
});

test('a series of just these stations is given back as it is', () => {
  const series = seriesOf(['a', 'b']);
  expect(alignStations(series, ['a', 'b'].map(stationOf))).toBe(series);
});

test('copying takes the hours and stations that both have, whatever their order', () => {
  const source = seriesOf(['c', 'a', 'b']);
  const target = { ...seriesOf(['a', 'd', 'c']), from: 9, variables: { temperature_2m: emptyVariable(HOURS, 3) } };
  copyVariable(source, target, 'temperature_2m');
  const [a, c, N] = [valueAt('a', 2), valueAt('c', 2), Number.NaN];
  expect([...target.variables.temperature_2m.values]).toEqual([a, N, c, N, N, N, N, N, N]);
});

test('who may only meet known stations is told of the first other one', () => {
  const table = ['a', 'b', 'c'].map(stationOf);
  expect([...knownColumns(table, ['c', 'a'].map(stationOf))]).toEqual([2, 0]);
  expect(() => knownColumns(table, ['c', 'x', 'y'].map(stationOf))).toThrow("the station 'x' is not among those");
});
