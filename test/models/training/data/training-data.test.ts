import { expect, test } from 'vitest';
import type { ObservationSource } from '../../../../models/training/data/observation-source.ts';
import { hoursOf } from '../../../../models/training/data/spans.ts';
import { openTrainingData } from '../../../../models/training/data/training-data.ts';
import { dataConfigSchema } from '../../../../models/training/training-config.ts';
import { sliceSeries } from '../../../../src/domain/series.ts';
import type { Station } from '../../../../src/domain/station.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries, testStations } from '../../synthetic-series.ts';

const from = parseHour('2025-01-01');
const to = parseHour('2025-03-01');

function source(name: string, count = 4) {
  const stations = testStations(count);
  const series = testSeries({
    stations,
    from,
    hours: to - from,
    values: {
      temperature_2m: (hour) => hour - from,
      wind_v_component_10m: (_, station) => station + 1,
      wind_direction_10m: () => 30,
    },
  });
  const hours: number[] = [];
  const opened: ObservationSource = {
    name,
    stations,
    from,
    to,
    variables: 3,
    revision: 'r',
    read: async (first, end) => {
      for (let hour = first; hour < end; hour++) hours.push(hour);
      return sliceSeries(series, first, end);
    },
  };
  return { opened, hours };
}

const DATA = dataConfigSchema.parse({
  sources: [
    {
      dataset: 'a',
      train: { from: '2025-01-01', to: '2025-01-25' },
      validate: { from: '2025-01-25', to: '2025-02-05' },
    },
    { dataset: 'b', train: { from: '2025-01-01', to: '2025-02-10' } },
  ],
});

const units = (_: readonly Station[], forecast: readonly Station[]) => [forecast];

async function everything(config = DATA, sources = [source('a'), source('b')]) {
  const data = openTrainingData(
    config,
    sources.map(({ opened }) => opened),
    48,
  );
  const { training, validation } = data.examples(units);
  const trained = await training.shuffled('s', 0, training.size);
  const held = [];
  for await (const batch of validation.spread(validation.size, 50)) held.push(...batch);
  return { data, trained, held, read: sources.flatMap(({ hours }) => hours) };
}

const hoursOfAll = (examples: readonly { init: number }[]) =>
  new Set(
    examples.flatMap(({ init }) => {
      const span = hoursOf({ first: init, last: init }, 48);
      return Array.from({ length: span.to - span.from }, (_, i) => span.from + i);
    }),
  );

test('no leakage: no hour that validation reads or is scored on is an input or a target of training, in any source', async () => {
  const { trained, held } = await everything();
  const [training, validation] = [hoursOfAll(trained), hoursOfAll(held)];
  expect(Math.min(...validation)).toBe(parseHour('2025-01-23'));
  expect([...validation].filter((hour) => training.has(hour))).toEqual([]);
  // The second source trains on both sides of it.
  expect(Math.max(...training)).toBe(parseHour('2025-02-10') - 1);
});

test('nothing is read beyond the last target that the spans name: a test span stays unseen', async () => {
  const { read, data } = await everything();
  for await (const series of data.trainingHours()) read.push(series.from + series.hours - 1);
  expect(Math.max(...read)).toBe(parseHour('2025-02-10') - 1);
});

test('the training hours for statistics are each given once, and none of validation', async () => {
  const { data, trained, held } = await everything();
  const hours: number[] = [];
  for await (const series of data.trainingHours()) {
    for (let hour = 0; hour < series.hours; hour++) hours.push(series.from + hour);
  }
  const validation = hoursOfAll(held);
  expect(hours.filter((hour) => validation.has(hour))).toEqual([]);
  expect(new Set(hours)).toEqual(hoursOfAll(trained));
});

test('held-out stations never train, and alone validate', async () => {
  for (const rule of [['s1', 's3'], { share: 0.4 }]) {
    const config = dataConfigSchema.parse({ ...DATA, holdOutStations: rule });
    const { trained, held } = await everything(config, [source('a', 20), source('b', 20)]);
    const ids = (stations: readonly Station[]) => stations.map(({ id }) => id);
    // In training they are not even seen.
    const training = new Set(
      trained.flatMap(({ unit, observations }) => [...ids(unit), ...ids(observations.stations)]),
    );
    const validation = new Set(held.flatMap(({ unit }) => ids(unit)));
    expect([...validation].filter((id) => training.has(id))).toEqual([]);
    expect(training.size + validation.size).toBe(20);
    if (Array.isArray(rule)) expect([...validation].sort()).toEqual(rule);
    // In validation the others are seen beside them, as a service has them.
    for (const { observations } of held) expect(observations.stations).toHaveLength(20);
    // The values are those of the stations that were picked.
    const { observations } = trained[0];
    const winds = observations.stations.map(({ id }) => Number(id.slice(1)) + 1);
    expect([...observations.variables.wind_v_component_10m!.values.slice(0, winds.length)]).toEqual(winds);
  }
});

test('holding out all stations, or none that there are, is refused', () => {
  for (const holdOutStations of [['s0', 's1', 's2', 's3'], ['elsewhere']]) {
    const config = dataConfigSchema.parse({ ...DATA, holdOutStations });
    expect(() => openTrainingData(config, [source('a').opened, source('b').opened], 48)).toThrow(/leaves none to/);
  }
});

test('the mirror image doubles training, not validation: half a year on, latitudes and the wind along them turned over', async () => {
  const plain = await everything();
  const { trained, held } = await everything({ ...DATA, mirrorHemispheres: true });
  expect(trained).toHaveLength(2 * plain.trained.length);
  expect(held).toHaveLength(plain.held.length);
  const mirrored = trained.find(({ init }) => init > to)!;
  const { observations, init, unit } = mirrored;
  expect(unit.map(({ latitude }) => latitude)).toEqual(testStations(4).map(({ latitude }) => -latitude));
  const at = (init - observations.from) * 4;
  const { temperature_2m, wind_v_component_10m, wind_direction_10m } = observations.variables;
  expect(temperature_2m!.values[at]).toBe(init - 183 * 24 - from);
  expect([...wind_v_component_10m!.values.slice(at, at + 4)]).toEqual([-1, -2, -3, -4]);
  expect(wind_direction_10m!.values[at]).toBe(150);
});
