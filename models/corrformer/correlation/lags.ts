/**
 * Which lags correlate most, as numbers that tensors can be multiplied with. An index carries no gradient; the
 * correlation at it does.
 */
import type { Ops } from '../../engine/ops.ts';

export interface Lags<T> {
  /** [..., k]: the lags, as numbers, the strongest first; equal ones by ascending lag. */
  lags: T;
  /** [..., k]: the correlation at them. */
  weights: T;
  /** [..., k, L]: one at the lag, zero elsewhere. */
  oneHot: T;
}

/** The k strongest lags of a correlation [..., L]. */
export function strongestLags<T>(ops: Ops<T>, correlation: T, k: number): Lags<T> {
  const length = ops.shape(correlation).at(-1)!;
  const { values, indices } = ops.topK(correlation, k);
  const lags = ops.indexToFloat(indices);
  return { lags, weights: values, oneHot: oneHot(ops, lags, length) };
}

/** Whole numbers [...] in 0..depth-1 as [..., depth]: one at the number, zero elsewhere. */
export function oneHot<T>(ops: Ops<T>, numbers: T, depth: number): T {
  const shape = ops.shape(numbers);
  const places = ops.constant(
    Float32Array.from({ length: depth }, (_, place) => place),
    [depth],
  );
  const distance = ops.sub(ops.reshape(numbers, [-1, ...shape.slice(1), 1]), places);
  return ops.relu(ops.sub(ops.constant([1], [1]), ops.mul(distance, distance)));
}
