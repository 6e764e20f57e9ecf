import type * as TF from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ops } from '../../../models/engine/ops.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { type Dense, ramp } from './dense.ts';
import { OPS_CASES } from './ops-cases.ts';

const { tf } = await openTensorFlow();
const ops = tensorFlowOps(tf);
const place = ({ data, shape }: Dense) => tf.tensor(data, shape, 'float32');

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe('each operation gives what plain loops give', () => {
  test.each(OPS_CASES)('$name', ({ inputs, build, expected }) => {
    const result = build(ops, inputs.map(place));
    expect(result.shape).toEqual(expected.shape);
    expect(result.dtype).toBe('float32');
    const values = result.dataSync();
    for (const [i, value] of expected.data.entries()) expect(values[i]).toBeCloseTo(value, 5);
  });
});

/** Sums with weights that differ everywhere, so that no two gradients are confused. */
function weigh(y: TF.Tensor): TF.Scalar {
  return tf.sum(tf.mul(y, place(ramp(y.shape, 11))));
}

describe('each operation is differentiable', () => {
  // Kinks and plateaus have no difference quotient, and indices no gradient.
  const smooth = OPS_CASES.filter(
    ({ name }) => !/^(relu|sqrt|maximum|exp)|by ascending index|sorts|descending|arithmetic/.test(name),
  );

  test.each(smooth)('$name', ({ inputs, build }) => {
    const differentiable = inputs.slice(0, /takeAlong/.test(build.toString()) ? 1 : inputs.length);
    const rest = inputs.slice(differentiable.length).map(place);
    const f = (...xs: TF.Tensor[]) => weigh(build(ops, [...xs, ...rest]));
    const gradients = tf.grads(f)(differentiable.map(place));
    for (const [which, input] of differentiable.entries()) {
      expect(gradients[which].shape).toEqual(input.shape);
      const gradient = gradients[which].dataSync();
      for (let i = 0; i < input.data.length; i += Math.ceil(input.data.length / 12)) {
        const shifted = (step: number) => {
          const data = input.data.slice();
          data[i] += step;
          return f(...differentiable.with(which, { ...input, data }).map(place)).dataSync()[0];
        };
        const quotient = (shifted(0.02) - shifted(-0.02)) / 0.04;
        expect(Math.abs(gradient[i] - quotient)).toBeLessThan(3e-3 * (1 + Math.abs(quotient)));
      }
    }
  });

  test('the values of topK carry a gradient to the places they come from', () => {
    const x = tf.tensor2d([[1, 5, 3, 4]]);
    const gradient = tf.grad((y: TF.Tensor) => tf.sum(tf.mul(ops.topK(y, 2).values, tf.tensor2d([[10, 100]]))))(x);
    expect([...gradient.dataSync()]).toEqual([0, 10, 0, 100]);
  });

  test('a place that is gathered twice gets both gradients', () => {
    const gradient = tf.grad((x: TF.Tensor) => weighBy(ops.gather(x, [2, 0, 2], 0), [1, 10, 100]))(
      tf.tensor1d([1, 2, 3]),
    );
    expect([...gradient.dataSync()]).toEqual([10, 0, 101]);
  });

  test('the maximum passes the gradient on only above the floor, so that it guards a square root at zero', () => {
    const guarded = (x: TF.Tensor) => tf.sum(ops.sqrt(ops.maximum(ops.mul(x, x), ops.constant([1e-30], []))));
    expect([
      ...tf
        .grad(guarded)(tf.tensor1d([0, 4]))
        .dataSync(),
    ]).toEqual([0, 1]);
  });
});

function weighBy(y: TF.Tensor, weights: number[]): TF.Scalar {
  return tf.sum(tf.mul(y, tf.tensor(weights)));
}

test('weights in the layout of the checkpoints get gradients of the same layout', () => {
  const weight = tf.variable(place(ramp([4, 3, 3, 3])), true, 'conv');
  const linear = tf.variable(place(ramp([2, 4])), true, 'linear');
  const x = place(ramp([1, 4, 4, 3]));
  const { grads } = tf.variableGrads(() => {
    const y = ops.conv2d(x, weight, { stride: 2, padding: 1 });
    return weigh(ops.matMul(y, linear, { transposeB: true }));
  });
  expect(grads.conv.shape).toEqual([4, 3, 3, 3]);
  expect(grads.linear.shape).toEqual([2, 4]);
  tf.dispose([weight, linear]);
});

test('the same passes leave no tensor behind inside a tidy', () => {
  const before = tf.memory().numTensors;
  const run = <T>(o: Ops<T>, build: (typeof OPS_CASES)[number]['build'], xs: T[]) => build(o, xs);
  for (const { inputs, build } of OPS_CASES) tf.tidy(() => void run(ops, build, inputs.map(place)));
  expect(tf.memory().numTensors).toBe(before);
});
