import { expect, test } from 'vitest';
import type { NetcdfFile } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { openStationSeries } from '../../../ingest/hourly/station-series.ts';
import { failure, gridFile, range, temporaryFolder, writeNetcdf } from '../support.ts';

const folder = temporaryFolder();
let files = 0;

/** Two stations, of which the second is 10 degC warmer; temperature rises and falls with the day. */
async function stationFile(hours: readonly number[]) {
  const file: NetcdfFile = {
    dimensions: { station: 2, time: hours.length, strlen: 2 },
    attributes: { featureType: 'timeSeries' },
    variables: {
      time: { type: 'int', dimensions: ['time'], attributes: { units: 'hours since 1970-01-01' }, values: hours },
      code: {
        type: 'char',
        dimensions: ['station', 'strlen'],
        attributes: { cf_role: 'timeseries_id' },
        values: 'ab' + 'cd',
      },
      lat: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_north' }, values: [52, 53] },
      lon: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_east' }, values: [5, 6] },
      t: {
        type: 'float',
        dimensions: ['time', 'station'],
        attributes: { units: 'degC', standard_name: 'air_temperature' },
        values: hours.flatMap((hour) => [temperature(hour), temperature(hour) + 10]),
      },
    },
  };
  return openStationSeries(await writeNetcdf(folder.path(`${++files}.nc`), file));
}

const temperature = (hour: number) => 10 + 5 * Math.sin((2 * Math.PI * hour) / 24);

test('any span of the file is read, and what lies outside the file is missing', async () => {
  const file = await stationFile(range(1000, 1200, 1));
  expect(file).toMatchObject({ from: 1000, to: 1200, variables: ['temperature_2m'] });
  const series = await file.read(1190, 1203);
  await file.close();
  expect(series).toMatchObject({ from: 1190, hours: 13 });
  const values = [...series.variables.temperature_2m!.values];
  expect(values.slice(0, 20)).toEqual(
    range(1190, 1200, 1).flatMap((hour) => [Math.fround(temperature(hour)), Math.fround(temperature(hour) + 10)]),
  );
  expect(values.slice(20).every(Number.isNaN)).toBe(true);
});

test('hours between the times of the file are interpolated at the begin of a span, and never from a time beyond it', async () => {
  const file = await stationFile(range(1002, 1200, 3));
  const whole = (await file.read(1002, 1200)).variables.temperature_2m!;
  const part = (await file.read(1100, 1108)).variables.temperature_2m!;
  await file.close();
  // 1101, 1104 and 1107 are times of the file.
  expect([...part.values]).toEqual([...whole.values.slice(98 * 2, 106 * 2)]);
  const { values } = (await (await stationFile(range(1002, 1200, 3))).read(1100, 1107)).variables.temperature_2m!;
  expect([...values.slice(0, 10)]).toEqual([...part.values.slice(0, 10)]);
  expect([...values.slice(10)].every(Number.isNaN)).toBe(true);
});

test('a grid is refused, and so is half an hour', async () => {
  const grid = gridFile({
    latitudes: [50, 51],
    longitudes: [5, 6],
    hours: [0, 1],
    variables: { t: { attributes: { units: 'degC', standard_name: 'air_temperature' }, value: () => 1 } },
  });
  const path = await writeNetcdf(folder.path('grid.nc'), grid);
  expect((await failure(openStationSeries(path))).code).toBe('USAGE');
  const file = await stationFile(range(0, 100, 1));
  expect((await failure(file.read(0.5, 3))).code).toBe('USAGE');
  await file.close();
});
