import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvaluatedModels, openNetwork } from '../../../models/serving/registry.ts';
import { openStationSetArtefact } from '../../../models/station-set/artefact.ts';
import { trainModel } from '../../../models/training/train-model.ts';
import { parseTrainingConfig } from '../../../models/training/training-config.ts';
import type { NetworkModel } from '../../../models/universal/network-model.ts';
import { sliceSeries } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const from = parseHour('2024-01-01');
const to = from + 700;
const init = from + 500;
const stations = testStations(3);
const values = {
  temperature_2m: (hour: number, station: number) =>
    10 + 5 * Math.sin((hour + 9 * station) / 17) + Math.sin(hour * hour),
  wind_speed_10m: (hour: number) => 4 + 3 * Math.sin(hour / 11),
};
const seriesOf = (list: readonly Station[], hours = to - from) =>
  testSeries({
    stations: list,
    from,
    hours,
    values: {
      temperature_2m: (hour, place) => values.temperature_2m(hour, Number(list[place].id.slice(1))),
      wind_speed_10m: values.wind_speed_10m,
    },
  });

let root: string;
let model: NetworkModel;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-station-set-'));
  const observations = seriesOf(stations);
  const config = parseTrainingConfig(
    {
      architecture: {
        dModel: 16,
        backbone: {
          depths: [1, 1, 1, 1],
          dims: [4, 4, 8, 8],
          kernels: [[3], [3], [3], [3]],
          dropPathRate: 0.1,
          layerScaleInit: 0.5,
        },
        members: 2,
        headDropout: 0.2,
        patterns: 6,
        linear: { lags: [0, 1, 6], penalty: 10, share: 0.4 },
      },
      data: {
        sources: [
          {
            dataset: 'a',
            train: { from: '2024-01-01', to: '2024-01-20' },
            validate: { from: '2024-01-20', to: '2024-01-30' },
          },
        ],
      },
      training: {
        steps: 6,
        batchSize: 4,
        learningRate: 0.01,
        warmUpSteps: 2,
        weightDecay: 0,
        averageDecay: 0.5,
        validateEvery: 3,
        validationExamples: 8,
        seed: 1,
      },
    },
    'test.json',
  );
  const source = {
    name: 'a',
    stations,
    from,
    to,
    variables: 2,
    revision: '1',
    read: async (first: number, end: number) => sliceSeries(observations, first, end),
  };
  await trainModel({
    kind: 'station-set',
    config: { ...config, data: config.data! },
    sources: [source],
    id: 'set',
    name: 'A set',
    out: join(root, 'set'),
    resume: true,
    checkpointMinutes: 5,
    clock: { now: () => 0 },
    onNotice: () => {},
    onProgress: () => {},
  });
  model = await openNetwork(join(root, 'set'), { threads: 1 });
}, 60_000);

afterAll(async () => {
  await model?.close();
  await rm(root, { recursive: true, force: true });
});

test('it forecasts its stations, with quantiles that never cross', async () => {
  const { variables, quantiles } = await model.forecast({ observations: seriesOf(stations, init - from + 1), init });
  expect(Object.keys(variables)).toEqual(['temperature_2m', 'wind_speed_10m']);
  for (const name of ['temperature_2m', 'wind_speed_10m'] as const) {
    expect(variables[name]!.values.every(Number.isFinite)).toBe(true);
    const levels = quantiles![name]!;
    for (let cell = 0; cell < 72; cell++) {
      const own = levels.map((level) => level[cell]);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      if (name === 'wind_speed_10m') expect(own[0]).toBeGreaterThanOrEqual(0);
    }
  }
});

test('it finds its stations by their ids, in whatever order they stand; others have no forecast', async () => {
  const usual = await model.forecast({ observations: seriesOf(stations, init - from + 1), init });
  const others = [testStations(5)[4], stations[2], stations[0], stations[1]];
  const mixed = await model.forecast({ observations: seriesOf(others, init - from + 1), init });
  const at = ({ variables }: typeof usual, lead: number, column: number, width: number) =>
    variables.temperature_2m!.values[lead * width + column];
  for (const lead of [0, 11, 23]) {
    expect(at(mixed, lead, 0, 4)).toBeNaN();
    expect(at(mixed, lead, 1, 4)).toBeCloseTo(at(usual, lead, 2, 3), 4);
    expect(at(mixed, lead, 2, 4)).toBeCloseTo(at(usual, lead, 0, 3), 4);
  }
});

test('many windows at once give what each gives alone', async () => {
  const inits = Array.from({ length: 40 }, (_, index) => init - index);
  const inputs = inits.map((each) => ({ observations: seriesOf(stations, each - from + 1), init: each }));
  const together = await model.forecastMany!(inputs);
  const alone = await model.forecast(inputs[37]);
  const [a, b] = [together[37], alone].map(({ variables }) => variables.wind_speed_10m!.values);
  for (const [cell, value] of a.entries()) expect(value).toBeCloseTo(b[cell], 4);
});

test('a silent station leaves the others a forecast', async () => {
  const observations = seriesOf(stations, init - from + 1);
  for (const { values, flags } of Object.values(observations.variables)) {
    for (let hour = 0; hour < observations.hours; hour++) {
      values[hour * 3 + 1] = Number.NaN;
      flags[hour * 3 + 1] = 255;
    }
  }
  const { variables } = await model.forecast({ observations, init });
  expect(variables.temperature_2m!.values.every(Number.isFinite)).toBe(true);
});

test('the artefact holds its stations and is evaluated beside the baselines', async () => {
  const { manifest } = await openStationSetArtefact(join(root, 'set'));
  expect(manifest.stations.map(({ id }) => id)).toEqual(['s0', 's1', 's2']);
  const models = await openEvaluatedModels(seriesOf(stations), to, { artefacts: [join(root, 'set')] });
  expect(models.map(({ id }) => id)).toEqual(['set', 'persistence', 'diurnal-persistence', 'climatology']);
});
