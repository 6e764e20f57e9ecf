/** Inference of shapes, where -1 is a size that is only known when the graph runs. */
import { KernelcastError } from '../../../src/errors.ts';

export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** As NumPy broadcasts. A dynamic size goes with 1 or with another dynamic size. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [one, other] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (one !== other && one !== 1 && other !== 1) throw shapeError('broadcast', a, b);
    return one === 1 ? other : one;
  });
}

/** The target of a reshape, with its -1 resolved where the input's sizes are known. */
export function reshaped(from: readonly number[], to: readonly number[]): number[] {
  const open = to.indexOf(-1);
  if (from.includes(-1)) return [...to];
  const known = product(to.filter((size) => size !== -1));
  const result = to.map((size) => (size === -1 ? product(from) / known : size));
  if (product(result) !== product(from) || (open !== -1 && !Number.isInteger(result[open]))) {
    throw shapeError('reshape', from, to);
  }
  return result;
}

export function matMulShape(a: readonly number[], b: readonly number[]): number[] {
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) throw shapeError('multiply', a, b);
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
}

/** The size along an axis after a convolution. */
export function convolved(size: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export function shapeError(verb: string, a: readonly number[], b: readonly number[]): KernelcastError {
  return new KernelcastError('MODEL', `cannot ${verb} [${a}] and [${b}]`);
}
