/**
 * The operations that every network is written against, once. Two engines implement them:
 * TensorFlow.js runs them eagerly (training, gradients), the ONNX emitter writes them down as a graph.
 *
 * Conventions
 * - Images are channels-last, [n, height, width, channels]. Weights have PyTorch's layouts (as in the checkpoints):
 *   conv [out, in, kh, kw], depthwise [c, 1, k, k], linear [out, in].
 * - The first axis of an input may be dynamic. `shape` then gives -1 for it, and a `reshape` may hold one -1.
 * - Elementwise operations broadcast as NumPy does. All values are float32, but for the indices of `topK`
 *   and `takeAlong`, which an engine may hold as it likes (they never carry a gradient).
 * - Padding is explicit and symmetric: `padding: 1` adds a zero on every side. There is no "same".
 */
export interface Ops<T> {
  /** The sizes of a tensor; -1 for a dynamic first axis. */
  shape(x: T): readonly number[];
  constant(values: Float32Array | readonly number[], shape: readonly number[]): T;

  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  maximum(a: T, b: T): T;
  sqrt(x: T): T;
  exp(x: T): T;
  relu(x: T): T;
  sigmoid(x: T): T;
  /** The exact form, x/2 (1 + erf(x / sqrt 2)). */
  gelu(x: T): T;
  softmax(x: T, axis: number): T;

  /** Over the last axis: (x - mean) / sqrt(variance + epsilon) * weight + bias, with the biased variance. */
  layerNorm(x: T, weight: T, bias: T, epsilon: number): T;

  /** Batched over leading axes: [..., m, k] x [..., k, n] (or [..., n, k] with `transposeB`), plus a bias [n]. */
  matMul(a: T, b: T, options?: { transposeB?: boolean; bias?: T }): T;
  /** x [n, h, w, in], weight [out, in, kh, kw], bias [out] -> [n, (h+2p-kh)/stride+1, ..., out]. */
  conv2d(x: T, weight: T, options: { bias?: T; stride: number; padding: number }): T;
  /** x [n, h, w, c], weight [c, 1, k, k], bias [c] -> [n, h+2p-k+1, w+2p-k+1, c]; stride 1, no dilation. */
  depthwiseConv2d(x: T, weight: T, options: { bias?: T; padding: number }): T;
  /**
   * Spreads a depthwise kernel [c, 1, k, k] to [c, 1, size, size], size = (k-1)*rate+1: element (i, j) goes to
   * (rate*i, rate*j), zeros elsewhere. Linear and differentiable; how dilated branches are trained.
   */
  dilateKernel(weight: T, rate: number): T;

  sum(x: T, axes: readonly number[], keepDims?: boolean): T;
  mean(x: T, axes: readonly number[], keepDims?: boolean): T;

  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, permutation: readonly number[]): T;
  concat(xs: readonly T[], axis: number): T;
  slice(x: T, axis: number, from: number, to: number): T;
  /** Constant padding with `value` (0), [before, after] for each axis. */
  pad(x: T, paddings: readonly (readonly [number, number])[], value?: number): T;
  /** Repeats the whole of an axis, as `numpy.tile` along it. */
  tile(x: T, axis: number, times: number): T;
  /** Rows of an axis by constant indices. Differentiable in x. */
  gather(x: T, indices: readonly number[], axis: number): T;

  /** The k largest along the last axis, in descending order; equal values by ascending index. */
  topK(x: T, k: number): { values: T; indices: T };
  /** As NumPy's `take_along_axis` along `axis`; `indices` come from `topK` or from arithmetic on `indexToFloat`. Differentiable in x. */
  takeAlong(x: T, indices: T, axis: number): T;
  /** Indices as numbers and back (exact below 2^24), for arithmetic on delays. */
  indexToFloat(indices: T): T;
  floatToIndex(values: T): T;
}
