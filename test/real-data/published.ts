/** The published files of ../shared/data, and what `expected.json` says that xarray reads from them. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Packing, signedAsTold, unpackPicked } from '../../ingest/cf/packing.ts';
import { type DataVariable, numbersAttribute } from '../../ingest/formats/data-file.ts';
import { packageRoot } from '../../src/config.ts';

export const data = join(packageRoot(), '../shared/data');
export const present = existsSync(data);

export interface ExpectedVariable {
  shape: number[];
  units: string | null;
  index: number[][];
  value: (number | null)[];
  count_valid: number;
  mean: number;
  min: number;
  max: number;
  points?: { latitude: number; longitude: number; bilinear_first: number | null; bilinear_last: number | null }[];
}
export interface ExpectedFile {
  variables: Record<string, ExpectedVariable>;
  time?: { name: string; count: number; first: string; last: string };
}

/** GRIB is read by the tools of ecCodes. */
export const withEccodes = spawnSync('grib_ls', ['-V']).status === 0;

/** The files of a folder that our readers are meant for, by their first bytes; folders are Zarr. */
export function readableFiles(folder: string): [string, ExpectedFile][] {
  if (!present) return [];
  const expected: Record<string, ExpectedFile> = JSON.parse(readFileSync(join(data, folder, 'expected.json'), 'utf8'));
  return Object.entries(expected)
    .filter(([name]) => {
      const path = join(data, folder, name);
      return (
        statSync(path).isDirectory() ||
        ['CDF\x01', 'CDF\x02', 'CDF\x05', '\x89HDF', ...(withEccodes ? ['GRIB'] : [])].includes(magic(path))
      );
    })
    .map(([name, file]) => [join(folder, name), file]);
}

function magic(path: string): string {
  try {
    const bytes = Buffer.alloc(4);
    const file = openSync(path, 'r');
    readSync(file, bytes, 0, 4, 0);
    closeSync(file);
    return bytes.toString('latin1');
  } catch {
    return '';
  }
}

/**
 * What the xarray that wrote `expected.json` made of a stored number. It took integers of up to 16 bits to float32, where they had
 * no offset or their fill value had been masked before, and rounded after each step; newer ones, and Kernelcast, compute in the
 * type of the attributes.
 */
export function asExpected(stored: number, { attributes, type }: DataVariable, packing: Packing): number {
  if (Number.isNaN(unpackedOne(stored, packing))) return Number.NaN;
  const { scale, offset } = packing;
  const isMasked = ['_FillValue', 'missing_value'].some((name) =>
    Number.isFinite(numbersAttribute(attributes, name)?.[0]),
  );
  const isSmall = ['byte', 'ubyte', 'short', 'ushort', 'float'].includes(type);
  return isSmall && (isMasked || offset === 0)
    ? Math.fround(Math.fround(stored * scale) + offset)
    : stored * scale + offset;
}

/**
 * Our value is the expected one but for some roundings to float32, by half a unit in the last place each: of the scaled value and of
 * the sum; in the statistics, of whole arrays, of the scale as well.
 */
export function expectRounded(value: number, expected: number, packing: Packing, roundings: 2 | 3): void {
  const { scale, offset } = packing;
  if (Number.isNaN(expected) || (scale === 1 && offset === 0)) {
    expect(value).toBe(expected);
    return;
  }
  const scaled = Math.abs(value - offset) * (roundings - 1);
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(2 ** -24 * (scaled + Math.abs(expected)));
}

export function unpackedOne(stored: number, packing: Packing): number {
  const target = new Float64Array(1);
  unpackPicked(signedAsTold(Float64Array.of(stored), packing), 0, Int32Array.of(0), packing, target, 0);
  return target[0];
}

export const expectClose = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-3));
