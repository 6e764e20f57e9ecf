import { expect, test } from 'vitest';
import { initialise } from '../../../../models/engine/initialise.ts';
import { openTensorFlow } from '../../../../models/engine/tensorflow-backend.ts';
import { fitClimate } from '../../../../models/station-set/climate.ts';
import { stationSetConfigSchema } from '../../../../models/station-set/config.ts';
import { fitLinearPath } from '../../../../models/station-set/linear-path.ts';
import { trainableStationSet } from '../../../../models/training/kinds/station-set.ts';
import { AdamW } from '../../../../models/training/optimizer/adamw.ts';
import { type Loss, trainStep } from '../../../../models/training/optimizer/train-step.ts';
import { seededRandom } from '../../../../src/domain/random.ts';
import { FLAG } from '../../../../src/domain/series.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries, testStations } from '../../synthetic-series.ts';

const from = parseHour('2024-01-01');
const observations = testSeries({
  stations: testStations(2),
  from,
  hours: 400,
  values: { temperature_2m: (hour, station) => 10 + 5 * Math.sin((hour * (1 + station)) / 13) + Math.sin(hour * hour) },
});
const config = stationSetConfigSchema.parse({
  dModel: 16,
  backbone: {
    depths: [1, 1, 1, 1],
    dims: [4, 4, 4, 4],
    kernels: [[3], [3], [3], [3]],
    dropPathRate: 0,
    layerScaleInit: 0.1,
  },
  patterns: 4,
  linear: { lags: [0, 1], penalty: 1, share: 0.5 },
});

const { tf } = await openTensorFlow();
const climate = fitClimate(observations);
const network = trainableStationSet(tf, config, climate, fitLinearPath(tf, observations, climate, config));
const [unit] = network.units(observations.stations, observations.stations, { neighbours: true });
const examples = Array.from({ length: 6 }, (_, index) => ({ observations, unit, init: from + 60 + 40 * index }));

/** Rows of an array of the batch. */
const rowsOf = (values: Float32Array, count: number) =>
  Array.from({ length: count }, (_, row) =>
    values.subarray((row * values.length) / count, ((row + 1) * values.length) / count),
  );

test('in training each example is mixed with another one, inputs and targets in the same share, its own', () => {
  const plain = network.makeBatch(examples);
  const mixed = network.makeBatch(examples, seededRandom(7));
  const [inputs, targets] = [rowsOf(plain.series, 6), rowsOf(plain.targets, 6)];
  const mixedTargets = rowsOf(mixed.targets, 6);
  const shares = rowsOf(mixed.series, 6).map((row, own) => {
    const fits = [...inputs.keys()].flatMap((other) => {
      const at = inputs[own].findIndex((value, i) => Math.abs(value - inputs[other][i]) > 0.1);
      const share = at < 0 ? 1 : (row[at] - inputs[other][at]) / (inputs[own][at] - inputs[other][at]);
      const is = (value: number, a: number, b: number) => Math.abs(value - share * a - (1 - share) * b) < 1e-3;
      if (!row.every((value, i) => is(value, inputs[own][i], inputs[other][i]))) return [];
      const answers = mixedTargets[own].every((value, i) => is(value, targets[own][i], targets[other][i]));
      return [{ share, answers }];
    });
    // One that is drawn as its own partner stays as it is, and fits with any.
    expect([1, 6]).toContain(fits.length);
    expect(fits[0].answers).toBe(true);
    return fits[0].share;
  });
  for (const share of shares) expect(share).toBeGreaterThan(-1e-3);
  for (const share of shares) expect(share).toBeLessThan(1 + 1e-3);
  expect(new Set(shares.map((share) => share.toFixed(2))).size).toBeGreaterThan(3);
});

test('a target that either of the two lacks does not count; without random numbers nothing is mixed', () => {
  const gap = { ...observations, variables: { temperature_2m: { ...observations.variables.temperature_2m! } } };
  const flags = gap.variables.temperature_2m.flags.slice();
  flags.fill(FLAG.MISSING, (60 + 1) * 2, (60 + 25) * 2);
  gap.variables.temperature_2m.flags = flags;
  const two = [{ observations: gap, unit, init: from + 60 }, examples[3]];
  const counts = (weights: Float32Array) =>
    rowsOf(weights, 2).map((row) => row.filter((weight) => weight === 1).length);
  expect(counts(network.makeBatch(two).weights)).toEqual([0, 48]);
  const mixes = Array.from({ length: 8 }, (_, seed) => counts(network.makeBatch(two, seededRandom(seed)).weights));
  expect(mixes.every(([first]) => first === 0)).toBe(true);
  expect(mixes.some(([, second]) => second === 0)).toBe(true);
});

test('an image of the series as they are has no embedding, and learns all the same', () => {
  const bare = stationSetConfigSchema.parse({ ...config, image: 'series' });
  const own = trainableStationSet(tf, bare, climate, fitLinearPath(tf, observations, climate, bare));
  expect(own.specs.filter(({ name }) => /token|marks/.test(name))).toEqual([]);
  const start = new Map([...initialise(own.specs, seededRandom(3)), ...own.fixed!]);
  const variables = new Map(
    own.specs.map(({ name, shape, role }) => [
      name,
      tf.variable(tf.tensor(start.get(name)!.values, [...shape]), role === 'trained'),
    ]),
  );
  const optimizer = new AdamW(tf);
  const batch = own.makeBatch(examples);
  const losses = Array.from({ length: 3 }, () => {
    const random = seededRandom(1).uniform;
    const loss: Loss = (weights, pass) => own.loss(weights, batch, pass);
    return trainStep(tf, variables, [loss], { optimizer, learningRate: 0.02, random }).loss;
  });
  expect(losses.at(-1)).toBeLessThan(losses[0]);
});
