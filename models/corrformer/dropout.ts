/** Dropout: in training each value is zero with probability `rate`, and the others grow to keep the mean. */

import type { Ops } from '../engine/ops.ts';
import type { Pass } from '../engine/pass.ts';

export function dropout<T>(ops: Ops<T>, x: T, rate: number, pass: Pass<T>): T {
  if (!pass.training || rate === 0) return x;
  const shape = ops.shape(x);
  const size = shape.reduce((product, length) => product * length, 1);
  const kept = Float32Array.from({ length: size }, () => (pass.random() < rate ? 0 : 1 / (1 - rate)));
  return ops.mul(x, ops.constant(kept, shape));
}
