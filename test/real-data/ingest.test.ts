/** Ingest of published files: ../shared/data, into a store, or refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { gridLayout } from '../../ingest/cf/grid-layout.ts';
import { readPlaces } from '../../ingest/cf/horizontal-axes.ts';
import { openDataFile } from '../../ingest/formats/open.ts';
import { readFile } from '../../ingest/hourly/read-hours.ts';
import { ingestFiles } from '../../ingest/ingest.ts';
import { planSampling } from '../../ingest/sampling/sampling-plan.ts';
import { FLAG, type Series } from '../../src/domain/series.ts';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { station } from '../ingest/support.ts';
import { data, present, withEccodes } from './published.ts';

const temporary = mkdtempSync(join(tmpdir(), 'kernelcast-real-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe.skipIf(!present)('from file to store', () => {
  const store = new ObservationStore(temporary);

  it('ncep_air_6hourly_2013: hourly series between the six-hourly ones', async () => {
    const path = join(data, 'gridded/ncep_air_6hourly_2013.nc');
    const stations = [station('denver', 39.74, -104.99), station('corner', 75, -160)];
    const report = await ingestFiles([path], { dataset: 'ncep', store, stations });
    expect(report).toMatchObject({ observed: 2 * 1460, interpolated: 2 * (1459 * 5), missing: 0 });
    expect(report.months).toHaveLength(12);
    const series = await store.read('ncep', parseHour('2013-01-01'), parseHour('2013-01-01T07'));
    const { values, flags } = series.variables.temperature_2m!;
    // The corner is a grid point: 241.2 K and 242.1 K at 0 and 6 o'clock, as ncdump prints them.
    const [first, last] = [241.2 - 273.15, 242.1 - 273.15];
    expect(values[1]).toBeCloseTo(first, 4);
    expect(values[13]).toBeCloseTo(last, 4);
    expect(values[5]).toBeCloseTo(first + (last - first) / 3, 4);
    expect([...flags]).toEqual([0, 0, ...Array(10).fill(FLAG.INTERPOLATED), 0, 0]);
  });

  it('era5_t2m_3hourly_italy_2022', async () => {
    const path = join(data, 'gridded/era5_t2m_3hourly_italy_2022.nc');
    const report = await ingestFiles([path], { dataset: 'italy', store, stations: [station('rome', 41.9, 12.5)] });
    expect(report).toMatchObject({ observed: 488, interpolated: 487 * 2, missing: 0 });
    const { values } = (await store.read('italy')).variables.temperature_2m!;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeGreaterThan(20);
    expect(mean).toBeLessThan(27);
  });

  it('knmi30_hourly_2019_2024: 30 stations, their values as netCDF4 reads them', async () => {
    const path = join(data, 'stations/knmi30_hourly_2019_2024.nc');
    const report = await ingestFiles([path], { dataset: 'knmi', store });
    const counts = { temperature: 1_578_128, speed: 1_578_096, direction: 1_540_301, components: 1_552_824 };
    expect(report).toMatchObject({
      stations: 30,
      from: parseHour('2019-01-01'),
      to: parseHour('2025-01-01'),
      observed: counts.temperature + counts.speed + counts.direction + 2 * counts.components,
      interpolated: 0,
    });
    expect(report.months).toHaveLength(72);
    expect(report.variables).toHaveLength(5);
    const info = await store.describe('knmi');
    expect(info.stations[0]).toEqual({
      id: '215',
      name: 'Voorschoten',
      country: '',
      latitude: 52.1238,
      longitude: 4.439,
      elevation: null,
    });
    for (const [id, time, temperature, speed, direction] of [
      ['260', '2019-07-25T14', 37.1, 3, 150],
      ['380', '2024-12-31T23', 3.8, 9, 210],
      ['235', '2019-01-01T00', 8.9, 8, 250],
      ['269', '2020-02-09T18', 11.8, 19, 210],
      ['270', '2022-02-18T15', 9.3, 18, 220],
    ] as const) {
      const hour = parseHour(time);
      const { variables } = await store.read('knmi', hour, hour + 1);
      const s = info.stations.findIndex((one) => one.id === id);
      expect(variables.temperature_2m!.values[s]).toBeCloseTo(temperature, 5);
      expect(variables.wind_speed_10m!.values[s]).toBeCloseTo(speed, 5);
      expect(variables.wind_direction_10m!.values[s]).toBe(direction);
      const radians = (direction * Math.PI) / 180;
      expect(variables.wind_u_component_10m!.values[s]).toBeCloseTo(-speed * Math.sin(radians), 4);
      expect(variables.wind_v_component_10m!.values[s]).toBeCloseTo(-speed * Math.cos(radians), 4);
      expect(variables.temperature_2m!.flags[s]).toBe(FLAG.OBSERVED);
    }
  });
});

describe.skipIf(!present || !withEccodes)('wind along a projected grid', () => {
  it('nam_awp211_lambert.grib2: turned by the angle of its Lambert cone', async () => {
    // The cone is tangent at 25 N, its meridian is 95 W: the grid is turned by sin(25) of the way from it.
    const places = [station('west', 45, -115), station('middle', 38, -95), station('east', 35, -75)];
    const path = join(data, 'gridded/nam_awp211_lambert.grib2');
    const grid = await openDataFile(path);
    const layout = await gridLayout(grid, grid.variables.get('u10')!);
    if (typeof layout === 'string') throw new Error(layout);
    const plan = planSampling(await readPlaces(grid, layout), places, { file: path, method: 'nearest' });
    const columns = grid.dimensions.get('x')!;
    const [u, v] = [
      await grid.read(grid.variables.get('u10')!, [0, 0, 0], [1, 65, 93]),
      await grid.read(grid.variables.get('v10')!, [0, 0, 0], [1, 65, 93]),
    ];
    const longitudes = await grid.read(grid.variables.get('longitude')!, [0, 0], [65, 93]);
    await grid.close();
    let series: Series | undefined;
    for await (const block of readFile(path, { stations: places, method: 'nearest' })) series = block;
    const { wind_u_component_10m: east, wind_v_component_10m: north } = series!.variables;
    for (const s of places.keys()) {
      const point = plan.weights.scalar.points[plan.weights.scalar.starts[s]];
      const cell = plan.rows[point] * columns + plan.columns[point];
      const angle = ((Math.sin((25 * Math.PI) / 180) * (longitudes[cell] - 265)) / 180) * Math.PI;
      const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
      expect(east!.values[s]).toBeCloseTo(cosine * u[cell] + sine * v[cell], 1);
      expect(north!.values[s]).toBeCloseTo(-sine * u[cell] + cosine * v[cell], 1);
      expect(Math.hypot(east!.values[s], north!.values[s])).toBeCloseTo(Math.hypot(u[cell], v[cell]), 4);
    }
    expect(Math.hypot(u[0], v[0])).toBeGreaterThan(0);
  });
});

describe.skipIf(!present)('stations with times of their own', () => {
  it("erddap_station_indexed: three of Alaska's, three hours, as netCDF4 prints them", async () => {
    const store = new ObservationStore(temporary);
    const path = join(data, 'formats/erddap_station_indexed.nc');
    const report = await ingestFiles([path], { dataset: 'alaska', store });
    expect(report).toMatchObject({ stations: 3, from: parseHour('2010-01-01'), to: parseHour('2010-01-01T03') });
    const { stations, variables } = await store.read('alaska');
    expect(stations[0]).toMatchObject({ id: 'NMTA2', latitude: 64.5, longitude: -165.43, elevation: null });
    const { temperature_2m, wind_speed_10m, wind_direction_10m } = variables;
    const round = (values: Float32Array) => Array.from(values, (value) => Number(value.toFixed(3)));
    expect(round(temperature_2m!.values)).toEqual([-13.6, -26.1, -7.3, -14.5, -26.7, -6.4, -15.1, -28.5, -7.3]);
    expect(round(wind_speed_10m!.values)).toEqual([0.5, 0.4, NaN, 0.6, 0.8, NaN, 0.3, 1.7, NaN]);
    expect(round(wind_direction_10m!.values)).toEqual([194, 4, NaN, 48, 340, NaN, 45, 294, NaN]);
  });
});

describe.skipIf(!present)('NetCDF-4 from file to store', () => {
  const store = new ObservationStore(temporary);

  it('global16_hourly_2020_2024: 16 cities over five years', async () => {
    const path = join(data, 'stations/global16_hourly_2020_2024.nc');
    const report = await ingestFiles([path], { dataset: 'cities', store });
    expect(report).toMatchObject({
      stations: 16,
      from: parseHour('2020-01-01'),
      to: parseHour('2025-01-01'),
      variables: ['temperature_2m', 'wind_speed_10m'],
      interpolated: 0,
    });
    expect(report.observed + report.missing).toBe(2 * 16 * 43_848);
    const { stations, variables } = await store.read('cities', parseHour('2020-01-01'), parseHour('2020-01-01T01'));
    expect(stations[0]).toMatchObject({ id: 'Sydney', elevation: 69 });
    // 231 and 372 as they are packed.
    expect(variables.temperature_2m!.values[0]).toBeCloseTo(23.1, 4);
    expect(variables.wind_speed_10m!.values[0]).toBeCloseTo(3.72, 4);
  });

  it('capitals252_6hourly_2025: hourly series between the six-hourly ones, wind with its direction', async () => {
    const path = join(data, 'stations/capitals252_6hourly_2025.nc');
    const report = await ingestFiles([path], { dataset: 'capitals', store });
    expect(report).toMatchObject({ stations: 252, from: parseHour('2025-09-01') });
    expect(report.variables).toHaveLength(5);
    expect(report.observed).toBeGreaterThan(5 * 252 * 364 * 0.9);
    const { stations, variables } = await store.read('capitals', report.from, report.from + 1);
    expect(stations[0]).toMatchObject({ id: 'Abkhazia-Sukhumi', name: 'Abkhazia/Sukhumi' });
    expect(variables.temperature_2m!.values[0]).toBeCloseTo(22.2, 4);
  });

  it('era5_u10_v10_bay_of_bengal_2025, as the Copernicus store gives it out: wind with speed and direction', async () => {
    const path = join(data, 'gridded/era5_u10_v10_bay_of_bengal_2025.nc');
    const report = await ingestFiles([path], { dataset: 'bengal', store, stations: [station('buoy', 30, 80)] });
    expect(report.variables).toHaveLength(4);
    const { values } = (await store.read('bengal')).variables.wind_u_component_10m!;
    expect(values[0]).toBeCloseTo(-0.024566650390625, 6);
  });
});

describe.skipIf(!present)('files that must be refused', () => {
  const stations = [station('somewhere', 45, 10)];
  const bad = present ? readdirSync(join(data, 'formats/bad')).map((name) => join('formats/bad', name)) : [];
  const foreign = ['gridded/imdaa_tmax_daily.nc', 'gridded/nam_awp211_lambert.grib2'];
  const meaningless = [
    'formats/cdf5_tiny.nc',
    'formats/cmip5_tas_mon_360day_classic.nc',
    'formats/cmip6_tas_day_gregorian_nc4_deflate.nc',
    'formats/cmip6_tas_mon_lat_descending_nc4.nc',
    'formats/cmip6_tasmin_day_360day_nc4.nc',
    'formats/cordex_tas_day_latlon2d_nc4.nc',
    'formats/erddap_timeseries_multidimensional.nc',
    'formats/erddap_timeseries_ragged.nc',
    'gridded/cmip_tas_monthly_global.nc',
    'gridded/eraint_uv_global_monthly.nc',
  ];

  it.each([...bad, ...foreign, ...meaningless])('%s: one clear error', async (name) => {
    const error = await readAll(join(data, name)).catch((reason: unknown) => reason);
    if (!isKernelcastError(error)) throw error;
    const codes = ['FORMAT', 'CONVENTIONS', 'VARIABLE_MISSING', 'UNIT', 'OUTSIDE_GRID'];
    expect(name.endsWith('.grib') && !withEccodes ? ['ENVIRONMENT'] : codes).toContain(error.code);
    expect(error.where.file).toBe(join(data, name));
  });

  async function readAll(path: string, map?: Record<string, string>): Promise<Series[]> {
    const blocks: Series[] = [];
    for await (const block of readFile(path, { stations, map })) blocks.push(block);
    return blocks;
  }

  it.each([
    ['formats/cmip6_tasmin_day_360day_nc4.nc', 'no temperature or wind'],
    ['formats/cordex_tas_day_latlon2d_nc4.nc', '1 of 1 stations lie outside the grid'],
    ['formats/cmip6_tas_day_gregorian_nc4_deflate.nc', 'too coarse'],
  ])('%s: ... %s', async (name, reason) => {
    await expect(readAll(join(data, name))).rejects.toThrow(reason);
  });

  it('a daily minimum that is asked for by name, on a calendar of 360 days', async () => {
    const path = join(data, 'formats/cmip6_tasmin_day_360day_nc4.nc');
    await expect(readAll(path, { temperature_2m: 'tasmin' })).rejects.toThrow("'360_day' have no meaning in UTC");
  });

  it.each([
    'gridded/era5_t2m_3hourly_italy_2022.nc',
    'gridded/era5_u10_v10_bay_of_bengal_2025.nc',
    'stations/knmi30_hourly_2019_2024.nc',
  ])('%s cut off anywhere: FORMAT', async (name) => {
    const bytes = readFileSync(join(data, name));
    const path = join(temporary, 'cut.nc');
    const lengths = [0, 1, 3, 4, 7, 8, 11, 100, 400, 1000, 2000, bytes.length - 1000, bytes.length - 1];
    for (let i = 1; i < 12; i++) lengths.push(Math.floor((bytes.length * i) / 12));
    for (const length of lengths) {
      writeFileSync(path, bytes.subarray(0, length));
      const error = await readAll(path).catch((reason: unknown) => reason);
      expect([length, isKernelcastError(error, 'FORMAT')]).toEqual([length, true]);
    }
  });
});
