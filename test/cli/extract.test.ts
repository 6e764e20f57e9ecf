import { copyFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerExtract } from '../../src/cli/extract.ts';
import { failure, gridFile, range, temporaryFolder, writeNetcdf } from '../ingest/support.ts';
import { printed } from './support.ts';

const folder = temporaryFolder();
const FIRST = 24 * 365 * 54;
let points: string;
let grid: string;

beforeAll(async () => {
  points = folder.path('points.csv');
  await writeFile(points, 'id,latitude,longitude\nhere,12,25\nthere,0.1,359\n');
  grid = await writeNetcdf(
    folder.path('grid.nc'),
    gridFile({
      latitudes: range(-10, 21, 10),
      longitudes: range(0, 360, 10),
      hours: [FIRST, FIRST + 0.5, FIRST + 744],
      variables: {
        t2m: { attributes: { units: 'K' }, value: (hour, lat) => (hour > FIRST + 1 ? Number.NaN : 273.15 + lat) },
        u10: { attributes: { units: 'm/s' }, value: () => 3 },
        v10: { attributes: { units: 'm/s' }, value: () => 4 },
        pressure: { attributes: { units: 'hPa' }, value: (hour, _, lon) => 1000 + lon + (hour - FIRST) },
      },
    }),
  );
});

const extract = (...args: string[]) => printed(registerExtract, 'extract', ...args);

describe('extract', () => {
  it('prints time, point and value of any variable, in its own unit, at the times of the file', async () => {
    expect((await extract(grid, '--variable', 'pressure', '--points', points)).split('\n')).toEqual([
      'time,point,value',
      '2023-12-19T00:00:00Z,here,1025',
      '2023-12-19T00:00:00Z,there,1035',
      '2023-12-19T00:30:00Z,here,1025.5',
      '2023-12-19T00:30:00Z,there,1035.5',
      '2024-01-19T00:00:00Z,here,1769',
      '2024-01-19T00:00:00Z,there,1779',
      '',
    ]);
  });

  it('leaves a missing value empty, and writes a float32 no longer than it needs', async () => {
    const lines = (await extract(grid, '--variable', 't2m', '--points', points)).split('\n');
    expect(lines[1]).toBe('2023-12-19T00:00:00Z,here,285.15');
    expect(lines[2]).toBe('2023-12-19T00:00:00Z,there,273.25');
    expect(lines[5]).toBe('2024-01-19T00:00:00Z,here,');
  });

  it('writes a float64 to the last digit, and times to the millisecond', async () => {
    const file = await writeNetcdf(
      folder.path('double.nc'),
      gridFile({
        latitudes: [0, 12],
        longitudes: [0, 25],
        hours: [1 / 3, 2 / 3],
        variables: { t2m: { type: 'double', attributes: { units: 'K' }, value: (hour) => 280 + hour } },
        timeUnits: 'days since 2024-01-01',
      }),
    );
    const here = folder.path('here.csv');
    await writeFile(here, 'id,latitude,longitude\nhere,12,25\n');
    expect((await extract(file, '--variable', 't2m', '--points', here)).split('\n').slice(1, 3)).toEqual([
      '2024-01-01T08:00:00Z,here,280.3333333333333',
      '2024-01-01T16:00:00Z,here,280.6666666666667',
    ]);
  });

  it('prints every observation of stations with times of their own, on the hour or not', async () => {
    const text = (id: string) => id.padEnd(4, '\0');
    const file = await writeNetcdf(folder.path('ragged.nc'), {
      dimensions: { station: 2, obs: 4, strlen: 4 },
      attributes: { featureType: 'timeSeries' },
      variables: {
        id: {
          type: 'char',
          dimensions: ['station', 'strlen'],
          attributes: { cf_role: 'timeseries_id' },
          values: text('a') + text('b'),
        },
        lat: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_north' }, values: [1, 2] },
        lon: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_east' }, values: [1, 2] },
        size: { type: 'int', dimensions: ['station'], attributes: { sample_dimension: 'obs' }, values: [1, 3] },
        time: {
          type: 'double',
          dimensions: ['obs'],
          attributes: { units: 'minutes since 2024-01-01', missing_value: Float64Array.of(-1) },
          values: [20, 0, -1, 40],
        },
        t: { type: 'float', dimensions: ['obs'], attributes: { units: 'degC' }, values: [1, 2, 3, 4] },
      },
    });
    expect((await extract(file, '--variable', 't')).split('\n')).toEqual([
      'time,point,value',
      '2024-01-01T00:20:00Z,a,1',
      '2024-01-01T00:00:00Z,b,2',
      '2024-01-01T00:40:00Z,b,4',
      '',
    ]);
  });

  it("prints one of Kernelcast's variables where it follows from the file's, files one after the other", async () => {
    const other = folder.path('other.nc');
    await copyFile(grid, other);
    const lines = (await extract(grid, other, '--variable', 'wind_speed_10m', '--points', points)).split('\n');
    expect(lines).toHaveLength(1 + 12 + 1);
    expect(lines[12]).toBe('2024-01-19T00:00:00Z,there,5');
  });

  it('tells which variables there are, that points are needed, and which lie outside', async () => {
    const missing = await failure(extract(grid, '--variable', 'humidity', '--points', points));
    expect([missing.code, missing.where.variables]).toEqual([
      'VARIABLE_MISSING',
      'time, lat, lon, t2m, u10, v10, pressure',
    ]);
    expect((await failure(extract(grid, '--variable', 't2m'))).code).toBe('USAGE');
    const north = folder.path('north.csv');
    await writeFile(north, 'id,latitude,longitude\nnorth,80,0\nhere,12,25\n');
    expect((await failure(extract(grid, '--variable', 't2m', '--points', north))).code).toBe('OUTSIDE_GRID');
    const inside = await extract(grid, '--variable', 't2m', '--points', north, '--skip-outside');
    expect(inside).not.toContain('north');
  });
});
