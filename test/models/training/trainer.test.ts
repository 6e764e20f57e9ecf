import { expect, test } from 'vitest';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import type { Snapshot } from '../../../models/training/progress/training-state.ts';
import { type TrainProgress, train } from '../../../models/training/trainer.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { smallTraining } from './small-training.ts';

const { tf } = await openTensorFlow();

test('training lowers the validation loss, and gives back the best averaged weights', async () => {
  const reports: TrainProgress[] = [];
  const result = await train(tf, { ...smallTraining(tf, { steps: 16 }), onProgress: (report) => reports.push(report) });
  const validations = reports.flatMap(({ validation }) => (validation === undefined ? [] : [validation.loss]));
  expect(validations).toHaveLength(4);
  expect(result.outcome).toBe('finished');
  expect(result.best?.validation.loss).toBe(Math.min(...validations));
  // The fresh network is persistence; the cycle's persistence error is 10 degC^2 and more in these units squared.
  expect(result.best?.validation.loss).toBeLessThan(0.7 * validations[0]);
  // One unit of temperature is 5 degC; there is no other variable.
  expect(result.best?.validation['mse temperature_2m']).toBeCloseTo(25 * result.best!.validation.loss, 3);
});

test('weights that grow worse are not the result', async () => {
  const validations: number[] = [];
  // A rate at which the first steps help and the later ones run away.
  const wild = { steps: 12, learningRate: 1, warmUpSteps: 12, averageDecay: 0, validateEvery: 1 };
  const result = await train(tf, {
    ...smallTraining(tf, wild),
    onProgress: ({ validation }) => validations.push(validation!.loss),
  });
  expect(validations.at(-1)).toBeGreaterThan(2 * Math.min(...validations));
  expect(result.best?.validation.loss).toBe(Math.min(...validations));
  expect(result.best?.step).toBe(1 + validations.indexOf(result.best!.validation.loss));
});

test('a training that grows no better stops when its patience is over', async () => {
  const validations: number[] = [];
  const wild = { steps: 30, learningRate: 1, warmUpSteps: 12, averageDecay: 0, validateEvery: 1, patience: 3 };
  const result = await train(tf, {
    ...smallTraining(tf, wild),
    onProgress: ({ validation }) => validations.push(validation!.loss),
  });
  expect(result.outcome).toBe('no-longer-better');
  expect(result.step).toBe(result.best!.step + 3);
  expect(result.step).toBe(validations.length);
});

test('equal seeds give equal weights, and no tensor is left behind', async () => {
  const before = tf.memory().numTensors;
  const [first, second, other] = [
    await train(tf, smallTraining(tf, { steps: 2 })),
    await train(tf, smallTraining(tf, { steps: 2 })),
    await train(tf, smallTraining(tf, { steps: 2, seed: 4 })),
  ];
  expect(tf.memory().numTensors).toBe(before);
  expect(first.best!.weights.get('head.weight')).toEqual(second.best!.weights.get('head.weight'));
  expect(first.best!.weights.get('head.weight')).not.toEqual(other.best!.weights.get('head.weight'));
});

test.each([1, 6, 7])('stopped after step %i and gone on with, it ends with the same bits', async (stopAt) => {
  // A rate that runs away, so that the best is behind it at the end.
  const settings = { steps: 9, validateEvery: 2, validationExamples: 2, learningRate: 2, warmUpSteps: 9 };
  const report = (losses: number[]) => (progress: TrainProgress) => losses.push(progress.loss);
  const [losses, losses2]: number[][] = [[], []];
  const whole = await train(tf, { ...smallTraining(tf, settings), onProgress: report(losses) });
  expect(whole.last.sinceBest).toBeGreaterThan(1);
  const stopper = new AbortController();
  const interrupted = await train(tf, {
    ...smallTraining(tf, settings),
    onProgress: report(losses2),
    signal: stopper.signal,
    checkpoint: async (step) => {
      if (step === stopAt) stopper.abort();
    },
  });
  expect(interrupted).toMatchObject({ outcome: 'stopped', step: stopAt });
  const start = interrupted.last;
  const resumed = await train(tf, { ...smallTraining(tf, settings), start, onProgress: report(losses2) });
  const timeless = ({ seconds: _, ...snapshot }: Snapshot) => snapshot;
  expect(resumed.best).toEqual(whole.best);
  expect(timeless(resumed.last)).toEqual(timeless(whole.last));
  expect(losses2).toEqual(losses);
});

test('a loss that is no number stops the training with its step, before anything of it is kept', async () => {
  const from = parseHour('2025-01-01');
  const broken = testSeries({ stations: testStations(3), from, hours: 80, values: { temperature_2m: () => 1e30 } });
  broken.variables.temperature_2m!.values[0] = -1e30;
  const kept: number[] = [];
  const options = smallTraining(tf, { learningRate: 1e10 }, broken);
  const failing = train(tf, { ...options, checkpoint: async (step) => void kept.push(step) });
  const error = await failing.catch((reason) => reason);
  expect(error).toMatchObject({ code: 'MODEL', where: { step: expect.any(Number) } });
  expect(kept.length).toBe(error.where.step - 1);
});

test('a measure that the network has not is refused with those that it has', async () => {
  await expect(train(tf, smallTraining(tf, { selectBy: 'crps' }))).rejects.toMatchObject({
    code: 'USAGE',
    where: { measures: expect.stringContaining('mse temperature_2m') },
  });
});
