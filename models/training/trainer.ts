/**
 * Trains the default forecaster on the TensorFlow engine: AdamW, warm-up and cosine decay, exponential moving averages
 * of the weights; the averaged weights that do best on the validation examples are the result.
 */

import type * as tfjs from '@tensorflow/tfjs';
import { seededRandom } from '../../src/domain/random.ts';
import { KernelcastError } from '../../src/errors.ts';
import { initialise } from '../engine/initialise.ts';
import { Parameters } from '../engine/parameters.ts';
import { EVALUATION, type Pass } from '../engine/pass.ts';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { type ForecasterConfig, networkSizes } from '../forecaster/config.ts';
import { forecasterForward, forecasterInputShapes, forecasterSpecs } from '../forecaster/network.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import { AdamW } from './adamw.ts';
import { type Batch, drawExample, type Example, type ExampleSource, makeBatch } from './examples.ts';
import { trainStep } from './train-step.ts';

export interface TrainOptions {
  config: ForecasterConfig;
  training: readonly ExampleSource[];
  validation: readonly ExampleSource[];
  steps: number;
  batchSize: number;
  /** The highest learning rate, after the warm-up. */
  learningRate: number;
  warmUpSteps: number;
  weightDecay: number;
  /** The share of the old average that stays at each step. */
  averageDecay: number;
  /** Steps from one validation to the next. */
  validateEvery: number;
  validationExamples: number;
  seed: number;
  onProgress: (progress: TrainProgress) => void;
}

export interface TrainProgress {
  step: number;
  steps: number;
  /** Mean loss since the last report, normalised units squared. */
  loss: number;
  /** Of the averaged weights; present after a validation. */
  validation?: number;
}

export interface TrainResult {
  /** In training form. */
  weights: Map<string, NamedTensor>;
  validation: number;
  bestStep: number;
}

/** Steps from one progress report to the next. */
const REPORT_EVERY = 20;

/** @throws KernelcastError `MODEL` when the loss is no number any more. */
export async function train(tf: TensorFlowModule, options: TrainOptions): Promise<TrainResult> {
  const { config, steps, validateEvery, onProgress } = options;
  const random = seededRandom(options.seed);
  const specs = forecasterSpecs(config, 'training');
  const start = initialise(specs, random);
  const variables = new Map<string, tfjs.Variable>();
  for (const { name, shape, role } of specs) {
    const create = () => tf.variable(tf.tensor(start.get(name)!.values, [...shape]), role === 'trained');
    variables.set(name, tf.tidy(create));
  }
  const averages = new Map([...variables].map(([name, variable]) => [name, tf.variable(variable, false)]));
  const optimizer = new AdamW(tf, { weightDecay: options.weightDecay });
  const held = holdOut(options);

  let best: TrainResult | undefined;
  let lossSum = 0;
  for (let step = 1; step <= steps; step++) {
    const examples = Array.from({ length: options.batchSize }, () => drawExample(options.training, random));
    const batch = makeBatch(examples, config, random);
    const loss = trainStep(tf, variables, [(weights, pass) => forecasterLoss(tf, weights, batch, config, pass)], {
      optimizer,
      learningRate: learningRateAt(step, options),
      random: random.uniform,
    });
    if (!Number.isFinite(loss)) {
      throw new KernelcastError('MODEL', `the training loss became ${loss}`, {
        where: { step },
        hint: 'Lower the learning rate, or look for absurd values in the dataset.',
      });
    }
    lossSum += loss;
    average(tf, averages, variables, Math.min(options.averageDecay, step / (step + 10)));
    if (step % validateEvery === 0 || step === steps) {
      const validation = meanLoss(tf, averages, held, options);
      if (!best || validation < best.validation) best = { weights: read(averages), validation, bestStep: step };
      onProgress({ step, steps, loss: lossSum / (((step - 1) % REPORT_EVERY) + 1), validation });
    } else if (step % REPORT_EVERY === 0) {
      onProgress({ step, steps, loss: lossSum / REPORT_EVERY });
    }
    if (step % REPORT_EVERY === 0) {
      lossSum = 0;
      // Lets a signal handler run: the steps themselves never yield.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  optimizer.dispose();
  tf.dispose([...variables.values(), ...averages.values()]);
  return best!;
}

function learningRateAt(step: number, { learningRate, warmUpSteps, steps }: TrainOptions): number {
  if (step < warmUpSteps) return (learningRate * step) / warmUpSteps;
  const progress = (step - warmUpSteps) / Math.max(1, steps - warmUpSteps);
  return learningRate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** Mean squared error over the targets that count, in normalised units. */
export function forecasterLoss(
  tf: TensorFlowModule,
  weights: ReadonlyMap<string, tfjs.Tensor>,
  batch: Batch,
  config: ForecasterConfig,
  pass: Pass<tfjs.Tensor>,
): tfjs.Scalar {
  const { leads, targets } = networkSizes(config);
  const shapes = forecasterInputShapes(config, batch.size);
  const inputs = {
    series: tf.tensor(batch.series, shapes.series),
    marks: tf.tensor(batch.marks, shapes.marks),
    places: tf.tensor(batch.places, shapes.places),
  };
  const forecast = forecasterForward(tensorFlowOps(tf), inputs, new Parameters(weights), config, 'training', pass);
  const shape: [number, number, number] = [batch.size, leads, targets];
  const error = tf.sub(forecast, tf.tensor3d(batch.targets, shape));
  const counted = tf.mul(tf.square(error), tf.tensor3d(batch.weights, shape));
  const count = batch.weights.reduce((sum, weight) => sum + weight, 0);
  return tf.div(tf.sum(counted), Math.max(1, count)) as tfjs.Scalar;
}

/** The examples to validate on: the same ones each time, drawn with a seed of their own. */
function holdOut({ validation, validationExamples, config, batchSize }: TrainOptions): Batch[] {
  const random = seededRandom('validation');
  const examples: Example[] = Array.from({ length: validationExamples }, () => drawExample(validation, random));
  const batches: Batch[] = [];
  for (let from = 0; from < examples.length; from += batchSize) {
    batches.push(makeBatch(examples.slice(from, from + batchSize), config));
  }
  return batches;
}

function meanLoss(
  tf: TensorFlowModule,
  weights: ReadonlyMap<string, tfjs.Tensor>,
  batches: readonly Batch[],
  { config }: TrainOptions,
): number {
  let sum = 0;
  let count = 0;
  for (const batch of batches) {
    const loss = tf.tidy(() => forecasterLoss(tf, weights, batch, config, EVALUATION).dataSync()[0]);
    sum += loss * batch.size;
    count += batch.size;
  }
  return sum / count;
}

function average(
  tf: TensorFlowModule,
  averages: ReadonlyMap<string, tfjs.Variable>,
  variables: ReadonlyMap<string, tfjs.Variable>,
  decay: number,
): void {
  tf.tidy(() => {
    for (const [name, mean] of averages) {
      mean.assign(tf.add(tf.mul(mean, decay), tf.mul(variables.get(name)!, 1 - decay)));
    }
  });
}

function read(variables: ReadonlyMap<string, tfjs.Variable>): Map<string, NamedTensor> {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: variable.shape, values: Float32Array.from(variable.dataSync()) },
    ]),
  );
}
