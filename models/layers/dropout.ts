/** Dropout: in training each value is zero with probability `rate`, and the others grow to keep the mean. */

import type { Ops } from '../engine/ops.ts';
import type { Pass } from '../engine/pass.ts';

export function dropout<T>(ops: Ops<T>, x: T, rate: number, pass: Pass<T>): T {
  if (!pass.training || rate === 0) return x;
  const shape = ops.shape(x);
  const size = shape.reduce((product, length) => product * length, 1);
  const scale = 1 / (1 - rate);
  // A loop: millions of values a step, for which `Array.from` takes ten times as long.
  const kept = new Float32Array(size);
  for (let i = 0; i < size; i++) kept[i] = pass.random() < rate ? 0 : scale;
  return ops.mul(x, ops.constant(kept, shape));
}
