/** What every parity fixture needs: reading it, its parts by prefix, and the way between the two image layouts. */
import { readFileSync } from 'node:fs';
import { decodeSafetensors, type NamedTensor, type Weights } from '../../models/weights/safetensors.ts';

export function readFixture(path: string): Map<string, NamedTensor> {
  return decodeSafetensors(readFileSync(path), path).tensors;
}

/** One of the fixtures of this repository, by its name without the ending. */
export function ownFixture(name: string): Map<string, NamedTensor> {
  return readFixture(new URL(`../fixtures/parity/${name}.safetensors`, import.meta.url).pathname);
}

/** The tensors whose names begin with a prefix, without it. */
export function withPrefix(fixture: Weights, prefix: string): Map<string, NamedTensor> {
  const entries = [...fixture].filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** [n, c, h, w] to [n, h, w, c]. */
export function channelsLast({ shape: [n, c, h, w], values }: NamedTensor): NamedTensor {
  const result = new Float32Array(values.length);
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < c; channel++) {
      for (let pixel = 0; pixel < h * w; pixel++) {
        result[(i * h * w + pixel) * c + channel] = values[(i * c + channel) * h * w + pixel];
      }
    }
  }
  return { shape: [n, h, w, c], values: result };
}

/** [n, h, w, c] to [n, c, h, w]. */
export function channelsFirst({ shape: [n, h, w, c], values }: NamedTensor): NamedTensor {
  const { values: result } = channelsLast({ shape: [n, h * w, c, 1], values });
  return { shape: [n, c, h, w], values: result };
}

export interface Difference {
  /** The largest absolute error. */
  absolute: number;
  /** The same, over the largest magnitude of the reference. */
  relative: number;
}

/** Infinite where the shapes differ or a value is not a number. */
export function difference(found: NamedTensor, reference: NamedTensor): Difference {
  if (String(found.shape) !== String(reference.shape)) return { absolute: Infinity, relative: Infinity };
  let absolute = 0;
  let magnitude = 0;
  for (const [i, value] of reference.values.entries()) {
    const error = Math.abs(found.values[i] - value);
    absolute = Math.max(absolute, Number.isNaN(error) ? Infinity : error);
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / magnitude };
}
