/**
 * Linear maps along the height and the width of an image, as matrices: bilinear resizing (PyTorch's `interpolate`, corners
 * not aligned, no filter) and adaptive average pooling. Written as products, they have a gradient and a graph in every engine.
 */
import type { Ops } from '../engine/ops.ts';

/** x [n, h, w, c] to [n, height, width, c]. */
export function resizeBilinear<T>(ops: Ops<T>, x: T, height: number, width: number): T {
  const [, h, w] = ops.shape(x);
  return alongBoth(ops, x, h === height ? undefined : between(h, height), w === width ? undefined : between(w, width));
}

/** x [n, h, w, c] to [n, size, size, c]: the mean of the pixels under each cell; cells overlap where sizes do not divide. */
export function adaptiveAveragePool<T>(ops: Ops<T>, x: T, size: number): T {
  const [, h, w] = ops.shape(x);
  return alongBoth(ops, x, means(h, size), means(w, size));
}

/** Rows of weights: [to][from]. */
type Rows = Float32Array[];

function alongBoth<T>(ops: Ops<T>, x: T, rows: Rows | undefined, columns: Rows | undefined): T {
  const along = (y: T, weights: Rows | undefined, swap: readonly number[]) => {
    if (!weights) return y;
    const matrix = ops.constant(Float32Array.from(weights.flatMap((row) => [...row])), [
      weights.length,
      weights[0].length,
    ]);
    // The axis comes last, goes through the product, and goes back: each of these swaps undoes itself.
    return ops.transpose(ops.matMul(ops.transpose(y, swap), matrix, { transposeB: true }), swap);
  };
  return along(along(x, columns, [0, 1, 3, 2]), rows, [0, 3, 2, 1]);
}

function between(from: number, to: number): Rows {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(place));
    const row = new Float32Array(from);
    row[low] += 1 - (place - low);
    row[Math.min(from - 1, low + 1)] += place - low;
    return row;
  });
}

function means(from: number, to: number): Rows {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
    return new Float32Array(from).fill(1 / (end - start), start, end);
  });
}
