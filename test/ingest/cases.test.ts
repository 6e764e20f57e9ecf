/** Situations that practitioners have reported, as files: what each has to read as, or in which words it is refused. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile } from '../../ingest/hourly/read-hours.ts';
import type { OpenOptions } from '../../ingest/opened/open-file.ts';
import { readStationList } from '../../ingest/stations/station-list.ts';
import type { Series } from '../../src/domain/series.ts';
import { formatHour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { failure, station } from './support.ts';

const cases = join(import.meta.dirname, '../fixtures/cases/ingest');
const withEccodes = spawnSync('codes_info').status === 0;

async function read(file: string, points: string, options: OpenOptions = {}): Promise<Series[]> {
  const stations = await readStationList(join(cases, points));
  const blocks: Series[] = [];
  for await (const block of readFile(join(cases, file), { stations, ...options })) blocks.push(block);
  return blocks;
}

/** The values of the first hour, to two digits, and that hour. */
function first([block]: readonly Series[], name: VariableName = 'temperature_2m') {
  const values = block.variables[name]!.values.subarray(0, block.stations.length);
  return { at: formatHour(block.from), values: Array.from(values, (value) => Number(value.toFixed(2))) };
}

describe('values', () => {
  it('a height of -0999.0 or +9999.9 is none, and no lapse rate is taken from it', async () => {
    const blocks = await read('lapse.nc', 'stations_isd_history.csv', { lapseRate: { perMetre: 0.0065 } });
    expect(first(blocks).values).toEqual([11.85, 11.85, 11.85]);
  });

  it('a fill value that nobody declared is taken out before it is averaged with its neighbours', async () => {
    expect(first(await read('sentinel.nc', 'points_sentinel.csv')).values).toEqual([11.85, 11.85]);
  });

  it('hour 0, 0 degrees north and 0 degC are values of a Zarr store whose fill value nobody chose', async () => {
    const stations = [station('a', 0, 0), station('b', 0, 1)];
    const blocks: Series[] = [];
    for await (const block of readFile(join(cases, 'z_fill0c.zarr'), { stations })) blocks.push(block);
    expect(formatHour(blocks[0].from)).toBe('2024-03-01T00:00Z');
    expect(blocks[0].variables.temperature_2m!.values.some(Number.isNaN)).toBe(false);
  });
});

describe('time', () => {
  it('there is no year 0 in the standard calendar', async () => {
    const error = await failure(read('y0_none.nc', 'pts.csv'));
    expect(error.message).toContain('there is no year 0');
  });

  it('a time that calls itself the initial time of a forecast, and a step, make the valid time', async () => {
    expect(first(await read('fc_novalid_nostd_1.nc', 'pts.csv')).at).toBe('2024-03-01T06:00Z');
  });

  it('of the forecasts in time and step the least lead counts', async () => {
    const blocks = await read('fc_2d.nc', 'pts.csv');
    expect(blocks).not.toEqual([]);
    expect(first(blocks).at).toBe('2024-03-01T00:00Z');
  });

  it("wgrib2's zone 0:00 is UTC", async () => {
    expect(first(await read('wgrib2.nc', 'pts.csv')).at).toBe('2024-03-01T00:00Z');
  });
});

describe('identity', () => {
  it('a maximum over six hours is no temperature at an hour', async () => {
    const error = await failure(read('tasmax_6h.nc', 'pts.csv'));
    expect(`${error.message} ${error.hint}`).toMatch(/maximum over some time.*--map/s);
  });

  it.skipIf(!withEccodes)('the spread of an ensemble is no wind', async () => {
    const blocks = await read('ens_mean_then_spread.grib2', 'points_grib.csv');
    expect(first(blocks, 'wind_speed_10m').values).toEqual([8, 8]);
  });
});

describe('place', () => {
  it('one place that is told for each time', async () => {
    const [block] = await read('era5_ts_along.nc', 'pts1.csv');
    expect(block.hours).toBe(30);
    expect(block.variables.temperature_2m!.values.every((value) => value > -90)).toBe(true);
  });

  it('a zip of NetCDF files is called that', async () => {
    const error = await failure(read('download.nc', 'pts.csv'));
    expect(`${error.message} ${error.hint}`).toMatch(/zip file.*[Uu]nzip/s);
  });
});
