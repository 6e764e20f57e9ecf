/**
 * Drop path (stochastic depth): in training, a residual branch is left out for some samples of the batch, and the others
 * are scaled up so that the expectation stays.
 */

import type { Ops } from '../engine/ops.ts';
import type { Pass } from '../engine/pass.ts';

/** x [n, ...]: each sample is kept with probability 1 - rate. Does nothing in evaluation. */
export function dropPath<T>(ops: Ops<T>, x: T, rate: number, pass: Pass<NoInfer<T>>): T {
  if (!pass.training || rate === 0) return x;
  const [samples, ...rest] = ops.shape(x);
  const keep = 1 - rate;
  const scales = Array.from({ length: samples }, () => (pass.random() < keep ? 1 / keep : 0));
  return ops.mul(x, ops.constant(scales, [samples, ...rest.map(() => 1)]));
}

/** The rate of each of `blocks` blocks: from 0 in the first, in equal steps, to `last` in the last. */
export function dropPathRates(blocks: number, last: number): number[] {
  return Array.from({ length: blocks }, (_, i) => (blocks === 1 ? 0 : (last * i) / (blocks - 1)));
}
