import type * as TF from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { batchNorm } from '../../../models/layers/batch-norm.ts';

const { tf } = await openTensorFlow();
const ops = tensorFlowOps(tf);
const parameters = new Parameters<TF.Tensor>(
  new Map([
    ['bn.weight', tf.tensor1d([2])],
    ['bn.bias', tf.tensor1d([1])],
    ['bn.running_mean', tf.tensor1d([10])],
    ['bn.running_var', tf.tensor1d([4])],
  ]),
).scope('bn');
const x = tf.tensor4d([0, 2, 4, 6], [2, 1, 2, 1]);

test('evaluation uses the running statistics', () => {
  const y = [...batchNorm(ops, x, parameters, EVALUATION).dataSync()];
  for (const [i, value] of [0, 2, 4, 6].entries())
    expect(y[i]).toBeCloseTo(((value - 10) / Math.sqrt(4 + 1e-5)) * 2 + 1, 5);
});

test('training uses the biased variance of the batch, and keeps a tenth of the unbiased one', () => {
  const statistics = new Map<string, number>();
  const onStatistic = (name: string, value: TF.Tensor) => statistics.set(name, value.dataSync()[0]);
  const y = [...batchNorm(ops, x, parameters, { ...EVALUATION, training: true, onStatistic }).dataSync()];
  for (const [i, value] of [0, 2, 4, 6].entries())
    expect(y[i]).toBeCloseTo(((value - 3) / Math.sqrt(5 + 1e-5)) * 2 + 1, 5);
  expect(statistics.get('bn.running_mean')).toBeCloseTo(0.9 * 10 + 0.1 * 3, 5);
  expect(statistics.get('bn.running_var')).toBeCloseTo(0.9 * 4 + 0.1 * (20 / 3), 5);
});

test('training on one value a channel is refused, naming the layer', () => {
  const one = tf.zeros([1, 1, 1, 1]);
  expect(() => batchNorm(ops, one, parameters, { ...EVALUATION, training: true })).toThrow(
    expect.objectContaining({ code: 'MODEL', where: { parameter: 'bn.weight', count: 1 } }),
  );
});
