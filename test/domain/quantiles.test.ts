import { expect, test } from 'vitest';
import { orderQuantiles, QUANTILE_LEVELS, quantileColumn } from '../../src/domain/quantiles.ts';
import { emptyVariable, type Series, sliceSeries } from '../../src/domain/series.ts';

const cells = (...values: number[][]) => values.map((level) => Float32Array.from(level));

test('a column is named by its variable and its level in percent', () => {
  expect(QUANTILE_LEVELS.map((level) => quantileColumn('wind_speed_10m', level))).toEqual(
    [10, 25, 50, 75, 90].map((percent) => `wind_speed_10m_p${percent}`),
  );
});

test('quantiles that cross are put in order, cell by cell', () => {
  const levels = orderQuantiles('temperature_2m', cells([3, -9], [1, -8], [2, -10], [4, -7], [5, 0.5]));
  expect(levels.map((level) => [...level])).toEqual([
    [1, -10],
    [2, -9],
    [3, -8],
    [4, -7],
    [5, 0.5],
  ]);
});

test('the quantiles of wind speed are never below zero, those of its components may be', () => {
  const raw = () => cells([-2], [-1], [0.5], [1], [2]);
  expect(orderQuantiles('wind_speed_10m', raw()).map(([value]) => value)).toEqual([0, 0, 0.5, 1, 2]);
  expect(orderQuantiles('wind_u_component_10m', raw()).map(([value]) => value)).toEqual([-2, -1, 0.5, 1, 2]);
});

test('a value that is missing at one level is missing at all', () => {
  const levels = orderQuantiles('temperature_2m', cells([1, 1], [2, Number.NaN], [3, 3], [4, 4], [5, 5]));
  expect(levels.map((level) => [...level])).toEqual([1, 2, 3, 4, 5].map((value) => [value, Number.NaN]));
});

test('a slice of a forecast keeps its quantiles; hours outside are missing', () => {
  const levels = QUANTILE_LEVELS.map((_, level) => Float32Array.from({ length: 6 }, (_, i) => level * 10 + i));
  const stations = ['a', 'b'].map((id) => ({ id, name: id, country: '', latitude: 0, longitude: 0, elevation: null }));
  const series: Series = {
    stations,
    from: 100,
    hours: 3,
    variables: { temperature_2m: emptyVariable(3, 2) },
    quantiles: { temperature_2m: levels },
  };
  const inner = sliceSeries(series, 101, 102).quantiles!.temperature_2m!;
  expect(inner.map((level) => [...level])).toEqual([2, 12, 22, 32, 42].map((first) => [first, first + 1]));
  const overlapping = sliceSeries(series, 99, 101).quantiles!.temperature_2m!;
  expect([...overlapping[1]]).toEqual([Number.NaN, Number.NaN, 10, 11]);
  expect([...sliceSeries(series, 110, 111).quantiles!.temperature_2m![4]]).toEqual([Number.NaN, Number.NaN]);
  expect([...sliceSeries(series, 90, 91).quantiles!.temperature_2m![0]]).toEqual([Number.NaN, Number.NaN]);
  expect('quantiles' in sliceSeries({ ...series, quantiles: undefined }, 100, 101)).toBe(false);
});
