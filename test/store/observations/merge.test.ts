import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyVariable, FLAG, type Series } from '../../../src/domain/series.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { mergeMonth, mergeStations } from '../../../src/store/observations/merge.ts';
import { seriesOf, station } from '../support.ts';

const ALL = ['a', 'b', 'c', 'd'].map((id) => station(id));
const NAMES: VariableName[] = ['temperature_2m', 'wind_speed_10m'];
const FROM = -1000;
const TO = 1000;

/** A value's place and the value itself, as a reader would say it. */
type Cells = Map<string, { value: number; flag: number }>;

function cellsOf(series: Series | undefined): Cells {
  const cells: Cells = new Map();
  for (const [name, variable] of Object.entries(series?.variables ?? {})) {
    variable.values.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const hour = series!.from + Math.floor(i / series!.stations.length);
      const { id } = series!.stations[i % series!.stations.length];
      cells.set(`${name} ${hour} ${id}`, { value, flag: variable.flags[i] });
    });
  }
  return cells;
}

function merge(old: Series | undefined, incoming: Series) {
  return mergeMonth(old, incoming, FROM, TO, mergeStations(old?.stations ?? [], incoming.stations));
}

/** Merges in order, from nothing. */
function mergeAll(list: Series[]): Series | undefined {
  return list.reduce<Series | undefined>((old, incoming) => merge(old, incoming)?.series ?? old, undefined);
}

const cell = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ value: Number.NaN, flag: FLAG.MISSING as number }) },
  {
    weight: 3,
    arbitrary: fc.record({
      value: fc.integer({ min: -3, max: 3 }),
      flag: fc.constantFrom<number>(FLAG.OBSERVED, FLAG.INTERPOLATED, FLAG.STEP),
    }),
  },
);

const anySeries: fc.Arbitrary<Series> = fc
  .record({
    stations: fc.shuffledSubarray(ALL, { minLength: 1 }),
    from: fc.integer({ min: 0, max: 6 }),
    hours: fc.integer({ min: 1, max: 6 }),
    names: fc.subarray(NAMES, { minLength: 1 }),
    cells: fc.array(cell, { minLength: 48, maxLength: 48 }),
  })
  .map(({ stations, from, hours, names, cells }) => {
    const series: Series = { stations, from, hours, variables: {} };
    for (const [v, name] of names.entries()) {
      const variable = emptyVariable(hours, stations.length);
      variable.values.forEach((_, i) => {
        const { value, flag } = cells[(i + 24 * v) % cells.length];
        variable.values[i] = value;
        variable.flags[i] = flag;
      });
      series.variables[name] = variable;
    }
    return series;
  });

describe('laws', () => {
  test('merging the same data twice changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anySeries, { maxLength: 3 }), anySeries, (earlier, incoming) => {
        const once = mergeAll([...earlier, incoming]);
        expect(once === undefined || merge(once, incoming) === undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('merges of disjoint data commute', () => {
    fc.assert(
      fc.property(anySeries, anySeries, fc.infiniteStream(fc.boolean()), (a, b, coin) => {
        const mine = new Map<string, boolean>();
        const keep = (series: Series, side: boolean): Series => {
          const kept = structuredClone(series);
          for (const [name, variable] of Object.entries(kept.variables)) {
            variable.values.forEach((_, i) => {
              const hour = kept.from + Math.floor(i / kept.stations.length);
              const key = `${name} ${hour} ${kept.stations[i % kept.stations.length].id}`;
              if (!mine.has(key)) mine.set(key, coin.next().value);
              if (mine.get(key) === side) return;
              variable.values[i] = Number.NaN;
              variable.flags[i] = FLAG.MISSING;
            });
          }
          return kept;
        };
        const [left, right] = [keep(a, true), keep(b, false)];
        expect(cellsOf(mergeAll([left, right]))).toEqual(cellsOf(mergeAll([right, left])));
      }),
      { numRuns: 500 },
    );
  });

  test('every cell of the result is what the rule says, and the counts are those of the changes', () => {
    fc.assert(
      fc.property(fc.array(anySeries, { maxLength: 3 }), anySeries, (earlier, incoming) => {
        const old = mergeAll(earlier);
        const before = cellsOf(old);
        const expected: Cells = new Map(before);
        let added = 0;
        let replaced = 0;
        for (const [key, next] of cellsOf(incoming)) {
          const known = before.get(key);
          const judgedAnew = known?.value === next.value && ![known.flag, next.flag].includes(FLAG.INTERPOLATED);
          const worth = [FLAG.STEP, FLAG.INTERPOLATED, FLAG.OBSERVED] as readonly number[];
          if (known && !judgedAnew && worth.indexOf(next.flag) < worth.indexOf(known.flag)) continue;
          expected.set(key, next);
          if (!known) added++;
          else if (known.value !== next.value || known.flag !== next.flag) replaced++;
        }
        const merged = merge(old, incoming);
        expect(cellsOf(merged?.series ?? old)).toEqual(expected);
        expect([merged?.added ?? 0, merged?.replaced ?? 0]).toEqual([added, replaced]);
      }),
      { numRuns: 500 },
    );
  });

  test('merging writes to neither of its inputs', () => {
    fc.assert(
      fc.property(fc.array(anySeries, { maxLength: 2 }), anySeries, (earlier, incoming) => {
        const old = mergeAll(earlier);
        const copies = structuredClone({ old, incoming });
        merge(old, incoming);
        expect({ old, incoming }).toEqual(copies);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what counts as missing', () => {
  const observed = seriesOf([ALL[0]], 0, 3, () => 7);

  test('a missing value never erases, whether marked by its flag or by its value', () => {
    for (const [value, flag] of [
      [Number.NaN, FLAG.OBSERVED],
      [Number.POSITIVE_INFINITY, FLAG.OBSERVED],
      [5, FLAG.MISSING],
    ]) {
      const incoming = seriesOf([ALL[0]], 0, 3, () => 1);
      incoming.variables.temperature_2m!.values.fill(value);
      incoming.variables.temperature_2m!.flags.fill(flag);
      expect(merge(observed, incoming)).toBeUndefined();
    }
  });

  test('hours without any value at the ends are not kept', () => {
    const series = seriesOf(ALL, 0, 10, (hour, id) => (hour === 4 && id === 'c' ? 1 : undefined));
    expect(merge(undefined, series)?.series).toMatchObject({ from: 4, hours: 1 });
  });
});

describe('station tables', () => {
  test('new stations come behind the known ones; the same table is recognised', () => {
    const merged = mergeStations(ALL.slice(0, 2), [ALL[3], ALL[0]]);
    expect(merged.map(({ id }) => id)).toEqual(['a', 'b', 'd']);
    expect(mergeStations(merged, [ALL[3]])).toBe(merged);
  });

  test('what is known of a station is never erased', () => {
    const bare = station('a', { name: '', country: '', elevation: null });
    expect(mergeStations(ALL, [bare])).toBe(ALL);
    expect(mergeStations([bare], [ALL[0]])).toEqual([ALL[0]]);
  });

  test('a station of a known id in another place is refused; across the date line is near, at a pole longitude is nothing', () => {
    expect(() => mergeStations(ALL, [station('a', { latitude: 53 })])).toThrow(/elsewhere/);
    expect(() => mergeStations(ALL, [station('a', { longitude: -5 })])).toThrow(/elsewhere/);
    const fiji = station('f', { latitude: -17, longitude: 179.98 });
    expect(mergeStations([fiji], [{ ...fiji, longitude: -179.98 }])).toHaveLength(1);
    const pole = station('p', { latitude: -90, longitude: 0 });
    expect(mergeStations([pole], [{ ...pole, longitude: 139 }])).toHaveLength(1);
  });
});
