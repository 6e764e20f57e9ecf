import { copyFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerExtract } from '../../src/commands/extract.ts';
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
