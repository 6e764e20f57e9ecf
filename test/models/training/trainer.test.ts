import { expect, test } from 'vitest';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { openExamples } from '../../../models/training/examples.ts';
import { type TrainOptions, type TrainProgress, train } from '../../../models/training/trainer.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY } from '../tiny-forecaster.ts';

/** Smaller still: plain JavaScript is slow. */
const SMALL: typeof TINY = {
  ...TINY,
  dModel: 16,
  backbone: { ...TINY.backbone, dims: [4, 4, 8, 8], kernels: [[3], [3], [3], [3]] },
};

const from = parseHour('2025-01-01');
const stations = testStations(3);
/** A day's cycle: what persistence gets wrong and a linear map of the last day gets right. */
const observations = testSeries({
  stations,
  from,
  hours: 200,
  values: { temperature_2m: (hour, station) => 10 * Math.sin((2 * Math.PI * (hour + station)) / 24) },
});

function options(overrides: Partial<TrainOptions> = {}): TrainOptions {
  const source = openExamples(observations, SMALL);
  return {
    config: SMALL,
    training: [source],
    validation: [source],
    steps: 12,
    batchSize: 4,
    learningRate: 0.02,
    warmUpSteps: 2,
    weightDecay: 0,
    averageDecay: 0.5,
    validateEvery: 4,
    validationExamples: 4,
    seed: 3,
    onProgress: () => {},
    ...overrides,
  };
}

test('training lowers the validation loss, and gives back the best averaged weights', async () => {
  const { tf } = await openTensorFlow();
  const reports: TrainProgress[] = [];
  const result = await train(tf, options({ steps: 16, onProgress: (progress) => reports.push(progress) }));
  const validations = reports.flatMap(({ validation }) => (validation === undefined ? [] : [validation]));
  expect(validations).toHaveLength(4);
  expect(result.validation).toBe(Math.min(...validations));
  // The fresh network is persistence; the cycle's persistence error is 10 degC^2 and more in these units squared.
  expect(result.validation).toBeLessThan(0.7 * validations[0]);
});

test('weights that grow worse are not the result', async () => {
  const { tf } = await openTensorFlow();
  const reports: TrainProgress[] = [];
  const onProgress = (progress: TrainProgress) => reports.push(progress);
  // A rate at which the first steps help and the later ones run away.
  const wild = options({ steps: 12, learningRate: 1, warmUpSteps: 12, averageDecay: 0, validateEvery: 1, onProgress });
  const result = await train(tf, wild);
  const validations = reports.map(({ validation }) => validation!);
  expect(validations.at(-1)).toBeGreaterThan(2 * Math.min(...validations));
  expect(result.validation).toBe(Math.min(...validations));
  expect(result.bestStep).toBe(1 + validations.indexOf(result.validation));
});

test('equal seeds give equal weights, and no tensor is left behind', async () => {
  const { tf } = await openTensorFlow();
  const before = tf.memory().numTensors;
  const [first, second, other] = [
    await train(tf, options({ steps: 2 })),
    await train(tf, options({ steps: 2 })),
    await train(tf, options({ steps: 2, seed: 4 })),
  ];
  expect(tf.memory().numTensors).toBe(before);
  expect(first.weights.get('head.weight')).toEqual(second.weights.get('head.weight'));
  expect(first.weights.get('head.weight')).not.toEqual(other.weights.get('head.weight'));
});

test('a loss that is no number stops the training with its step', async () => {
  const { tf } = await openTensorFlow();
  const broken = testSeries({ stations, from, hours: 80, values: { temperature_2m: () => 1e30 } });
  broken.variables.temperature_2m!.values[0] = -1e30;
  await expect(
    train(tf, options({ training: [openExamples(broken, SMALL)], learningRate: 1e10 })),
  ).rejects.toMatchObject({ code: 'MODEL', where: { step: expect.any(Number) } });
});
