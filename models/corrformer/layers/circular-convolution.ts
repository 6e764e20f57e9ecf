/** A convolution over time, kernel 3, for which the hour before the first is the last. No bias. */
import type { Ops } from '../../engine/ops.ts';

/** x [n, time, in], weight [out, in, 3] -> [n, time, out] */
export function circularConvolution<T>(ops: Ops<T>, x: T, weight: T): T {
  const [, hours, channels] = ops.shape(x);
  const before = ops.concat([ops.slice(x, 1, hours - 1, hours), ops.slice(x, 1, 0, hours - 1)], 1);
  const after = ops.concat([ops.slice(x, 1, 1, hours), ops.slice(x, 1, 0, 1)], 1);
  const matrix = ops.reshape(ops.transpose(weight, [0, 2, 1]), [-1, 3 * channels]);
  return ops.matMul(ops.concat([before, x, after], 2), matrix, { transposeB: true });
}
