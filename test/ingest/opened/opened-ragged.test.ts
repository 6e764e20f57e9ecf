import { describe, expect, it } from 'vitest';
import type { NetcdfFile, NetcdfVariable } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { readFile } from '../../../ingest/hourly/read-hours.ts';
import { openFile } from '../../../ingest/opened/open-file.ts';
import type { Series } from '../../../src/domain/series.ts';
import { failure, temporaryFolder, writeNetcdf } from '../support.ts';

const folder = temporaryFolder();
let files = 0;

/** Minutes since 1970, and temperature: three of one station, none of another, four of the third. */
const OBSERVED: Record<string, [number, number][]> = {
  north: [
    [0, 1],
    [61, 2],
    [180, 4],
  ],
  empty: [],
  // Two for the first hour, of which the second is the nearer; one at half past, which stands for none.
  south: [
    [-6, 10],
    [2, 11],
    [90, 12],
    [118, 13],
  ],
};
const EXPECTED = [
  [1, NaN, 11],
  [2, NaN, NaN],
  [NaN, NaN, 13],
  [4, NaN, NaN],
];

const text = (values: string[]) => values.map((value) => value.padEnd(8, '\0')).join('');
const time = { units: 'minutes since 1970-01-01' };
const temperature = { units: 'degC', standard_name: 'air_temperature', _FillValue: Float32Array.of(-999) };
const lists = Object.values(OBSERVED);

function file(dimensions: Record<string, number>, variables: Record<string, NetcdfVariable>): NetcdfFile {
  return {
    dimensions: { station: 3, strlen: 8, ...dimensions },
    attributes: { featureType: 'timeSeries' },
    variables: {
      id: {
        type: 'char',
        dimensions: ['station', 'strlen'],
        attributes: { cf_role: 'timeseries_id' },
        values: text(Object.keys(OBSERVED)),
      },
      lat: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_north' }, values: [60, 50, 40] },
      lon: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_east' }, values: [5, 6, 7] },
      ...variables,
    },
  };
}

const inRow = (order: [number, number][][]) =>
  ({
    time: { type: 'double', dimensions: ['obs'], attributes: time, values: order.flat().map(([minute]) => minute) },
    tas: {
      type: 'float',
      dimensions: ['obs'],
      attributes: temperature,
      values: order.flat().map(([, value]) => value),
    },
  }) satisfies Record<string, NetcdfVariable>;

const contiguous = (counts = [3, 0, 4]) =>
  file(
    { obs: 7 },
    {
      ...inRow(lists),
      n: { type: 'int', dimensions: ['station'], attributes: { sample_dimension: 'obs' }, values: counts },
    },
  );

/** Station by station, but in turns: 2, 0, 2, 0, ... */
const indexed = (stations = [2, 0, 2, 0, 2, 0, 2]) =>
  file(
    { obs: 7 },
    {
      ...inRow([[0, 1, 2].flatMap((i) => [lists[2][i], lists[0][i]]), [lists[2][3]]]),
      of: { type: 'int', dimensions: ['obs'], attributes: { instance_dimension: 'station' }, values: stations },
    },
  );

function incomplete(order: 'station first' | 'station last'): NetcdfFile {
  const first = order === 'station first';
  const dimensions = first ? ['station', 'obs'] : ['obs', 'station'];
  const at = (fill: number, part: 0 | 1) =>
    Array.from({ length: 12 }, (_, i) => {
      const [station, index] = first ? [Math.floor(i / 4), i % 4] : [i % 3, Math.floor(i / 3)];
      return lists[station][index]?.[part] ?? fill;
    });
  return file(
    { obs: 4 },
    {
      time: { type: 'double', dimensions, attributes: { ...time, _FillValue: -9e9 }, values: at(-9e9, 0) },
      tas: { type: 'float', dimensions, attributes: temperature, values: at(-999, 1) },
    },
  );
}

async function read(netcdf: NetcdfFile): Promise<Series[]> {
  const blocks: Series[] = [];
  const path = await writeNetcdf(folder.path(`${++files}.nc`), netcdf);
  for await (const block of readFile(path, {})) blocks.push(block);
  return blocks;
}

describe('stations that have times of their own', () => {
  it.each([
    ['contiguous', contiguous()],
    ['indexed', indexed()],
    ['incomplete', incomplete('station first')],
    ['incomplete, the other way round', incomplete('station last')],
  ])('%s: each hour is that of the nearest observation', async (_, netcdf) => {
    const [block] = await read(netcdf);
    expect(block).toMatchObject({ from: 0, hours: 4 });
    expect(block.stations.map(({ id, latitude, longitude }) => [id, latitude, longitude])).toEqual([
      ['north', 60, 5],
      ['empty', 50, 6],
      ['south', 40, 7],
    ]);
    expect(Array.from(block.variables.temperature_2m!.values)).toEqual(EXPECTED.flat());
  });

  it('places along the observations, as ERDDAP writes them, count where the station stays', async () => {
    const places = (latitudes: number[]) => {
      const base = contiguous([3, 1, 3]);
      const along = (units: string, values: number[]): NetcdfVariable => ({
        type: 'float',
        dimensions: ['obs'],
        attributes: { units },
        values,
      });
      const lat = along('degrees_north', latitudes);
      const lon = along('degrees_east', [5, 5, 5, 6, 7, 7, 7]);
      return { ...base, variables: { ...base.variables, lat, lon } };
    };
    const [{ stations }] = await read(places([60, 60, 60, 50, 40, 40, 40]));
    expect(stations.map(({ latitude, longitude }) => [latitude, longitude])).toEqual([
      [60, 5],
      [50, 6],
      [40, 7],
    ]);
    expect((await failure(read(places([60, 60, 61, 50, 40, 40, 40])))).message).toContain('a station moves');
  });

  it.each([
    ['counts that leave observations over', contiguous([3, 0, 3]), 'do not add up'],
    ['counts beyond the observations', contiguous([3, 0, 2 ** 31 - 1]), 'do not add up'],
    ['negative counts', contiguous([8, 0, -1]), 'do not add up'],
    ['the index of no station', indexed([2, 0, 2, 0, 3, 0, 2]), 'a station that there is not'],
  ])('%s: refused', async (_, netcdf, message) => {
    const error = await failure(read(netcdf));
    expect([error.code, error.message]).toEqual(['CONVENTIONS', expect.stringContaining(message)]);
  });

  it('a variable along the stations only is no observation', async () => {
    const base = contiguous();
    const tas = { ...base.variables.tas, dimensions: ['station'], values: [1, 2, 3] };
    const path = await writeNetcdf(folder.path('none.nc'), { ...base, variables: { ...base.variables, tas } });
    expect((await failure(openFile(path, {}))).message).toContain('no value for each observation');
  });
});
