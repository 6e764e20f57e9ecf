/**
 * Resizes pictures as PIL does, to the byte: the reference's evaluation does it so, and a network sees the difference.
 *
 * A pixel of the result is a weighted mean of the pixels under it; where the picture shrinks the filter is widened with it.
 * PIL computes along rows, rounds to bytes, and then along columns, with weights as whole numbers of 22 bits (Pillow,
 * `src/libImaging/Resample.c`).
 */
import type { Raster } from './raster.ts';

export type Filter = 'bilinear' | 'bicubic';

interface Kernel {
  /** How far it reaches, in pixels of the source where nothing shrinks. */
  support: number;
  weight(distance: number): number;
}

const FILTERS: Readonly<Record<Filter, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
};

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

const PRECISION = 2 ** 22;

interface Taps {
  first: number;
  /** In whole 2^-22. */
  weights: number[];
}

export function resize(picture: Raster, width: number, height: number, filter: Filter): Raster {
  const across = width === picture.width ? picture : alongRows(picture, width, filter);
  return height === across.height ? across : alongColumns(across, height, filter);
}

function alongRows({ width: from, height, rgb }: Raster, width: number, filter: Filter): Raster {
  const result = new Uint8Array(width * height * 3);
  for (const [x, { first, weights }] of tapsOf(from, width, filter).entries()) {
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = PRECISION / 2;
        for (const [i, weight] of weights.entries()) sum += rgb[(y * from + first + i) * 3 + channel] * weight;
        result[(y * width + x) * 3 + channel] = toByte(sum);
      }
    }
  }
  return { width, height, rgb: result };
}

function alongColumns({ width, height: from, rgb }: Raster, height: number, filter: Filter): Raster {
  const result = new Uint8Array(width * height * 3);
  const row = width * 3;
  for (const [y, { first, weights }] of tapsOf(from, height, filter).entries()) {
    for (let at = 0; at < row; at++) {
      let sum = PRECISION / 2;
      for (const [i, weight] of weights.entries()) sum += rgb[(first + i) * row + at] * weight;
      result[y * row + at] = toByte(sum);
    }
  }
  return { width, height, rgb: result };
}

function toByte(sum: number): number {
  return Math.min(255, Math.max(0, Math.floor(sum / PRECISION)));
}

function tapsOf(from: number, to: number, filter: Filter): Taps[] {
  const { support, weight } = FILTERS[filter];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, tap) => weight((first + tap - center + 0.5) / stretch));
    const sum = raw.reduce((total, each) => total + each, 0);
    const weights = raw.map((each) => {
      const whole = (each / sum) * PRECISION;
      return Math.trunc(whole < 0 ? whole - 0.5 : whole + 0.5);
    });
    return { first, weights };
  });
}
