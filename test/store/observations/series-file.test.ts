import { tableFromIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { QUANTILE_LEVELS } from '../../../src/domain/quantiles.ts';
import { emptyVariable, FLAG, type Series } from '../../../src/domain/series.ts';
import { decodeSeries, encodeSeries } from '../../../src/store/observations/series-file.ts';
import { seriesOf, station } from '../support.ts';

const FROM = Date.UTC(2024, 1, 29, 5) / 3_600_000;
const stations = [station('a'), station('b', { name: "'s-Graveland ☃", elevation: null }), station('c')];

test('any series comes back bit for bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500_000, max: 800_000 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.tuple(fc.float(), fc.constantFrom(FLAG.OBSERVED, FLAG.INTERPOLATED, FLAG.MISSING))),
      (from, hours, width, stream) => {
        const series: Series = { stations: stations.slice(0, width), from, hours, variables: {} };
        for (const name of ['temperature_2m', 'wind_direction_10m'] as const) {
          const variable = emptyVariable(hours, series.stations.length);
          variable.values.forEach((_, i) => {
            [variable.values[i], variable.flags[i]] = stream.next().value;
          });
          series.variables[name] = variable;
        }
        expect(decodeSeries(encodeSeries(series), 'f')).toEqual(series);
      },
    ),
    { numRuns: 100 },
  );
});

test('a file is laid out as its documentation says', () => {
  const series = seriesOf(stations, FROM, 2, (hour, id) => (id === 'b' ? undefined : hour - FROM));
  const table = tableFromIPC(encodeSeries(series));
  expect(table.schema.fields.map((field) => `${field.name}: ${field.type}`)).toEqual([
    'time: Timestamp<MILLISECOND, UTC>',
    'temperature_2m: FixedSizeList[3]<Float32>',
    'temperature_2m_flag: FixedSizeList[3]<Uint8>',
  ]);
  expect(table.getChild('time')?.get(1)).toBe((FROM + 1) * 3_600_000);
  expect([...(table.getChild('temperature_2m')?.get(1) ?? [])]).toEqual([1, Number.NaN, 1]);
  expect(JSON.parse(table.schema.metadata.get('stations') ?? '')).toEqual(stations);
});

test('a forecast keeps its quantiles, as columns that are named by their level', () => {
  const series = seriesOf(stations, FROM, 2, (hour) => hour - FROM, {
    variables: ['temperature_2m', 'wind_speed_10m'],
  });
  const levels = QUANTILE_LEVELS.map((level) => Float32Array.from({ length: 6 }, (_, i) => i + level));
  levels[2][4] = Number.NaN;
  const forecast: Series = { ...series, quantiles: { wind_speed_10m: levels } };
  const bytes = encodeSeries(forecast);
  expect(decodeSeries(bytes, 'f')).toEqual(forecast);
  expect(tableFromIPC(bytes).schema.names.slice(-5)).toEqual(
    ['p10', 'p25', 'p50', 'p75', 'p90'].map((level) => `wind_speed_10m_${level}`),
  );
  expect('quantiles' in decodeSeries(encodeSeries(series), 'f')).toBe(false);
});

test('quantiles of another size than the series are not written, and not read where a level is missing', () => {
  const series = seriesOf(stations, FROM, 2, () => 1);
  const short = QUANTILE_LEVELS.map(() => new Float32Array(5));
  expect(() => encodeSeries({ ...series, quantiles: { temperature_2m: short } })).toThrow(/5 of \[time, station\]/);
  const levels = QUANTILE_LEVELS.map(() => new Float32Array(6));
  const bytes = encodeSeries({ ...series, quantiles: { temperature_2m: levels } });
  const without = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('_p25', '_p26'), 'latin1');
  expect(() => decodeSeries(without, 'x.arrow')).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
});

test('a forecast keeps its rank paths, of all stations, in one column a variable', () => {
  const series = seriesOf(stations, FROM, 2, (hour) => hour - FROM);
  const ranks = Float32Array.of(0.1, 0.3, 0.5, 0.7, 0.9, 0.9, 0.7, 0.5, 0.3, 0.1);
  const forecast: Series = { ...series, rankPaths: { temperature_2m: ranks } };
  const bytes = encodeSeries(forecast);
  expect(decodeSeries(bytes, 'f')).toEqual(forecast);
  const { fields } = tableFromIPC(bytes).schema;
  expect(`${fields.at(-1)!.name}: ${fields.at(-1)!.type}`).toBe('temperature_2m_ranks: FixedSizeList[5]<Float32>');
  expect('rankPaths' in decodeSeries(encodeSeries(series), 'f')).toBe(false);
  const cut = { ...series, rankPaths: { temperature_2m: ranks.subarray(1) } };
  expect(() => encodeSeries(cut)).toThrow(/not of \[time, path\]/);
});

test('stations that were changed since the last file are written as they are now', () => {
  const changing = [station('a'), station('b')];
  const series: Series = {
    stations: changing,
    from: FROM,
    hours: 1,
    variables: { temperature_2m: emptyVariable(1, 2) },
  };
  encodeSeries(series);
  changing[1] = station('c', { name: 'Another' });
  expect(decodeSeries(encodeSeries(series), 'f').stations).toEqual(changing);
});

test('reading copies nothing', () => {
  const bytes = encodeSeries(seriesOf(stations, FROM, 24, () => 1));
  const { values, flags } = decodeSeries(bytes, 'f').variables.temperature_2m!;
  expect(values.buffer).toBe(bytes.buffer);
  expect(flags.buffer).toBe(bytes.buffer);
});

test('damaged or foreign bytes are refused with the name of the file', () => {
  const bytes = encodeSeries(seriesOf(stations, FROM, 24, () => 1));
  const cases = [
    Buffer.alloc(0),
    Buffer.from('not arrow'),
    ...[8, 100, 1000, bytes.length - 1].map((length) => bytes.subarray(0, length)),
  ];
  for (const damaged of cases) {
    expect(() => decodeSeries(damaged, 'x.arrow')).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT', where: expect.objectContaining({ file: 'x.arrow' }) }),
    );
  }
});
