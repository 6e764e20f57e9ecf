import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import type { Forecaster } from '../../../models/serving/forecaster.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { writeForecaster } from '../../../models/universal/forecaster-artefact.ts';
import { forecasterSpecs } from '../../../models/universal/network.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { PartStore, tableOf } from '../../../src/store/runs/parts.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY, treeOf } from '../tiny-forecaster.ts';

const from = parseHour('2025-02-01');
const init = from + 71;
const stations = testStations(40);
const table = tableOf(stations);
const now = Date.UTC(2025, 1, 4);
const values = { temperature_2m: (hour: number, station: number) => Math.sin(hour / 4) * 5 + station };
let root: string;
let forecaster: Forecaster;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-shards-'));
  const network = join(root, 'models', 'fresh');
  const weights = initialise(forecasterSpecs(TINY, 'training'), seededRandom(1));
  for (const { values } of weights.values()) for (let i = 0; i < values.length; i++) values[i] += 0.01;
  // It tells its uncertainty, and how its hours hang together.
  const factors = Float32Array.from({ length: 4 * 24 * 5 }, (_, index) => (index % 5) - 2);
  const ranks = Float32Array.from({ length: 2 * 4 * 24 }, (_, index) => (index < 4 * 24 ? 0.25 : 0.75));
  weights.set('calibration', { shape: [4, 24, 5], values: factors });
  weights.set('rankPaths', { shape: [2, 4, 24], values: ranks });
  const createdAt = '2025-01-01T00:00:00.000Z';
  const stationTree = treeOf('test', stations, TINY);
  const artefact = { id: 'fresh', name: 'Fresh', architecture: TINY, weights, training: {}, createdAt, stationTree };
  await writeForecaster(network, artefact);
  for (const dataset of ['whole', 'cut']) {
    await new ObservationStore(root).merge(dataset, testSeries({ stations, from, hours: 72, values }), {
      source: 'test',
    });
  }
  forecaster = await openLocalForecaster({ root, network, threads: 1 });
});
afterAll(async () => {
  await forecaster.close();
  await rm(root, { recursive: true });
});

describe('a forecast that is cut into shards', () => {
  test('is, put together, the forecast of all stations at once, bit for bit', async () => {
    const runs = new RunStore(root);
    await forecaster.run({ dataset: 'whole', init, now });
    const count = 3;
    // In any order, and one of them twice.
    for (const index of [2, 0, 1, 0]) await forecaster.part({ dataset: 'cut', init, shard: { index, count, table } });
    const { outcome } = await forecaster.run({ dataset: 'cut', init, now, cut: { count, table } });
    expect(outcome).toBe('published');
    const { models } = await runs.describe('whole', init);
    for (const { id } of models) {
      const whole = await runs.read('whole', init, id);
      const cut = await runs.read('cut', init, id);
      expect(cut).toEqual(whole);
      expect(Object.keys(cut.rankPaths ?? {})).toEqual(id === 'fresh' ? ['temperature_2m'] : []);
    }
    const parts = new PartStore(root);
    await parts.remove('cut', init);
    expect(await readdir(join(root, 'parts', 'cut'))).toEqual([]);
    await forecaster.part({ dataset: 'cut', init, shard: { index: 0, count, table } });
    await parts.sweep('cut', init);
    expect(await readdir(join(root, 'parts', 'cut'))).toHaveLength(1);
    await parts.sweep('cut', init + 1);
    expect(await readdir(join(root, 'parts', 'cut'))).toEqual([]);
  });

  test('has each station in one of its shards', async () => {
    const parts = new PartStore(root);
    const seen: string[] = [];
    for (let index = 0; index < 4; index++) {
      const shard = { index, count: 4, table };
      await forecaster.part({ dataset: 'whole', init, shard });
    }
    const joined = await parts.join('whole', init, 'fresh', { count: 4, stations, hours: 24 });
    for (const [s, { id }] of joined.stations.entries()) {
      if (!Number.isNaN(joined.variables.temperature_2m!.values[s])) seen.push(id);
    }
    expect(seen).toEqual(stations.map(({ id }) => id));
  });

  test('waits for the shards that are missing', async () => {
    const earlier = init - 1;
    const shard = (index: number) =>
      forecaster.part({ dataset: 'cut', init: earlier, shard: { index, count: 2, table } });
    await shard(0);
    const run = forecaster.run({ dataset: 'cut', init: earlier, now, cut: { count: 2, table } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await new RunStore(root).list('cut')).not.toContain(earlier);
    await shard(1);
    expect((await run).outcome).toBe('published');
  });

  test('is not made of two tables of stations: who has another than the task names refuses, and so does who waits', async () => {
    const observations = new ObservationStore(root);
    const runs = new RunStore(root);
    await observations.merge('grows', testSeries({ stations, from, hours: 72, values }), { source: 'test' });
    const cut = { count: 2, table };
    const part = (index: number, of = cut) => forecaster.part({ dataset: 'grows', init, shard: { index, ...of } });
    await part(0);
    const waiting = forecaster.run({ dataset: 'grows', init, now, cut });
    const refused = expect(waiting).rejects.toThrow('the stations of the dataset have changed');
    // A station comes in, in the north: branches are cut elsewhere from here on.
    const added = { ...stations[0], id: 'new', latitude: 80 };
    await observations.merge('grows', testSeries({ stations: [added], from, hours: 72, values }), { source: 'test' });
    await expect(part(1)).rejects.toThrow('the stations of the dataset have changed');
    forecaster.partArrived();
    await refused;
    await expect(forecaster.run({ dataset: 'grows', init, now, cut })).rejects.toThrow('the stations of the dataset');
    expect(await runs.list('grows')).toEqual([]);
    // Of the stations that there are now it is what it is in one piece; what was left of the old table has no part in it.
    const table41 = tableOf((await observations.describe('grows')).stations);
    for (const index of [0, 1]) await part(index, { count: 2, table: table41 });
    await forecaster.run({ dataset: 'grows', init, now, cut: { count: 2, table: table41 } });
    await runs.read('grows', init, 'fresh').then(async (sharded) => {
      await runs.remove('grows', init);
      await forecaster.run({ dataset: 'grows', init, now });
      expect(sharded).toEqual(await runs.read('grows', init, 'fresh'));
    });
  });
});
