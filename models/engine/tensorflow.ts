/**
 * `Ops` over TensorFlow.js tensors: eager, with gradients.
 *
 *     const ops = tensorFlowOps(tf);
 *     const y = tf.tidy(() => block(ops, parameters, x, config, EVALUATION));
 *
 * Nothing is disposed here: run a pass inside `tf.tidy` (`tf.variableGrads` is one already), and `tf.keep` what
 * `Pass.onStatistic` receives. The parts that TensorFlow.js lacks (gradients of gathers by index, of broadcast products
 * of matrices) are filled in here, so that a network may use every operation in training.
 */
import type * as TF from '@tensorflow/tfjs';
import type { Ops } from './ops.ts';
import type { TensorFlowModule } from './tensorflow-backend.ts';

export function tensorFlowOps(tf: TensorFlowModule): Ops<TF.Tensor> {
  const gatherRows = differentiableGather(tf);

  /** Values of `x` (any shape) at flat positions, in the shape of `positions`. */
  const takeFlat = (x: TF.Tensor, positions: TF.Tensor): TF.Tensor =>
    gatherRows(x.reshape([-1, 1]), positions.reshape([-1])).reshape(positions.shape);

  const takeAlong = (x: TF.Tensor, indices: TF.Tensor, axis: number): TF.Tensor =>
    takeFlat(x, flatPositions(tf, x.shape, indices, positiveAxis(x, axis)));

  const matMul = (a: TF.Tensor, b: TF.Tensor, transposeB: boolean): TF.Tensor => {
    if (b.rank === 2 && a.rank > 2) {
      const flat = tf.matMul(a.reshape([-1, a.shape[a.rank - 1]]), b, false, transposeB);
      return flat.reshape([...a.shape.slice(0, -1), flat.shape[1] as number]);
    }
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const spread = (x: TF.Tensor) => {
      const shape = [...batch, ...x.shape.slice(-2)];
      // TensorFlow.js broadcasts batches itself, but forgets to sum over them in the gradient.
      return sameShape(x.shape, shape) ? x : tf.broadcastTo(x, shape);
    };
    return tf.matMul(spread(a), spread(b), false, transposeB);
  };

  return {
    shape: (x) => x.shape,
    constant: (values, shape) => tf.tensor(values as Float32Array | number[], [...shape], 'float32'),

    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    div: (a, b) => tf.div(a, b),
    maximum: (a, b) => tf.maximum(a, b),
    sqrt: (x) => tf.sqrt(x),
    exp: (x) => tf.exp(x),
    relu: (x) => tf.relu(x),
    sigmoid: (x) => tf.sigmoid(x),
    gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    softmax(x, axis) {
      const last: number = x.rank - 1;
      const at = positiveAxis(x, axis);
      if (at === last) return tf.softmax(x);
      const swap: number[] = x.shape.map((_, i) => (i === at ? last : i === last ? at : i));
      return tf.transpose(tf.softmax(tf.transpose(x, swap)), swap);
    },

    layerNorm(x, weight, bias, epsilon) {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.mul(centred, centred), -1, true);
      return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), weight), bias);
    },

    matMul(a, b, { transposeB = false, bias } = {}) {
      const product = matMul(a, b, transposeB);
      return bias ? tf.add(product, bias) : product;
    },
    conv2d(x, weight, { bias, stride, padding }) {
      const filter = tf.transpose(weight, [2, 3, 1, 0]) as TF.Tensor4D;
      const y = tf.conv2d(padImage(tf, x, padding), filter, stride, 'valid');
      return bias ? tf.add(y, bias) : y;
    },
    depthwiseConv2d(x, weight, { bias, padding }) {
      const filter = tf.transpose(weight, [2, 3, 0, 1]) as TF.Tensor4D;
      // With stride 1 and an odd kernel, 'same' is the symmetric padding, and saves a copy of the image.
      const same = weight.shape[2] === 2 * padding + 1 && weight.shape[3] === 2 * padding + 1;
      const y = same
        ? tf.depthwiseConv2d(x as TF.Tensor4D, filter, 1, 'same')
        : tf.depthwiseConv2d(padImage(tf, x, padding), filter, 1, 'valid');
      return bias ? tf.add(y, bias) : y;
    },
    dilateKernel(weight, rate) {
      const [channels, , k] = weight.shape;
      const size = (k - 1) * rate + 1;
      const gap: [number, number] = [0, rate - 1];
      const spread = tf.pad(weight.reshape([channels * k, 1, k, 1]), [[0, 0], gap, [0, 0], gap]);
      return tf.slice(spread.reshape([channels, 1, k * rate, k * rate]), [0, 0, 0, 0], [channels, 1, size, size]);
    },

    sum: (x, axes, keepDims) => tf.sum(x, [...axes], keepDims),
    mean: (x, axes, keepDims) => tf.mean(x, [...axes], keepDims),

    reshape: (x, shape) => tf.reshape(x, [...shape]),
    transpose: (x, permutation) => tf.transpose(x, [...permutation]),
    concat: (xs, axis) => tf.concat([...xs], axis),
    slice(x, axis, from, to) {
      const at = positiveAxis(x, axis);
      const begin = x.shape.map((_, i) => (i === at ? from : 0));
      const size = x.shape.map((length, i) => (i === at ? to - from : length));
      return tf.slice(x, begin, size);
    },
    pad: (x, paddings, value = 0) =>
      tf.pad(
        x,
        paddings.map(([before, after]) => [before, after]),
        value,
      ),
    tile(x, axis, times) {
      const at = positiveAxis(x, axis);
      const outer = product(x.shape.slice(0, at));
      const tiled = tf.tile(x.reshape([outer, 1, -1]), [1, times, 1]);
      return tiled.reshape(x.shape.map((length, i) => (i === at ? length * times : length)));
    },
    gather(x, indices, axis) {
      const at = positiveAxis(x, axis);
      const toFront = [at, ...x.shape.keys()].filter((i, position) => position === 0 || i !== at);
      const front = at === 0 ? x : tf.transpose(x, toFront);
      const rows = gatherRows(front.reshape([front.shape[0], -1]), tf.tensor1d([...indices], 'int32'));
      const taken = rows.reshape([indices.length, ...front.shape.slice(1)]);
      return at === 0 ? taken : tf.transpose(taken, inverse(toFront));
    },

    topK(x, k) {
      // TensorFlow.js has no gradient for the values; taking them by index has. The indices have none, and say so.
      const indices = withoutGradient(tf, () => tf.topk(x, k, true).indices);
      return { values: takeAlong(x, indices, -1), indices };
    },
    takeAlong,
    indexToFloat: (indices) => tf.cast(indices, 'float32'),
    floatToIndex: (values) => tf.cast(values, 'int32'),
  };
}

/**
 * Rows of a matrix [rows, width] by a vector of indices, differentiable in the matrix. TensorFlow.js' own gradient
 * sums segment by segment, which in plain JavaScript costs rows x indices; a scatter costs indices.
 */
function differentiableGather(tf: TensorFlowModule) {
  return (matrix: TF.Tensor, indices: TF.Tensor): TF.Tensor => {
    const gather = tf.customGrad((...inputs: (TF.Tensor | TF.GradSaveFunc)[]) => {
      const [x, save] = inputs as [TF.Tensor, TF.GradSaveFunc];
      const shape = x.shape as [number, number];
      save([indices]); // else a tidy around the caller disposes them before the way back
      return {
        value: tf.gather(x, indices as TF.Tensor1D),
        gradFunc: (dy: TF.Tensor, [saved]: TF.Tensor[]) => tf.scatterND(saved.reshape([-1, 1]), dy, shape),
      };
    });
    return gather(matrix);
  };
}

/** Computes outside of the tape: nothing that `compute` uses gets a gradient through its result. */
function withoutGradient(tf: TensorFlowModule, compute: () => TF.Tensor): TF.Tensor {
  const cut = tf.customGrad((...inputs: (TF.Tensor | TF.GradSaveFunc)[]) => ({
    value: compute(),
    gradFunc: () => tf.zerosLike(inputs[0] as TF.Tensor),
  }));
  return cut(tf.scalar(0));
}

/** Where in the flat `x` the elements lie that NumPy's `take_along_axis(x, indices, axis)` takes. */
function flatPositions(tf: TensorFlowModule, shape: number[], indices: TF.Tensor, axis: number): TF.Tensor {
  const strides = shape.map((_, i) => product(shape.slice(i + 1)));
  const batch = broadcastShape(
    shape.map((length, i) => (i === axis ? 1 : length)),
    indices.shape.map((length, i) => (i === axis ? 1 : length)),
  );
  let positions = tf.mul(tf.cast(indices, 'int32'), tf.scalar(strides[axis], 'int32'));
  for (const [i, length] of batch.entries()) {
    if (i === axis || length === 1) continue;
    const stride = shape[i] === 1 ? 0 : strides[i];
    const offsets = Int32Array.from({ length }, (_, at) => at * stride);
    positions = tf.add(positions, tf.tensor(offsets, alone(shape.length, i, length), 'int32'));
  }
  return positions;
}

function padImage(tf: TensorFlowModule, x: TF.Tensor, padding: number): TF.Tensor4D {
  if (padding === 0) return x as TF.Tensor4D;
  const around: [number, number] = [padding, padding];
  return tf.pad(x as TF.Tensor4D, [[0, 0], around, around, [0, 0]]);
}

function positiveAxis(x: TF.Tensor, axis: number): number {
  return axis < 0 ? axis + x.rank : axis;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [sizeA, sizeB] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** A shape of ones with one real axis. */
function alone(rank: number, axis: number, length: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === axis ? length : 1));
}

function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, i) => permutation.indexOf(i));
}
