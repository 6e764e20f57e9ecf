/**
 * The comparison of the senses: which trainings there are, and what came of each. Results are lines of JSON, so that an
 * interrupted comparison goes on, and one with other senses or seeds adds to it.
 */
import { countParameters } from '../engine/parameters.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { ARMS, type Arm, sizeOf } from './arms.ts';
import { armConfig, linearLearner, networkLearner } from './learners.ts';
import type { DataSet, Example, Sense } from './tasks/data-set.ts';
import { type Budget, trainClassifier } from './train-classifier.ts';

/** `linear` is the logistic regression on the pixels. */
export type Learned = Arm | 'linear';
export const LEARNED: readonly Learned[] = ['linear', ...ARMS];

/** Small, and stated with every number that comes of it. */
export const BUDGET: Budget = {
  steps: 100,
  batchSize: 8,
  learningRate: 0.008,
  weightDecay: 0.02,
  testExamples: 400,
};

export interface Training {
  sense: Sense;
  learned: Learned;
  seed: number;
}

export interface TrainingResult extends Training {
  task: string;
  classes: number;
  parameters: number;
  budget: Budget;
  /** Of the test examples in their order, 1 where the class was right. */
  right: string;
  loss: number;
  seconds: number;
  engine: string;
}

/** One seed of each sense first, so that there is something to see soon. */
export function planTrainings(seeds: Readonly<Partial<Record<Sense, number>>>): Training[] {
  const senses = Object.entries(seeds) as [Sense, number][];
  const most = Math.max(...senses.map(([, count]) => count));
  return Array.from({ length: most }, (_, i) => i + 1).flatMap((seed) =>
    senses
      .filter(([, count]) => seed <= count)
      .flatMap(([sense]) => LEARNED.map((learned) => ({ sense, learned, seed }))),
  );
}

export function isSame(a: Training, b: Training): boolean {
  return a.sense === b.sense && a.learned === b.learned && a.seed === b.seed;
}

export interface RunOptions {
  tf: TensorFlowModule;
  engine: string;
  budget?: Budget;
  onStep?(step: number, loss: number): void;
}

export function runTraining(data: DataSet, training: Training, options: RunOptions): TrainingResult {
  const { tf, engine, budget = BUDGET, onStep } = options;
  const { learned, seed } = training;
  const config = learned === 'linear' ? undefined : armConfig(data, learned);
  const learner = config ? networkLearner(tf, config) : linearLearner(tf, data);
  const { right, loss, seconds } = trainClassifier(data, learner, { ...budget, tf, seed, onStep });
  return {
    ...training,
    task: data.task,
    classes: data.classes.length,
    parameters: config ? sizeOf(config.network) : countParameters(learner.specs),
    budget,
    right: right.map((each) => (each ? '1' : '0')).join(''),
    loss: Number(loss.toPrecision(4)),
    seconds: Math.round(seconds),
    engine,
  };
}

/** Keeps the examples: all trainings of a sense see the same. */
export function remembered(data: DataSet): DataSet {
  const known = new Map<string, Example>();
  return {
    ...data,
    example(split, index) {
      const key = `${split} ${index}`;
      const example = known.get(key) ?? data.example(split, index);
      known.set(key, example);
      return example;
    },
  };
}
