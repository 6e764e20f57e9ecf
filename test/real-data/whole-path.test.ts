/** Published files, from the file to the HTTP answer: two grids and a station file. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ingestFiles } from '../../ingest/ingest.ts';
import { forecastRun } from '../../models/serving/forecast-run.ts';
import { openForecastModels } from '../../models/serving/registry.ts';
import { packageRoot } from '../../src/config.ts';
import type { Station } from '../../src/domain/station.ts';
import { formatHour, parseHour } from '../../src/domain/time.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { serveStore } from '../serve-store.ts';

const SHARED = join(packageRoot(), '..', 'shared', 'data');

interface ExpectedPoint {
  latitude: number;
  longitude: number;
  bilinear_last: number;
}

/** Points whose values the reference reader gives, as stations. */
function expectedPoints(file: string, variable: string) {
  const all = JSON.parse(readFileSync(join(SHARED, 'gridded', 'expected.json'), 'utf8'));
  const points: ExpectedPoint[] = all[file].variables[variable].points;
  const stations: Station[] = points.map(({ latitude, longitude }, index) => ({
    id: `point-${index}`,
    name: `Point ${index}`,
    country: '',
    latitude,
    longitude: ((longitude + 180) % 360) - 180,
    elevation: null,
  }));
  return { points, stations };
}

async function throughTheRiver(file: string, stations?: Station[]) {
  const root = await mkdtemp(join(tmpdir(), 'kernelcast-real-'));
  const store = new ObservationStore(root);
  const report = await ingestFiles([join(SHARED, file)], { dataset: 'real', store, stations });
  const service = await serveStore(root, 'real', report.to);
  await forecastRun({ ...service, models: await openForecastModels({ threads: 2 }), dataset: 'real' });
  return {
    report,
    service,
    done: async () => {
      await service.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

test.each([
  ['ncep_air_6hourly_2013.nc', 'air', '2013-12-31T18:00Z', 6],
  ['era5_t2m_3hourly_italy_2022.nc', 't2m', '2022-06-30T21:00Z', 3],
])(
  '%s: the last observed hour over HTTP is the bilinear value, the forecast follows',
  async (file, variable, last, step) => {
    if (!existsSync(join(SHARED, 'gridded', file))) return console.warn(`skipped: no ${file} in ../shared`);
    const { points, stations } = expectedPoints(file, variable);
    const { report, service, done } = await throughTheRiver(join('gridded', file), stations);
    expect(report.to - 1).toBe(parseHour(last));
    // Of the hours between two steps, all but the first were interpolated.
    expect(report.interpolated / report.observed).toBeCloseTo(step - 1, 0);
    for (const [index, point] of points.entries()) {
      const answer = await service.get(
        `/v1/forecast?station=point-${index}&run=${last}&past_hours=24&hourly=temperature_2m`,
      );
      expect(answer.hourly.time[23]).toBe(last.slice(0, -1));
      expect(answer.hourly.temperature_2m[23]).toBeCloseTo(point.bilinear_last - 273.15, 0);
      expect(Math.abs(answer.hourly.temperature_2m[23] - (point.bilinear_last - 273.15))).toBeLessThanOrEqual(0.0501);
      const forecast: number[] = answer.hourly.temperature_2m.slice(24);
      expect(forecast).toHaveLength(24);
      for (const value of forecast) expect(Math.abs(value - answer.hourly.temperature_2m[23])).toBeLessThan(25);
    }
    await done();
  },
);

test('knmi30_hourly_2019_2024.nc: thirty stations, temperature and wind, six years, and a forecast for De Bilt', async () => {
  const file = join('stations', 'knmi30_hourly_2019_2024.nc');
  if (!existsSync(join(SHARED, file))) return console.warn(`skipped: no ${file} in ../shared`);
  const { report, service, done } = await throughTheRiver(file);
  expect(report.stations).toBe(30);
  expect(report.interpolated).toBe(0);
  const answer = await service.get(
    `/v1/forecast?latitude=52.1&longitude=5.18&run=${formatHour(report.to - 1)}&past_hours=24&models=unireplknet,persistence`,
  );
  expect(answer.station.distance_km).toBeLessThan(5);
  expect(answer.hourly.time).toHaveLength(48);
  expect(answer.hourly.time[24]).toBe(formatHour(report.to).slice(0, -1));
  const forecast: number[] = answer.hourly.temperature_2m_unireplknet.slice(24);
  expect(forecast.every((value) => value > -25 && value < 45)).toBe(true);
  expect(new Set(answer.hourly.temperature_2m_persistence.slice(24)).size).toBe(1);
  await done();
});
