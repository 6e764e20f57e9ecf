import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import type { ForecastModel } from '../../../models/forecast-model.ts';
import { writeForecaster } from '../../../models/universal/forecaster-artefact.ts';
import { forecasterSpecs } from '../../../models/universal/network.ts';
import { openNetworkModel } from '../../../models/universal/network-model.ts';
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

test('an untrained network is the recent climate and the last anomaly, in the units and at the stations of the observations', async () => {
  const usual = (hour: number, station: number) => -40 + 8 * station + (hour % 24) / 4;
  const observations = testSeries({
    stations,
    from: init - 719,
    hours: 720,
    values: {
      temperature_2m: (hour, station) => usual(hour, station) + (hour === init ? 3 : 0),
      wind_speed_10m: (_, station) => station,
    },
  });
  const forecast = await model.forecast({ observations, init });
  expect(forecast.from).toBe(init + 1);
  expect(Object.keys(forecast.variables)).toEqual(['temperature_2m', 'wind_speed_10m']);
  for (let lead = 0; lead < 24; lead++) {
    for (let station = 0; station < 10; station++) {
      // The last hour is a thirtieth of the climate of its hour of the day.
      const climate = usual(init + 1 + lead, station) + (lead === 23 ? 0.1 : 0);
      expect(forecast.variables.temperature_2m!.values[lead * 10 + station]).toBeCloseTo(climate + 2.9, 3);
      expect(forecast.variables.wind_speed_10m!.values[lead * 10 + station]).toBeCloseTo(station, 4);
    }
  }
});

test('its quantiles are the calibrated factors times the expected error, in order, of wind speed never below zero', async () => {
  const calibration = { shape: [4, 24, 5], values: new Float32Array(4 * 24 * 5) };
  for (let cell = 0; cell < 4 * 24; cell++) calibration.values.set([-0.5, -0.2, 0.1, 0.3, 0.6], cell * 5);
  const target = join(folder, 'calibrated');
  await writeForecaster(target, {
    id: 'calibrated',
    name: 'Calibrated',
    architecture: TINY,
    weights: new Map([...initialise(forecasterSpecs(TINY, 'training'), seededRandom(1)), ['calibration', calibration]]),
    stationTree: treeOf('test', stations, TINY),
    training: {},
    createdAt: '2025-01-01T00:00:00.000Z',
  });
  const calibrated = await openNetworkModel(target, { threads: 1 });
  const { quantiles } = await calibrated.forecast({
    observations: window({ temperature_2m: () => 20, wind_speed_10m: () => 1 }),
    init,
  });
  // A fresh network expects an error of one unit of the channel's scale: 5 degC or m/s.
  const at = (levels: readonly Float32Array[]) => levels.map((values) => values[30]);
  expect(at(quantiles!.temperature_2m!)).toEqual([17.5, 19, 20.5, 21.5, 23].map((value) => expect.closeTo(value, 3)));
  expect(at(quantiles!.wind_speed_10m!)).toEqual([0, 0, 1.5, 2.5, 4].map((value) => expect.closeTo(value, 3)));
  expect(
    (await model.forecast({ observations: window({ temperature_2m: () => 20 }), init })).quantiles,
  ).toBeUndefined();
  await calibrated.close();
});

test('where only some stations are wanted, the others stay missing, and these are forecast as among all', async () => {
  const observations = window({ temperature_2m: (hour, station) => station + Math.sin(hour / 5) });
  const all = (await model.forecast({ observations, init })).variables.temperature_2m!.values;
  const some = (await model.forecast({ observations, init, wanted: new Set(['s3', 's8']) })).variables.temperature_2m!
    .values;
  for (const [cell, value] of some.entries()) expect(value).toBe([3, 8].includes(cell % 10) ? all[cell] : Number.NaN);
});

test('a shard holds its own stations alone, and all shards together hold each once, as the whole forecast has it', async () => {
  const observations = window({ temperature_2m: (hour, station) => station + Math.sin(hour / 5) });
  const whole = (await model.forecast({ observations, init })).variables.temperature_2m!.values;
  const shards = await Promise.all(
    [0, 1, 2].map((index) => model.forecast({ observations, init, shard: { index, count: 3 } })),
  );
  const ids = shards.flatMap((shard) => shard.stations.map(({ id }) => id));
  expect(ids.toSorted()).toEqual(stations.map(({ id }) => id).toSorted());
  for (const { stations: own, variables } of shards) {
    expect(own.length).toBeLessThan(10);
    const { values } = variables.temperature_2m!;
    for (const [cell, value] of values.entries()) {
      const [lead, column] = [Math.floor(cell / own.length), cell % own.length];
      expect(value).toBe(whole[lead * 10 + Number(own[column].id.slice(1))]);
    }
  }
});

test('the same observations at another init are another forecast', async () => {
  const observations = testSeries({
    stations,
    from: init - 60,
    hours: 61,
    values: { temperature_2m: (hour) => (hour === init ? 30 : 0) },
  });
  const at = async (hour: number) =>
    (await model.forecast({ observations, init: hour })).variables.temperature_2m!.values;
  const before = await at(init - 1);
  expect((await at(init))[0]).toBeGreaterThan(10);
  expect(before[0]).toBe(0);
});

test('a station with fewer than eight valid hours has no forecast, the others do', async () => {
  const observations = window({
    temperature_2m: (hour, station) => (station === 4 && hour > init - 41 ? Number.NaN : 5),
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

test("a station's forecast depends on its neighbours, not on how stations are grouped or ordered", async () => {
  const random = seededRandom(2);
  const weights = initialise(forecasterSpecs(TINY, 'training'), random);
  for (const { values } of weights.values())
    for (let i = 0; i < values.length; i++) values[i] += 0.1 * random.uniform();
  const near = stations.map((station, index) => ({ ...station, latitude: 50 + index / 3, longitude: 5 + (index % 3) }));
  const target = join(folder, 'near');
  const about = { id: 'near', name: 'Near', training: {}, createdAt: '2025-01-01T00:00:00.000Z' };
  await writeForecaster(target, { ...about, architecture: TINY, weights, stationTree: treeOf('test', near, TINY) });
  const opened = await openNetworkModel(target, { threads: 1 });
  const temperatureOf = async (order: number[], change = 0) => {
    const observations = testSeries({
      stations: order.map((index) => near[index]),
      from: init - 47,
      hours: 48,
      values: {
        temperature_2m: (hour, place) =>
          order[place] * Math.sin(hour / (3 + order[place])) + (order[place] === 1 ? change : 0) * (hour % 5),
      },
    });
    const { values } = (await opened.forecast({ observations, init })).variables.temperature_2m!;
    return new Map(order.map((index, place) => [index, values[place]]));
  };
  const all = Array.from({ length: 10 }, (_, index) => index);
  const usual = await temperatureOf(all);
  const reversed = await temperatureOf(all.toReversed());
  for (const index of all) expect(reversed.get(index)).toBeCloseTo(usual.get(index)!, 4);
  const changed = await temperatureOf(all, 1);
  expect(changed.get(0)).not.toBeCloseTo(usual.get(0)!, 4);
  await opened.close();
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
