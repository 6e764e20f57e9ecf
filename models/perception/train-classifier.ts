/**
 * Trains a classifier of one sense by the shortest way: AdamW with warm-up and cosine on the cross-entropy, the average of
 * the weights over the last steps, and how many of the test examples it gets right. Nothing is chosen by the test.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { seededRandom } from '../../src/domain/random.ts';
import { initialise } from '../engine/initialise.ts';
import { type ParameterSpec, Parameters } from '../engine/parameters.ts';
import { EVALUATION, type Pass } from '../engine/pass.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { channelsLast } from '../modalities/feature-map.ts';
import { permutation } from '../training/data/permutation.ts';
import { AdamW } from '../training/optimizer/adamw.ts';
import { Averages } from '../training/optimizer/averages.ts';
import { trainStep } from '../training/optimizer/train-step.ts';
import type { Weights } from '../weights/safetensors.ts';
import type { DataSet, Example } from './tasks/data-set.ts';

/** What is trained: a function of the maps' pixels. */
export interface Learner {
  specs: readonly ParameterSpec[];
  logits(x: tfjs.Tensor, parameters: Parameters<tfjs.Tensor>, pass: Pass<tfjs.Tensor>): tfjs.Tensor;
}

export interface Budget {
  steps: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  testExamples: number;
}

export interface Outcome {
  /** Of the test examples, in their order: right or not. */
  right: boolean[];
  /** The mean cross-entropy of the last tenth of the steps. */
  loss: number;
  seconds: number;
  weights: Weights;
}

export interface TrainOptions extends Budget {
  tf: TensorFlowModule;
  seed: number;
  onStep?(step: number, loss: number): void;
}

export function trainClassifier(data: DataSet, learner: Learner, options: TrainOptions): Outcome {
  const { tf, seed, steps, batchSize, learningRate, weightDecay, testExamples } = options;
  const begun = performance.now();
  const start = initialise(learner.specs, seededRandom(`weights ${seed}`));
  const variables = new Map(
    learner.specs.map(({ name, shape, role }) => [
      name,
      tf.variable(tf.tensor(start.get(name)!.values, [...shape]), role === 'trained'),
    ]),
  );
  const averages = new Averages(start, 0.95);
  const optimizer = new AdamW(tf, { weightDecay });
  const order = permutation(steps * batchSize, `order ${seed}`);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = batchOf(data, 'train', (i) => order(step * batchSize + i), batchSize);
    const { loss } = trainStep(tf, variables, [lossOf(tf, learner, batch, data.classes.length)], {
      random: () => 0.5,
      optimizer,
      learningRate: learningRate * rateAt(step, steps),
    });
    averages.follow(variables, step + 1);
    losses.push(loss);
    options.onStep?.(step + 1, loss);
  }
  for (const variable of variables.values()) variable.dispose();
  const weights = averages.copy();
  const right = classify(tf, data, learner, weights, testExamples, batchSize);
  const last = losses.slice(-Math.ceil(steps / 10));
  const loss = last.reduce((sum, each) => sum + each, 0) / last.length;
  return { right, loss, seconds: (performance.now() - begun) / 1000, weights };
}

/** A tenth of the steps to warm up, a cosine to a hundredth for the rest. */
function rateAt(step: number, steps: number): number {
  const warm = Math.max(1, steps / 10);
  if (step < warm) return (step + 1) / warm;
  return 0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / (steps - warm)));
}

interface Batch {
  x: { shape: number[]; values: Float32Array };
  labels: number[];
}

function batchOf(data: DataSet, split: 'train' | 'test', indexOf: (i: number) => number, size: number): Batch {
  const examples: Example[] = Array.from({ length: size }, (_, i) => data.example(split, indexOf(i)));
  return { x: channelsLast(examples.map(({ map }) => map)), labels: examples.map(({ label }) => label) };
}

function lossOf(tf: TensorFlowModule, learner: Learner, { x, labels }: Batch, classes: number) {
  return (weights: ReadonlyMap<string, tfjs.Tensor>, pass: Pass<tfjs.Tensor>): tfjs.Scalar => {
    const logits = learner.logits(tf.tensor(x.values, x.shape), new Parameters(weights), pass);
    const wanted = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
    return tf.losses.softmaxCrossEntropy(wanted, logits) as tfjs.Scalar;
  };
}

function classify(
  tf: TensorFlowModule,
  data: DataSet,
  learner: Learner,
  weights: Weights,
  count: number,
  batchSize: number,
): boolean[] {
  const right: boolean[] = [];
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]));
  for (let first = 0; first < count; first += batchSize) {
    const { x, labels } = batchOf(data, 'test', (i) => first + i, Math.min(batchSize, count - first));
    const chosen = tf.tidy(() => {
      const logits = learner.logits(tf.tensor(x.values, x.shape), new Parameters(tensors), EVALUATION);
      return logits.argMax(-1).dataSync();
    });
    right.push(...labels.map((label, i) => chosen[i] === label));
  }
  tf.dispose([...tensors.values()]);
  return right;
}
