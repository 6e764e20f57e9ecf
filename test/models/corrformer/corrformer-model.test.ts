/** A CorrFormer from its configuration to forecasts: trained, published, opened again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCorrFormerModel } from '../../../models/corrformer/corrformer-model.ts';
import type { ForecastModel } from '../../../models/forecast-model.ts';
import { trainModel } from '../../../models/training/train-model.ts';
import { parseTrainingConfig } from '../../../models/training/training-config.ts';
import { type Series, sliceSeries } from '../../../src/domain/series.ts';
import { formatHour, parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const from = parseHour('2025-01-01');
const observations = testSeries({
  stations: testStations(5),
  from,
  hours: 220,
  values: { wind_speed_10m: (hour, station) => 5 + station + 4 * Math.sin((2 * Math.PI * hour) / 24) },
});
const at = (hours: number) => formatHour(from + hours);

/** Five stations in six slots. */
const CONFIG = {
  architecture: {
    variable: 'wind_speed_10m',
    stationsPerNode: 3,
    branching: [2],
    dModel: 8,
    heads: 4,
    dFeedForward: 8,
    encoder: { kind: 'corrformer', layers: 1 },
  },
  data: { sources: [{ dataset: 'a', train: { from: at(0), to: at(120) }, validate: { from: at(170), to: at(220) } }] },
  training: {
    steps: 5,
    batchSize: 4,
    learningRate: 0.01,
    warmUpSteps: 2,
    weightDecay: 0,
    averageDecay: 0.5,
    validateEvery: 4,
    validationExamples: 2,
    seed: 1,
  },
};

let root: string;
let model: ForecastModel;
const losses: number[] = [];

async function trainInto(out: string, value: object) {
  const config = parseTrainingConfig(value, 'c.json');
  return trainModel({
    kind: 'corrformer',
    config: { ...config, data: config.data! },
    sources: [
      {
        name: 'a',
        stations: observations.stations,
        from,
        to: from + observations.hours,
        variables: 1,
        revision: 'r',
        read: async (first, end) => sliceSeries(observations, first, end),
      },
    ],
    id: 'corrformer',
    out: join(root, out),
    resume: true,
    checkpointMinutes: 5,
    clock: { now: () => 0 },
    onNotice: () => {},
    // Progress comes by the clock too, without a validation.
    onProgress: ({ validation }) => validation && losses.push(validation.loss),
  });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-corrformer-'));
  await trainInto('m', CONFIG);
  model = (await openCorrFormerModel(join(root, 'm'), { threads: 1 }))!;
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('training lowers its loss', () => {
  expect(losses[1]).toBeLessThan(losses[0]);
});

test('it forecasts its variable at its stations, where the observations have them in whatever order', async () => {
  const init = from + 100;
  const whole = await model.forecast({ observations, init });
  const values = whole.variables.wind_speed_10m!.values;
  expect(Object.keys(whole.variables)).toEqual(['wind_speed_10m']);
  expect(values.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  // Near what was observed last: the forecast of station 4 is that of station 4.
  for (const station of [0, 4]) expect(Math.abs(values[station] - (5 + station))).toBeLessThan(8);

  const turned = pick(observations, [4, 2, 0, 1, 3]);
  const other = (await model.forecast({ observations: turned, init })).variables.wind_speed_10m!.values;
  expect(other[0]).toBeCloseTo(values[4], 4);
  expect(other[3]).toBeCloseTo(values[1], 4);
});

test('many windows at once give the same as one by one', async () => {
  const inputs = Array.from({ length: 20 }, (_, i) => ({ observations, init: from + 60 + i }));
  const many = await model.forecastMany!(inputs);
  for (const i of [0, 15, 16, 19]) {
    const [one, same] = [await model.forecast(inputs[i]), many[i]];
    expect(same.from).toBe(inputs[i].init + 1);
    one.variables.wind_speed_10m!.values.forEach((value, index) => {
      expect(same.variables.wind_speed_10m!.values[index]).toBeCloseTo(value, 3);
    });
  }
});

test('strange stations have no forecast, absent ones do not hinder the others', async () => {
  const init = from + 100;
  const strange = { ...observations.stations[0], id: 'elsewhere' };
  const some = { ...pick(observations, [1, 2, 0]), stations: [...observations.stations.slice(1, 3), strange] };
  const { values } = (await model.forecast({ observations: some, init })).variables.wind_speed_10m!;
  expect([...values.slice(0, 3)].map(Number.isNaN)).toEqual([false, false, true]);
});

test('gaps of the observations do not reach the network', async () => {
  const gappy = structuredClone(observations) as Series;
  const { values } = gappy.variables.wind_speed_10m!;
  for (let hour = 80; hour < 90; hour++) values[hour * 5 + 2] = Number.NaN;
  for (let hour = 0; hour < 220; hour++) values[hour * 5 + 3] = Number.NaN;
  const forecast = await model.forecast({ observations: gappy, init: from + 100 });
  expect(forecast.variables.wind_speed_10m!.values.every(Number.isFinite)).toBe(true);
});

test('with UniRepLKNet as its encoder it is trained and served as well', async () => {
  const network = {
    depths: [1, 1, 1, 1],
    dims: [4, 4, 4, 8],
    kernels: [[3], [7], [3], [3]],
    dropPathRate: 0.1,
    layerScaleInit: 0.5,
  };
  const encoder = { kind: 'unireplknet', network, image: [16, 24] };
  const value = { ...CONFIG, architecture: { ...CONFIG.architecture, encoder } };
  await trainInto('image', { ...value, training: { ...CONFIG.training, steps: 2 } });
  const other = (await openCorrFormerModel(join(root, 'image'), { threads: 1 }))!;
  // Without a name of its own a model is called by what encodes.
  expect([model.name, other.name]).toEqual(['CorrFormer', 'UniRepLKNet']);
  const { values } = (await other.forecast({ observations, init: from + 100 })).variables.wind_speed_10m!;
  expect(values.every(Number.isFinite)).toBe(true);
  const wrong = { ...value, architecture: { ...value.architecture, encoder: { ...encoder, image: [16, 16] } } };
  await expect(trainInto('wrong', wrong)).rejects.toMatchObject({ code: 'USAGE' });
});

test('it is trained on all stations of one list: held-out stations and bad sizes are refused', async () => {
  const held = { ...CONFIG, data: { ...CONFIG.data, holdOutStations: ['s1'] } };
  await expect(trainInto('held', held)).rejects.toMatchObject({ code: 'STATIONS' });
  const odd = { ...CONFIG, architecture: { ...CONFIG.architecture, heads: 3 } };
  await expect(trainInto('odd', odd)).rejects.toMatchObject({ code: 'USAGE', message: /multiple of heads/ });
});

function pick(series: Series, order: readonly number[]): Series {
  const { values, flags } = series.variables.wind_speed_10m!;
  const count = series.stations.length;
  const map = <A extends Float32Array | Uint8Array>(array: A): A =>
    Array.from({ length: series.hours * order.length }, (_, i) => {
      return array[Math.floor(i / order.length) * count + order[i % order.length]];
    }) as unknown as A;
  const wind_speed_10m = { values: Float32Array.from(map(values)), flags: Uint8Array.from(map(flags)) };
  return { ...series, stations: order.map((station) => series.stations[station]), variables: { wind_speed_10m } };
}
