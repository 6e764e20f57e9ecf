import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import type { ForecastModel } from '../../../models/forecast-model.ts';
import { writeForecaster } from '../../../models/forecaster/forecaster-artefact.ts';
import { forecasterSpecs } from '../../../models/forecaster/network.ts';
import { openNetworkModel } from '../../../models/forecaster/network-model.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY, treeOf } from '../tiny-forecaster.ts';

const init = parseHour('2025-02-20T12:00Z');
const stations = testStations(10);
let folder: string;
let model: ForecastModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelcast-network-'));
  const artefact = join(folder, 'fresh');
  await writeForecaster(artefact, {
    id: 'fresh',
    name: 'Fresh',
    architecture: TINY,
    weights: initialise(forecasterSpecs(TINY, 'training'), seededRandom(1)),
    stationTree: treeOf('test', stations, TINY),
    training: {},
    createdAt: '2025-01-01T00:00:00.000Z',
  });
  model = await openNetworkModel(artefact, { threads: 1 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const window = (values: Parameters<typeof testSeries>[0]['values']) =>
  testSeries({ stations, from: init - 47, hours: 48, values });

test('an untrained network is persistence, in the units and at the stations of the observations', async () => {
  const observations = window({
    temperature_2m: (hour, station) => -40 + 8 * station + (hour - init) / 10,
    wind_speed_10m: (_, station) => station,
  });
  const forecast = await model.forecast({ observations, init });
  expect(forecast.from).toBe(init + 1);
  expect(Object.keys(forecast.variables)).toEqual(['temperature_2m', 'wind_speed_10m']);
  for (let lead = 0; lead < 24; lead++) {
    for (let station = 0; station < 10; station++) {
      expect(forecast.variables.temperature_2m!.values[lead * 10 + station]).toBeCloseTo(-40 + 8 * station, 3);
      expect(forecast.variables.wind_speed_10m!.values[lead * 10 + station]).toBeCloseTo(station, 4);
    }
  }
});

test('a station without enough data has no forecast, the others do', async () => {
  const observations = window({
    temperature_2m: (hour, station) => (station === 4 && hour > init - 30 ? Number.NaN : 5),
  });
  const { values } = (await model.forecast({ observations, init })).variables.temperature_2m!;
  for (let station = 0; station < 10; station++) expect(Number.isNaN(values[station])).toBe(station === 4);
});

test('gaps in the window are bridged, also at its end', async () => {
  const gaps = window({ temperature_2m: (hour) => (hour % 3 === 0 || hour > init - 5 ? Number.NaN : 5) });
  const { values } = (await model.forecast({ observations: gaps, init })).variables.temperature_2m!;
  for (const value of values) expect(value).toBeCloseTo(5, 4);
});

test('wind speed is never below zero', async () => {
  const observations = window({ wind_speed_10m: () => -3 });
  const { values } = (await model.forecast({ observations, init })).variables.wind_speed_10m!;
  expect(Math.min(...values)).toBe(0);
});

test('the station tree of the artefact is the one that is used', async () => {
  const random = seededRandom(2);
  const weights = initialise(forecasterSpecs(TINY, 'training'), random);
  for (const { values } of weights.values())
    for (let i = 0; i < values.length; i++) values[i] += 0.1 * random.uniform();
  const observations = window({ temperature_2m: (hour, station) => station * Math.sin(hour / (3 + station)) });
  const tree = treeOf('test', stations, TINY);
  const swap = ([first, second, ...others]: typeof tree.nodes) => [
    [second[0], ...first.slice(1)],
    [first[0], ...second.slice(1)],
    ...others,
  ];
  const forecastWith = async (name: string, stationTree: typeof tree) => {
    const target = join(folder, name);
    const about = { id: name, name, training: {}, createdAt: '2025-01-01T00:00:00.000Z' };
    await writeForecaster(target, { ...about, architecture: TINY, weights, stationTree });
    const opened = await openNetworkModel(target, { threads: 1 });
    return [...(await opened.forecast({ observations, init })).variables.temperature_2m!.values];
  };
  const usual = await forecastWith('usual', tree);
  expect(await forecastWith('swapped', { ...tree, nodes: swap(tree.nodes) })).not.toEqual(usual);
  expect(await forecastWith('of-others', { ...tree, nodes: [['elsewhere', null, null]] })).toEqual(usual);
});

test('the number of stations does not matter: one, or more than fill a node', async () => {
  const one = testSeries({
    stations: testStations(1),
    from: init - 47,
    hours: 48,
    values: { temperature_2m: () => 3 },
  });
  const { values } = (await model.forecast({ observations: one, init })).variables.temperature_2m!;
  expect(values).toHaveLength(24);
  expect(values[0]).toBeCloseTo(3, 4);
});
