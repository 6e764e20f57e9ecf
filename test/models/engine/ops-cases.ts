/**
 * What every engine must answer: small cases of each operation, with results worked out by plain loops here.
 * An engine's test builds each case with its own `Ops` and compares.
 */
import type { Ops } from '../../../models/engine/ops.ts';
import { at, type Dense, dense, erf, fill, ramp, range, total } from './dense.ts';

export interface OpsCase {
  name: string;
  inputs: Dense[];
  build<T>(ops: Ops<T>, inputs: T[]): T;
  expected: Dense;
}

const x23 = ramp([2, 3]);
const row3 = dense([3], [1.5, -2, 2.5]);
const positive = dense([4], [0, 0.25, 1, 9]);
const wide = dense([7], [-4, -1.5, -0.3, 0, 0.3, 1.5, 4]);
const image = ramp([2, 6, 5, 3]);
const filter = ramp([4, 3, 3, 3], 3);
const depthFilter = ramp([3, 1, 3, 3], 4);
const largeFilter = ramp([3, 1, 5, 5], 5);
const bias3 = ramp([3], 6);
const bias4 = ramp([4], 7);
const cube = ramp([2, 3, 4]);
const ties = dense([2, 6], [1, 3, 3, 2, 3, 1, 5, 5, 5, 5, 5, 5]);

function conv(x: Dense, w: Dense, stride: number, padding: number, bias?: Dense): Dense {
  const [n, h, width, channels] = x.shape;
  const [out, , kh, kw] = w.shape;
  const size = (length: number, k: number) => Math.floor((length + 2 * padding - k) / stride) + 1;
  return fill([n, size(h, kh), size(width, kw), out], (b, i, j, o) => {
    let sum = bias ? at(bias, o) : 0;
    for (const c of range(channels)) {
      for (const u of range(kh)) {
        for (const v of range(kw)) {
          sum += at(x, b, i * stride + u - padding, j * stride + v - padding, c) * at(w, o, c, u, v);
        }
      }
    }
    return sum;
  });
}

function depthwise(x: Dense, w: Dense, padding: number, bias?: Dense): Dense {
  const [n, h, width, channels] = x.shape;
  const k = w.shape[2];
  return fill([n, h + 2 * padding - k + 1, width + 2 * padding - k + 1, channels], (b, i, j, c) => {
    let sum = bias ? at(bias, c) : 0;
    for (const u of range(k)) {
      for (const v of range(k)) sum += at(x, b, i + u - padding, j + v - padding, c) * at(w, c, 0, u, v);
    }
    return sum;
  });
}

function elementwise(name: 'add' | 'sub' | 'mul' | 'div' | 'maximum', f: (a: number, b: number) => number): OpsCase {
  return {
    name: `${name} broadcasts a row over a matrix`,
    inputs: [x23, row3],
    build: (ops, [a, b]) => ops[name](a, b),
    expected: fill([2, 3], (i, j) => f(at(x23, i, j), at(row3, j))),
  };
}

function unary(name: 'sqrt' | 'exp' | 'relu' | 'sigmoid' | 'gelu', x: Dense, f: (a: number) => number): OpsCase {
  return { name, inputs: [x], build: (ops, [a]) => ops[name](a), expected: dense(x.shape, [...x.data].map(f)) };
}

function softmaxCase(axis: number): OpsCase {
  const along = axis < 0 ? axis + 3 : axis;
  return {
    name: `softmax over axis ${axis} of three`,
    inputs: [cube],
    build: (ops, [x]) => ops.softmax(x, axis),
    expected: fill(cube.shape, (...index) => {
      const parts = range(cube.shape[along]).map((p) => Math.exp(at(cube, ...index.with(along, p))));
      return Math.exp(at(cube, ...index)) / total(parts);
    }),
  };
}

const matrixA = ramp([2, 3, 4]);
const matrixB = ramp([4, 5], 2);
const stackB = ramp([2, 4, 5], 3);
const leftOnly = ramp([3, 4], 4);
const deepA = ramp([2, 1, 3, 4], 5);
const deepB = ramp([1, 3, 4, 2], 6);

export const OPS_CASES: OpsCase[] = [
  elementwise('add', (a, b) => a + b),
  elementwise('sub', (a, b) => a - b),
  elementwise('mul', (a, b) => a * b),
  elementwise('div', (a, b) => a / b),
  elementwise('maximum', Math.max),
  {
    name: 'a constant takes part',
    inputs: [x23],
    build: (ops, [x]) => ops.add(x, ops.constant([1, 2, 3], [1, 3])),
    expected: fill([2, 3], (i, j) => at(x23, i, j) + j + 1),
  },
  unary('sqrt', positive, Math.sqrt),
  unary('exp', wide, Math.exp),
  unary('relu', wide, (x) => Math.max(x, 0)),
  unary('sigmoid', wide, (x) => 1 / (1 + Math.exp(-x))),
  unary('gelu', wide, (x) => (x / 2) * (1 + erf(x / Math.SQRT2))),
  softmaxCase(-1),
  softmaxCase(1),
  {
    name: 'matMul of a batch with one matrix',
    inputs: [matrixA, matrixB],
    build: (ops, [a, b]) => ops.matMul(a, b),
    expected: fill([2, 3, 5], (n, i, j) => total(range(4).map((k) => at(matrixA, n, i, k) * at(matrixB, k, j)))),
  },
  {
    name: 'matMul of a batch with one transposed matrix, as a linear layer does',
    inputs: [matrixA, ramp([5, 4], 2)],
    build: (ops, [a, b]) => ops.matMul(a, b, { transposeB: true }),
    expected: fill([2, 3, 5], (n, i, j) =>
      total(range(4).map((k) => at(matrixA, n, i, k) * at(ramp([5, 4], 2), j, k))),
    ),
  },
  {
    name: 'matMul of a batch with one transposed matrix, and a bias',
    inputs: [ramp([2, 4, 3]), ramp([5, 3], 2), ramp([5], 3)],
    build: (ops, [a, b, bias]) => ops.matMul(a, b, { transposeB: true, bias }),
    expected: fill(
      [2, 4, 5],
      (n, i, j) =>
        total(range(3).map((k) => at(ramp([2, 4, 3]), n, i, k) * at(ramp([5, 3], 2), j, k))) + at(ramp([5], 3), j),
    ),
  },
  {
    name: 'matMul of a batch with one matrix, and a bias',
    inputs: [ramp([2, 4, 3]), ramp([3, 5], 2), ramp([5], 3)],
    build: (ops, [a, b, bias]) => ops.matMul(a, b, { bias }),
    expected: fill(
      [2, 4, 5],
      (n, i, j) =>
        total(range(3).map((k) => at(ramp([2, 4, 3]), n, i, k) * at(ramp([3, 5], 2), k, j))) + at(ramp([5], 3), j),
    ),
  },
  {
    name: 'matMul of two batches, and a bias',
    inputs: [ramp([2, 3, 4]), ramp([2, 4, 5], 2), ramp([5], 3)],
    build: (ops, [a, b, bias]) => ops.matMul(a, b, { bias }),
    expected: fill(
      [2, 3, 5],
      (n, i, j) =>
        total(range(4).map((k) => at(ramp([2, 3, 4]), n, i, k) * at(ramp([2, 4, 5], 2), n, k, j))) +
        at(ramp([5], 3), j),
    ),
  },
  {
    name: 'layerNorm over the last axis',
    inputs: [cube, bias4, ramp([4], 8)],
    build: (ops, [x, weight, bias]) => ops.layerNorm(x, weight, bias, 0.1),
    expected: fill([2, 3, 4], (n, i, j) => {
      const row = range(4).map((k) => at(cube, n, i, k));
      const mean = total(row) / 4;
      const variance = total(row.map((value) => (value - mean) ** 2)) / 4;
      return ((row[j] - mean) / Math.sqrt(variance + 0.1)) * at(bias4, j) + at(ramp([4], 8), j);
    }),
  },
  {
    name: 'matMul of two batches',
    inputs: [matrixA, stackB],
    build: (ops, [a, b]) => ops.matMul(a, b),
    expected: fill([2, 3, 5], (n, i, j) => total(range(4).map((k) => at(matrixA, n, i, k) * at(stackB, n, k, j)))),
  },
  {
    name: 'matMul of one matrix with a batch',
    inputs: [leftOnly, stackB],
    build: (ops, [a, b]) => ops.matMul(a, b),
    expected: fill([2, 3, 5], (n, i, j) => total(range(4).map((k) => at(leftOnly, i, k) * at(stackB, n, k, j)))),
  },
  {
    name: 'matMul broadcasts batches on both sides',
    inputs: [deepA, deepB],
    build: (ops, [a, b]) => ops.matMul(a, b),
    expected: fill([2, 3, 3, 2], (n, m, i, j) =>
      total(range(4).map((k) => at(deepA, n, 0, i, k) * at(deepB, 0, m, k, j))),
    ),
  },
  {
    name: 'conv2d with stride 2 pads one on both sides of an even and of an odd length',
    inputs: [image, filter, bias4],
    build: (ops, [x, weight, bias]) => ops.conv2d(x, weight, { bias, stride: 2, padding: 1 }),
    expected: conv(image, filter, 2, 1, bias4),
  },
  {
    name: 'conv2d with stride 1, no padding and no bias',
    inputs: [image, filter],
    build: (ops, [x, weight]) => ops.conv2d(x, weight, { stride: 1, padding: 0 }),
    expected: conv(image, filter, 1, 0),
  },
  {
    name: 'conv2d of single pixels',
    inputs: [image, ramp([4, 3, 1, 1], 3), bias4],
    build: (ops, [x, w, bias]) => ops.conv2d(x, w, { bias, stride: 1, padding: 0 }),
    expected: conv(image, ramp([4, 3, 1, 1], 3), 1, 0, bias4),
  },
  {
    name: 'conv2d of single pixels, every other one',
    inputs: [image, ramp([4, 3, 1, 1], 3)],
    build: (ops, [x, w]) => ops.conv2d(x, w, { stride: 2, padding: 0 }),
    expected: conv(image, ramp([4, 3, 1, 1], 3), 2, 0),
  },
  {
    name: 'the mean over an image behind a convolution',
    inputs: [image, depthFilter],
    build: (ops, [x, w]) => ops.mean(ops.depthwiseConv2d(x, w, { padding: 1 }), [1, 2], true),
    expected: fill([2, 1, 1, 3], (n, _i, _j, c) => {
      const y = depthwise(image, depthFilter, 1);
      return total(range(30).map((pixel) => y.data[(n * 30 + pixel) * 3 + c])) / 30;
    }),
  },
  {
    name: 'depthwiseConv2d that keeps the size',
    inputs: [image, depthFilter, bias3],
    build: (ops, [x, weight, bias]) => ops.depthwiseConv2d(x, weight, { bias, padding: 1 }),
    expected: depthwise(image, depthFilter, 1, bias3),
  },
  {
    name: 'depthwiseConv2d with less padding than keeps the size',
    inputs: [image, largeFilter],
    build: (ops, [x, weight]) => ops.depthwiseConv2d(x, weight, { padding: 1 }),
    expected: depthwise(image, largeFilter, 1),
  },
  {
    name: 'dilateKernel spreads with zeros between',
    inputs: [depthFilter],
    build: (ops, [weight]) => ops.dilateKernel(weight, 3),
    expected: fill([3, 1, 7, 7], (c, _, i, j) => (i % 3 || j % 3 ? 0 : at(depthFilter, c, 0, i / 3, j / 3))),
  },
  {
    name: 'dilateKernel of rate 1 changes nothing',
    inputs: [depthFilter],
    build: (ops, [weight]) => ops.dilateKernel(weight, 1),
    expected: depthFilter,
  },
  {
    name: 'sum over two axes, kept',
    inputs: [cube],
    build: (ops, [x]) => ops.sum(x, [0, 2], true),
    expected: fill([1, 3, 1], (_, j) => total(range(2).flatMap((i) => range(4).map((k) => at(cube, i, j, k))))),
  },
  {
    name: 'mean over the last axis, dropped',
    inputs: [cube],
    build: (ops, [x]) => ops.mean(x, [-1]),
    expected: fill([2, 3], (i, j) => total(range(4).map((k) => at(cube, i, j, k))) / 4),
  },
  {
    name: 'reshape with one open size',
    inputs: [cube],
    build: (ops, [x]) => ops.reshape(x, [-1, 6]),
    expected: dense([4, 6], cube.data),
  },
  {
    name: 'transpose',
    inputs: [cube],
    build: (ops, [x]) => ops.transpose(x, [2, 0, 1]),
    expected: fill([4, 2, 3], (k, i, j) => at(cube, i, j, k)),
  },
  {
    name: 'concat along a middle axis',
    inputs: [cube, ramp([2, 1, 4], 8)],
    build: (ops, xs) => ops.concat(xs, 1),
    expected: fill([2, 4, 4], (i, j, k) => (j < 3 ? at(cube, i, j, k) : at(ramp([2, 1, 4], 8), i, 0, k))),
  },
  {
    name: 'slice along a middle and along the last axis',
    inputs: [cube],
    build: (ops, [x]) => ops.slice(ops.slice(x, 1, 1, 3), -1, 2, 4),
    expected: fill([2, 2, 2], (i, j, k) => at(cube, i, j + 1, k + 2)),
  },
  {
    name: 'pad with a value, differently before and after',
    inputs: [x23],
    build: (ops, [x]) =>
      ops.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        -7,
      ),
    expected: fill([3, 5], (i, j) => (i >= 1 && j < 3 ? at(x23, i - 1, j) : -7)),
  },
  {
    name: 'tile repeats the whole of an axis',
    inputs: [cube],
    build: (ops, [x]) => ops.tile(x, 1, 2),
    expected: fill([2, 6, 4], (i, j, k) => at(cube, i, j % 3, k)),
  },
  {
    name: 'tile of the last axis',
    inputs: [cube],
    build: (ops, [x]) => ops.tile(x, -1, 3),
    expected: fill([2, 3, 12], (i, j, k) => at(cube, i, j, k % 4)),
  },
  {
    name: 'gather of repeated and reordered rows',
    inputs: [cube],
    build: (ops, [x]) => ops.gather(x, [1, 0, 1], 0),
    expected: fill([3, 3, 4], (i, j, k) => at(cube, [1, 0, 1][i], j, k)),
  },
  {
    name: 'gather along a middle axis',
    inputs: [cube],
    build: (ops, [x]) => ops.gather(x, [2, 2, 0, 1], 1),
    expected: fill([2, 4, 4], (i, j, k) => at(cube, i, [2, 2, 0, 1][j], k)),
  },
  {
    name: 'gather along the last axis',
    inputs: [cube],
    build: (ops, [x]) => ops.gather(x, [3, 0], -1),
    expected: fill([2, 3, 2], (i, j, k) => at(cube, i, j, [3, 0][k])),
  },
  {
    name: 'topK gives values in descending order',
    inputs: [ties],
    build: (ops, [x]) => ops.topK(x, 4).values,
    expected: dense([2, 4], [3, 3, 3, 2, 5, 5, 5, 5]),
  },
  {
    name: 'topK gives equal values by ascending index',
    inputs: [ties],
    build: (ops, [x]) => ops.indexToFloat(ops.topK(x, 4).indices),
    expected: dense([2, 4], [1, 2, 4, 3, 0, 1, 2, 3]),
  },
  {
    name: 'topK of all values sorts',
    inputs: [ties],
    build: (ops, [x]) => ops.indexToFloat(ops.topK(x, 6).indices),
    expected: dense([2, 6], [1, 2, 4, 3, 0, 5, 0, 1, 2, 3, 4, 5]),
  },
  {
    name: 'takeAlong a middle axis with indices of its own for each column',
    inputs: [cube, fill([2, 2, 4], (i, j, k) => (i + 2 * j + k) % 3)],
    build: (ops, [x, indices]) => ops.takeAlong(x, ops.floatToIndex(indices), 1),
    expected: fill([2, 2, 4], (i, j, k) => at(cube, i, (i + 2 * j + k) % 3, k)),
  },
  {
    name: 'takeAlong the last axis with indices that are shared by the other axes',
    inputs: [cube, dense([1, 1, 3], [3, 0, 1])],
    build: (ops, [x, indices]) => ops.takeAlong(x, ops.floatToIndex(indices), -1),
    expected: fill([2, 3, 3], (i, j, k) => at(cube, i, j, [3, 0, 1][k])),
  },
  {
    name: 'takeAlong broadcasts the tensor that is taken from',
    inputs: [ramp([1, 4], 9), dense([3, 2], [0, 1, 2, 3, 3, 0])],
    build: (ops, [x, indices]) => ops.takeAlong(x, ops.floatToIndex(indices), 1),
    expected: fill([3, 2], (i, j) => at(ramp([1, 4], 9), 0, [0, 1, 2, 3, 3, 0][2 * i + j])),
  },
  {
    name: 'arithmetic on indices comes back as indices',
    inputs: [ties],
    build: (ops, [x]) => {
      const { indices } = ops.topK(x, 2);
      const next = ops.floatToIndex(ops.add(ops.indexToFloat(indices), ops.constant([1], [1])));
      return ops.takeAlong(x, next, -1);
    },
    expected: dense([2, 2], [3, 2, 5, 5]),
  },
];
