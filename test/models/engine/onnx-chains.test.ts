/** Chains of operations, drawn at random: that the order of axes is tracked right shows only where operations meet. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ops } from '../../../models/engine/ops.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { runOnOnnx, runOnTensorFlow, type Setting } from '../../parity/engines.ts';
import { difference } from '../../parity/fixture.ts';

function tensor(shape: readonly number[], seed: number) {
  const { normal } = seededRandom(seed);
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal) };
}

/** An operation that takes a tensor of any shape, or leaves it alone where it does not fit. `pick` steers its choices. */
type Step = <T>(ops: Ops<T>, x: T, pick: number) => T;

function constant<T>(ops: Ops<T>, shape: number[], seed: number): T {
  return ops.constant(tensor(shape, seed).values, shape);
}

/** A permutation that is a different one for each `pick`. */
function shuffled(rank: number, pick: number): number[] {
  const { uniform } = seededRandom(pick);
  const keys = Array.from({ length: rank }, uniform);
  return keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
}

const STEPS: Record<string, Step> = {
  transpose: (ops, x, pick) => ops.transpose(x, shuffled(ops.shape(x).length, pick)),
  addRow: (ops, x, pick) => ops.add(x, constant(ops, [ops.shape(x).at(-1)!], pick)),
  mulFull: (ops, x, pick) => ops.mul(x, constant(ops, [...ops.shape(x)], pick)),
  addScalar: (ops, x, pick) => ops.add(x, constant(ops, [], pick)),
  centre: (ops, x, pick) => ops.sub(x, ops.mean(x, [pick % ops.shape(x).length], true)),
  scaleByMean: (ops, x) => {
    const rank = ops.shape(x).length;
    return rank < 3 ? x : ops.mul(ops.sigmoid(ops.mean(x, [rank - 3, rank - 2], true)), x);
  },
  addTransposed: (ops, x, pick) => {
    // The same numbers in two orders of axes meet: a square in its last two axes.
    const shape = ops.shape(x);
    const rank = shape.length;
    if (rank < 2 || shape[rank - 1] !== shape[rank - 2]) return x;
    const swap = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return pick % 2 ? ops.add(x, ops.transpose(x, swap)) : ops.sub(ops.transpose(x, swap), x);
  },
  gelu: (ops, x) => ops.gelu(x),
  softmax: (ops, x, pick) => ops.softmax(x, pick % ops.shape(x).length),
  sum: (ops, x, pick) => {
    const rank = ops.shape(x).length;
    return rank < 3 ? x : ops.sum(x, [pick % rank], pick % 2 === 0);
  },
  linear: (ops, x, pick) =>
    ops.matMul(x, constant(ops, pick % 2 ? [ops.shape(x).at(-1)!, 4] : [4, ops.shape(x).at(-1)!], pick), {
      transposeB: pick % 2 === 0,
    }),
  products: (ops, x) => (ops.shape(x).length < 3 ? x : ops.matMul(x, x, { transposeB: true })),
  conv: (ops, x, pick) => {
    if (ops.shape(x).length !== 4) return x;
    const weight = constant(ops, [4, ops.shape(x)[3], 3, 3], pick);
    return ops.conv2d(x, weight, { bias: constant(ops, [4], pick), stride: 1 + (pick % 2), padding: 1 });
  },
  depthwise: (ops, x, pick) => {
    if (ops.shape(x).length !== 4) return x;
    return ops.depthwiseConv2d(x, constant(ops, [ops.shape(x)[3], 1, 5, 5], pick), { padding: 2 });
  },
  flatten: (ops, x) => {
    const [first, second, ...rest] = ops.shape(x);
    return rest.length < 2 ? x : ops.reshape(x, [first * second, ...rest]);
  },
  unflatten: (ops, x) => {
    const shape = ops.shape(x);
    return shape.length > 3 || shape.at(-1)! % 2 ? x : ops.reshape(x, [...shape.slice(0, -1), 2, shape.at(-1)! / 2]);
  },
  concat: (ops, x, pick) => ops.concat([x, ops.relu(x)], pick % ops.shape(x).length),
  slice: (ops, x, pick) => {
    const axis = pick % ops.shape(x).length;
    const size = ops.shape(x)[axis];
    return size < 2 ? x : ops.slice(x, axis, size > 3 ? 1 : 0, size - 1);
  },
  pad: (ops, x, pick) => {
    const axis = pick % ops.shape(x).length;
    return ops.pad(
      x,
      ops.shape(x).map((_, i) => (i === axis ? [1, 0] : [0, 0])),
      0.5,
    );
  },
  tile: (ops, x, pick) => (ops.shape(x).length > 3 ? x : ops.tile(x, pick % ops.shape(x).length, 2)),
  gather: (ops, x, pick) =>
    ops.gather(x, [ops.shape(x)[pick % ops.shape(x).length] - 1, 0], pick % ops.shape(x).length),
  largest: (ops, x) => {
    const { indices } = ops.topK(x, 1);
    return ops.takeAlong(ops.sigmoid(x), indices, -1);
  },
};

const steps = fc.array(fc.tuple(fc.constantFrom(...Object.keys(STEPS)), fc.nat(1000)), { minLength: 1, maxLength: 8 });

test('any chain of operations on an image gives the same on both engines', async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
      fc.nat(1000),
      async (chain, [n, height, width], seed) => {
        const x = tensor([n, height, width, 4], seed);
        const setting: Setting = {
          network: (ops, _, given) => ({ y: chain.reduce((y, [name, pick]) => STEPS[name](ops, y, pick), given.x) }),
          weights: new Map(),
          inputs: { x },
        };
        const { y: expected } = await runOnTensorFlow(setting);
        fc.pre(expected.values.length < 100_000);
        const { y } = await runOnOnnx(setting, { x: x.shape });
        expect(difference(y, expected).relative).toBeLessThan(2e-5);
      },
    ),
    { seed: 20130101, numRuns: 250, endOnFailure: false },
  );
});
