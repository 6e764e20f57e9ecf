import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { openForecaster } from '../../../models/serving/worker-forecaster.ts';
import { writeForecaster } from '../../../models/universal/forecaster-artefact.ts';
import { forecasterSpecs } from '../../../models/universal/network.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY, treeOf } from '../tiny-forecaster.ts';

const from = parseHour('2025-02-01');
const stations = testStations(7);
const now = Date.UTC(2025, 1, 4);
let root: string;
let network: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-serving-'));
  network = join(root, 'models', 'fresh');
  const weights = initialise(forecasterSpecs(TINY, 'training'), seededRandom(1));
  for (const { values } of weights.values()) for (let i = 0; i < values.length; i++) values[i] += 0.01;
  const createdAt = '2025-01-01T00:00:00.000Z';
  const stationTree = treeOf('test', stations, TINY);
  const training = {};
  await writeForecaster(network, {
    id: 'fresh',
    name: 'Fresh',
    architecture: TINY,
    weights,
    training,
    createdAt,
    stationTree,
  });
  const values = { temperature_2m: (hour: number, station: number) => Math.sin(hour / 4) * 5 + station };
  await new ObservationStore(root).merge('d', testSeries({ stations, from, hours: 72, values }), { source: 'test' });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = () => openForecaster({ root, network, threads: 1 });

test('a run made in the thread is published, and is what this thread would have computed', async () => {
  const forecaster = await open();
  expect(forecaster.models.map(({ id }) => id)).toEqual(['fresh', 'persistence', 'climatology']);
  expect(forecaster.engine.name).toMatch(/^ONNX Runtime/);
  const init = from + 60;
  expect(await forecaster.run({ dataset: 'd', init, now })).toEqual({ init, outcome: 'published' });
  expect(await forecaster.run({ dataset: 'd', init, now })).toEqual({ init, outcome: 'exists' });
  await forecaster.close();

  const runs = new RunStore(root);
  expect((await runs.describe('d', init)).createdAt).toBe('2025-02-04T00:00:00.000Z');
  const served = (await runs.read('d', init, 'fresh')).variables.temperature_2m!.values;
  await runs.remove('d', init);
  const local = await openLocalForecaster({ root, network, threads: 1 });
  await local.run({ dataset: 'd', init, now });
  await local.close();
  expect((await new RunStore(root).read('d', init, 'fresh')).variables.temperature_2m!.values).toEqual(served);
});

test('runs that are asked for at the same time do not mix', async () => {
  const forecaster = await open();
  const inits = [from + 50, from + 51, from + 52];
  const outcomes = await Promise.all(inits.map((init) => forecaster.run({ dataset: 'd', init, now })));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['published', 'published', 'published']);
  const runs = new RunStore(root);
  const together = (await runs.read('d', inits[1], 'fresh')).variables.temperature_2m!.values;
  await runs.remove('d', inits[1]);
  await forecaster.run({ dataset: 'd', init: inits[1], now });
  await forecaster.close();
  expect((await new RunStore(root).read('d', inits[1], 'fresh')).variables.temperature_2m!.values).toEqual(together);
});

test('an error keeps its type, its place and its hint on the way from the thread, which goes on', async () => {
  const forecaster = await open();
  const refused = await forecaster.run({ dataset: 'd', init: from + 10, now }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(KernelcastError);
  expect(refused).toMatchObject({ code: 'TOO_LITTLE_DATA', where: { dataset: 'd' }, hint: /Choose a time/ });
  expect((await forecaster.run({ dataset: 'd', init: from + 55, now })).outcome).toBe('published');
  await forecaster.close();
});

test('a model that cannot be opened is the error of opening', async () => {
  const nowhere = openForecaster({ root, network: join(root, 'nowhere'), threads: 1 });
  await expect(nowhere).rejects.toMatchObject({ name: 'KernelcastError', code: 'NOT_FOUND' });
});

test('a thread that dies fails its run with one error, and the next run begins another', async () => {
  const forecaster = await open();
  // What kills a thread is memory that runs out, or a library that crashes.
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (this: Worker, message: unknown) {
    post.call(this, message);
    this.terminate();
  });
  const killed = forecaster.run({ dataset: 'd', init: from + 56, now });
  await expect(killed).rejects.toMatchObject({ code: 'ENVIRONMENT', message: 'the thread that forecasts has ended' });
  expect((await forecaster.run({ dataset: 'd', init: from + 57, now })).outcome).toBe('published');
  await forecaster.close();
});

test('a forecaster that is closed lets the run under way end, and takes no further one', async () => {
  const forecaster = await open();
  const last = forecaster.run({ dataset: 'd', init: from + 58, now });
  await Promise.all([last, forecaster.close()]);
  expect((await last).outcome).toBe('published');
  await expect(forecaster.run({ dataset: 'd', init: from + 59, now })).rejects.toMatchObject({ code: 'BUSY' });
  await forecaster.close();
});

test('a series that is in no store is forecast in the thread as in this one', async () => {
  const [forecaster, local] = [await open(), await openLocalForecaster({ root, network, threads: 1 })];
  const values = { temperature_2m: (hour: number) => Math.sin(hour / 4) * 5 };
  const observations = testSeries({ stations: [stations[3]], from, hours: 48, values });
  for (const model of ['fresh', 'persistence']) {
    const request = { model, observations, init: from + 47 };
    const series = await forecaster.predict(request);
    expect(series).toEqual(await local.predict(request));
    expect([series.from, series.hours, series.stations.length]).toEqual([from + 48, 24, 1]);
    expect(series.variables.temperature_2m!.values.every(Number.isFinite)).toBe(true);
  }
  await expect(forecaster.predict({ model: 'gfs', observations, init: from + 47 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: 'Models: fresh, persistence, climatology.',
  });
  await Promise.all([forecaster.close(), local.close()]);
});
