/** Files that are not quite as CF has it, as the models write them that many people run. */
import { describe, expect, it } from 'vitest';
import type { NetcdfFile, NetcdfVariable } from '../../ingest/formats/netcdf-classic/writer.ts';
import { openFile } from '../../ingest/opened/open-file.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { failure, station, temporaryFolder, writeNetcdf } from './support.ts';

const folder = temporaryFolder();
let files = 0;

const [TIMES, ROWS, COLUMNS] = [2, 4, 5];

/** WRF: cells whose places are told again for each time, and wind along the rows and columns. */
function wrf({ moving = false, title = ' OUTPUT FROM WRF V4.2 MODEL' } = {}): NetcdfFile {
  // Rows go up to the left: by 30 degrees.
  const [cosine, sine] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const cells = (value: (time: number, x: number, y: number) => number) =>
    Array.from({ length: TIMES * ROWS * COLUMNS }, (_, i) =>
      value(Math.floor(i / (ROWS * COLUMNS)), i % COLUMNS, Math.floor(i / COLUMNS) % ROWS),
    );
  const field = (units: string, value: (time: number, x: number, y: number) => number): NetcdfVariable => ({
    type: 'float',
    dimensions: ['Time', 'south_north', 'west_east'],
    attributes: { units, coordinates: 'XLONG XLAT XTIME', stagger: '' },
    values: cells(value),
  });
  const shift = (time: number) => (moving ? time / 10 : 0);
  return {
    dimensions: { Time: TIMES, DateStrLen: 19, south_north: ROWS, west_east: COLUMNS },
    attributes: { TITLE: title },
    variables: {
      Times: {
        type: 'char',
        dimensions: ['Time', 'DateStrLen'],
        values: '2024-03-01_00:00:002024-03-01_01:00:00',
      },
      XLAT: field('degree_north', (time, x, y) => 0.1 * (sine * x + cosine * y) + shift(time)),
      XLONG: field('degree_east', (_, x, y) => 10 + 0.1 * (cosine * x - sine * y)),
      XTIME: {
        type: 'float',
        dimensions: ['Time'],
        attributes: { units: 'minutes since 2024-03-01 00:00:00' },
        values: [0, 60],
      },
      T2: field('K', (time, x, y) => 280 + time + x + 10 * y),
      U10: field('m s-1', () => 2),
      V10: field('m s-1', () => 0),
    },
  };
}

/** ICON: cells in one row, their places in radians. */
function icon(): NetcdfFile {
  const place = (name: 'latitude' | 'longitude', degrees: number[]): NetcdfVariable => ({
    type: 'double',
    dimensions: ['ncells'],
    attributes: { units: 'radian', standard_name: name },
    values: degrees.map((value) => (value * Math.PI) / 180),
  });
  return {
    dimensions: { time: 1, ncells: 4 },
    variables: {
      time: { type: 'double', dimensions: ['time'], attributes: { units: 'hours since 1970-01-01' }, values: [0] },
      clat: place('latitude', [50, 50, 51, 51]),
      clon: place('longitude', [7, 8, 7, 8]),
      t_2m: {
        type: 'float',
        dimensions: ['time', 'ncells'],
        attributes: { units: 'K', standard_name: 'air_temperature', coordinates: 'clat clon' },
        values: [280, 281, 282, 283],
      },
    },
  };
}

async function read(file: NetcdfFile, latitude: number, longitude: number) {
  const path = await writeNetcdf(folder.path(`${++files}.nc`), file);
  const source = await openFile(path, { stations: [station('a', latitude, longitude)], method: 'nearest' });
  try {
    const variables = await source.read(0, source.axis.times.length);
    return { times: [...source.axis.times], of: (name: VariableName) => [...variables[name]!.values] };
  } finally {
    await source.close();
  }
}

describe('WRF', () => {
  // The cell of the second row and third column.
  const [x, y] = [2, 1];
  const [latitude, longitude] = [0.1 * (0.5 * x + 0.866 * y), 10 + 0.1 * (0.866 * x - 0.5 * y)];

  it('has its times and places told in its own way, and its wind turned to east and north', async () => {
    const { times, of } = await read(wrf(), latitude, longitude);
    expect(times).toEqual([Date.UTC(2024, 2, 1), Date.UTC(2024, 2, 1, 1)]);
    expect(of('temperature_2m').map((value) => Number(value.toFixed(3)))).toEqual([18.85, 19.85]);
    expect(of('wind_u_component_10m')[0]).toBeCloseTo(2 * Math.cos(Math.PI / 6), 3);
    expect(of('wind_v_component_10m')[0]).toBeCloseTo(2 * Math.sin(Math.PI / 6), 3);
  });

  it('of others the wind is east and north where nothing else is said', async () => {
    const { of } = await read(wrf({ title: 'mine' }), latitude, longitude);
    expect([of('wind_u_component_10m')[0], of('wind_v_component_10m')[0]]).toEqual([2, 0]);
  });

  it('a nest that moves is refused', async () => {
    const error = await failure(read(wrf({ moving: true }), latitude, longitude));
    expect([error.code, error.where.variable]).toEqual(['CONVENTIONS', 'XLAT']);
    expect(error.message).toContain('move');
  });
});

it('ICON has the places of its cells in radians', async () => {
  expect((await read(icon(), 51, 7)).of('temperature_2m')[0]).toBeCloseTo(8.85, 3);
});
