import { describe, expect, it } from 'vitest';
import { readFile } from '../../../ingest/hourly/read-hours.ts';
import { STANDARD_LAPSE_RATE } from '../../../ingest/sampling/lapse-rate.ts';
import { failure, gridFile, range, station, temporaryFolder, writeNetcdf } from '../support.ts';

const folder = temporaryFolder();
const GRID = { latitudes: range(40, 60, 5), longitudes: range(0, 20, 5), hours: [0, 1] };
const temperature = { attributes: { units: 'degC', standard_name: 'air_temperature' }, value: () => 10 };
/** The ground rises by 100 m a degree eastward. */
const ground = (attributes: Record<string, string>, factor = 1) => ({
  attributes,
  value: (_: number, __: number, longitude: number) => 100 * longitude * factor,
});
const places = [
  { ...station('valley', 45, 7.5), elevation: 250 },
  { ...station('peak', 50, 7.5), elevation: 1750 },
  station('unknown', 50, 7.5),
];
const lapseRate = { perMetre: STANDARD_LAPSE_RATE };

async function read(path: string, options: object = { lapseRate }): Promise<number[]> {
  const values: number[] = [];
  for await (const block of readFile(path, { stations: places, ...options })) {
    values.push(...block.variables.temperature_2m!.values);
  }
  return values.map((value) => Number(value.toFixed(3)));
}

describe('temperature at the height of the station', () => {
  it.each([
    ['an elevation', ground({ units: 'm', standard_name: 'surface_altitude' })],
    ['a geopotential', ground({ units: 'm**2 s**-2', long_name: 'Geopotential' }, 9.80665)],
  ])('from %s in the same file, at all times', async (_, z) => {
    const path = await writeNetcdf(folder.path('one.nc'), gridFile({ ...GRID, variables: { t2m: temperature, z } }));
    // The ground is 750 m high: 500 m above the valley, 1000 m below the peak.
    const corrected = [10 + 500 * 0.0065, 10 - 1000 * 0.0065, 10];
    expect(await read(path)).toEqual([...corrected, ...corrected]);
    expect(await read(path, {})).toEqual(Array(6).fill(10));
  });

  it('from a file beside it, on another grid', async () => {
    const path = await writeNetcdf(folder.path('two.nc'), gridFile({ ...GRID, variables: { t2m: temperature } }));
    const orog = ground({ units: 'm' });
    const finer = { ...GRID, longitudes: range(0, 20, 1), variables: { orog } };
    const groundFile = await writeNetcdf(folder.path('ground.nc'), gridFile(finer));
    expect((await read(path, { lapseRate: { ...lapseRate, groundFile } })).slice(0, 2)).toEqual([13.25, 3.5]);
  });

  it('without any ground it is an error', async () => {
    const path = await writeNetcdf(folder.path('none.nc'), gridFile({ ...GRID, variables: { t2m: temperature } }));
    expect((await failure(read(path))).code).toBe('VARIABLE_MISSING');
  });
});
