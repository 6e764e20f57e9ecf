/** The river from end to end over a small sample world: grid files -> stations -> forecast -> scores -> HTTP. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingestFiles } from '../ingest/ingest.ts';
import { monthFiles } from '../ingest/sample-world/month-files.ts';
import { readStationList } from '../ingest/stations/station-list.ts';
import { verifyRuns } from '../models/evaluation/verification.ts';
import { forecastRun } from '../models/serving/forecast-run.ts';
import { openForecastModels } from '../models/serving/registry.ts';
import { packageRoot } from '../src/config.ts';
import { formatHour, parseHour } from '../src/domain/time.ts';
import { type ServedStore, serveStore } from './serve-store.ts';

const start = parseHour('2025-01-30');
const end = start + 5 * 24;
const init = end - 25;
let root: string;
let service: ServedStore;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-whole-path-'));
  const files: string[] = [];
  for await (const { name, bytes } of monthFiles({ resolution: 15, start, end })) {
    files.push(join(root, name));
    await writeFile(join(root, name), bytes);
  }
  service = await serveStore(root, 'small', end);
  const stations = await readStationList(join(packageRoot(), 'ingest', 'sample-world', 'places.csv'));
  await ingestFiles(files, { dataset: 'small', store: service.observations, stations });
  const models = await openForecastModels({ threads: 1 });
  await forecastRun({ ...service, models, dataset: 'small', init });
  await forecastRun({ ...service, models, dataset: 'small' });
  await verifyRuns({ ...service, dataset: 'small' });
});

afterAll(async () => {
  await service.close();
  await rm(root, { recursive: true, force: true });
});

test('files of two months become one dataset of 600 places', async () => {
  const months = (await readdir(join(root, 'observations', 'small'))).filter((name) => name.endsWith('.arrow'));
  expect(months).toHaveLength(2);
  const status = await service.get('/v1/status');
  expect(status.datasets[0]).toMatchObject({ dataset: 'small', stations: 600 });
  expect(Date.parse(status.latest_run) / 3_600_000).toBe(end - 1);
});

test('a forecast for a place is the network at its nearest station, with the observed hours before it', async () => {
  const run = encodeURIComponent(formatHour(end - 1));
  const query = `run=${run}&latitude=52.5&longitude=13.4&past_hours=48&hourly=temperature_2m,wind_speed_10m`;
  const answer = await service.get(`/v1/forecast?${query}`);
  expect(answer.station.name).toMatch(/Berlin/);
  expect(answer.run.model).toBe('unireplknet');
  expect(answer.hourly.time).toHaveLength(72);
  expect(answer.hourly.time[48]).toBe(formatHour(end).slice(0, -1));
  for (const value of answer.hourly.temperature_2m) expect(value).toBeGreaterThan(-60);
  // A forecast in Berlin's winter that follows on the last observed hour, not a jump to nowhere.
  expect(Math.abs(answer.hourly.temperature_2m[48] - answer.hourly.temperature_2m[47])).toBeLessThan(5);
  for (const value of answer.hourly.wind_speed_10m) expect(value).toBeGreaterThanOrEqual(0);
});

test('the earlier run has been scored against what was observed since, for every model', async () => {
  const { runs, models } = await service.get('/v1/verification');
  expect(runs).toBe(1);
  expect(models.map(({ model }: { model: string }) => model)).toEqual(['unireplknet', 'persistence', 'climatology']);
  for (const { variables } of models.slice(0, 2)) {
    expect(variables.temperature_2m.count).toBe(600 * 24);
    expect(variables.temperature_2m.mse).toBeGreaterThan(0);
    expect(variables.temperature_2m.mse).toBeLessThan(100);
  }
});

test('the service is ready, for its newest run is fresh', async () => {
  expect(await service.status('/health/ready')).toBe(200);
});
