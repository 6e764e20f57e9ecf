/**
 * Circular correlation of short series by the discrete Fourier transform, as products with constant matrices: the
 * engines' own FFT has no gradient in one and no dynamic batch in the other, and for 48 hours a matrix is as fast.
 *
 * Time is the last axis. With x^ the spectrum of x, over a period of L hours:
 *
 *     a^ conj(b^)  is the spectrum of  c[tau] = sum_t a[t + tau] b[t]     (`correlate`)
 *     a^ b^        is the spectrum of  c[t] = sum_tau a[t - tau] b[tau]   (`convolve`)
 *
 * so that, with b one at tau and zero elsewhere, `convolve` delays a by tau and `correlate` brings it back.
 */
import type { Ops } from '../../engine/ops.ts';

/** Real and imaginary part, each [..., floor(L / 2) + 1]. */
export interface Spectrum<T> {
  real: T;
  imaginary: T;
}

/** The spectrum of x [..., S] over a period of `length`; x is cut to the period, or followed by zeros. */
export function spectrum<T>(ops: Ops<T>, x: T, length: number): Spectrum<T> {
  const axis = ops.shape(x).length - 1;
  const given = ops.shape(x)[axis];
  const used = Math.min(given, length);
  const frequencies = Math.floor(length / 2) + 1;
  const table = new Float32Array(used * 2 * frequencies);
  for (let t = 0; t < used; t++) {
    for (let f = 0; f < frequencies; f++) {
      const angle = (2 * Math.PI * ((t * f) % length)) / length;
      table[t * 2 * frequencies + f] = Math.cos(angle);
      table[t * 2 * frequencies + frequencies + f] = -Math.sin(angle);
    }
  }
  const cut = used < given ? ops.slice(x, axis, 0, used) : x;
  const both = ops.matMul(cut, ops.constant(table, [used, 2 * frequencies]));
  return {
    real: ops.slice(both, axis, 0, frequencies),
    imaginary: ops.slice(both, axis, frequencies, 2 * frequencies),
  };
}

/** The series [..., length] of a spectrum. */
export function seriesOf<T>(ops: Ops<T>, { real, imaginary }: Spectrum<T>, length: number): T {
  const axis = ops.shape(real).length - 1;
  const frequencies = Math.floor(length / 2) + 1;
  const table = new Float32Array(2 * frequencies * length);
  for (let f = 0; f < frequencies; f++) {
    // Each frequency but the mean and, for an even period, the highest, stands for itself and its mirror image.
    const times = f === 0 || 2 * f === length ? 1 : 2;
    for (let t = 0; t < length; t++) {
      const angle = (2 * Math.PI * ((t * f) % length)) / length;
      table[f * length + t] = (times * Math.cos(angle)) / length;
      table[(frequencies + f) * length + t] = (-times * Math.sin(angle)) / length;
    }
  }
  const both = ops.concat([real, imaginary], axis);
  return ops.matMul(both, ops.constant(table, [2 * frequencies, length]));
}

/** a conj(b), with broadcasting. */
export function correlate<T>(ops: Ops<T>, a: Spectrum<T>, b: Spectrum<T>): Spectrum<T> {
  return {
    real: ops.add(ops.mul(a.real, b.real), ops.mul(a.imaginary, b.imaginary)),
    imaginary: ops.sub(ops.mul(a.imaginary, b.real), ops.mul(a.real, b.imaginary)),
  };
}

/** a b, with broadcasting. */
export function convolve<T>(ops: Ops<T>, a: Spectrum<T>, b: Spectrum<T>): Spectrum<T> {
  return {
    real: ops.sub(ops.mul(a.real, b.real), ops.mul(a.imaginary, b.imaginary)),
    imaginary: ops.add(ops.mul(a.real, b.imaginary), ops.mul(a.imaginary, b.real)),
  };
}

/** Applies a linear map of tensors to both parts. */
export function mapSpectrum<T>({ real, imaginary }: Spectrum<T>, map: (part: T) => T): Spectrum<T> {
  return { real: map(real), imaginary: map(imaginary) };
}
