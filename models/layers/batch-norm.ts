/**
 * Batch normalisation over all axes but the last (the channels), as PyTorch's `BatchNorm2d` with its defaults:
 * epsilon 1e-5, momentum 0.1. In training it normalises with the batch's biased variance, but keeps a running average of
 * the unbiased one.
 */

import { KernelcastError } from '../../src/errors.ts';
import type { Ops } from '../engine/ops.ts';
import { ONES, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';
import type { BatchStatistics, Pass } from '../engine/pass.ts';

export const BATCH_NORM_EPSILON = 1e-5;
const MOMENTUM = 0.1;

export function batchNormSpecs(channels: number): ParameterSpec[] {
  return [
    { name: 'weight', shape: [channels], init: ONES, role: 'trained' },
    { name: 'bias', shape: [channels], init: ZEROS, role: 'trained' },
    { name: 'running_mean', shape: [channels], init: ZEROS, role: 'statistic' },
    { name: 'running_var', shape: [channels], init: ONES, role: 'statistic' },
  ];
}

export function batchNorm<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, pass: Pass<NoInfer<T>>): T {
  const { mean, variance } = pass.training
    ? (pass.statistics?.(batchNormName(parameters)) ?? ownStatistics(ops, x, parameters, pass))
    : { mean: parameters.get('running_mean'), variance: parameters.get('running_var') };
  const deviation = ops.sqrt(ops.add(variance, ops.constant([BATCH_NORM_EPSILON], [])));
  const scale = ops.div(parameters.get('weight'), deviation);
  const shift = ops.sub(parameters.get('bias'), ops.mul(mean, scale));
  return ops.add(ops.mul(x, scale), shift);
}

/** What `Pass.statistics` knows a batch norm by. */
export function batchNormName(parameters: Parameters<unknown>): string {
  return parameters.nameOf('');
}

function ownStatistics<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, pass: Pass<NoInfer<T>>): BatchStatistics<T> {
  const statistics = batchStatistics(ops, x);
  followStatistics(ops, statistics, valuesPerChannel(ops, x), parameters, pass);
  return statistics;
}

export function batchStatistics<T>(ops: Ops<T>, x: T): BatchStatistics<T> {
  const axes = ops
    .shape(x)
    .slice(0, -1)
    .map((_, axis) => axis);
  const mean = ops.mean(x, axes);
  const centred = ops.sub(x, mean);
  return { mean, variance: ops.mean(ops.mul(centred, centred), axes) };
}

/** NaN where the batch is dynamic. */
export function valuesPerChannel<T>(ops: Ops<T>, x: T): number {
  const shape = ops.shape(x).slice(0, -1);
  return shape.includes(-1) ? Number.NaN : shape.reduce((product, size) => product * size, 1);
}

/**
 * Lets the running statistics follow those of a batch of `count` values a channel.
 * @throws KernelcastError `MODEL` when so many values have no variance.
 */
export function followStatistics<T>(
  ops: Ops<T>,
  { mean, variance }: BatchStatistics<T>,
  count: number,
  parameters: Parameters<T>,
  pass: Pass<NoInfer<T>>,
): void {
  if (!(count >= 2)) {
    throw new KernelcastError(
      'MODEL',
      'batch norm in training needs a known number of values, at least two a channel',
      { where: { parameter: parameters.nameOf('weight'), count } },
    );
  }
  const follow = (name: string, batch: T, factor: number) => {
    const kept = ops.mul(parameters.get(name), ops.constant([1 - MOMENTUM], []));
    pass.onStatistic(parameters.nameOf(name), ops.add(kept, ops.mul(batch, ops.constant([MOMENTUM * factor], []))));
  };
  follow('running_mean', mean, 1);
  follow('running_var', variance, count / (count - 1));
}
