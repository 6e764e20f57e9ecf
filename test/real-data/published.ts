/** The published files of ../shared/data, and what `expected.json` says that xarray reads from them. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Packing, packingOf, signedAsTold, unpackPicked } from '../../ingest/cf/packing.ts';
import type { Grid, GridVariable } from '../../ingest/grid.ts';
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

export async function unpackedValues(grid: Grid, variable: GridVariable): Promise<Float64Array> {
  const packing = packingOf(variable, grid.path);
  const zeros = variable.shape.map(() => 0);
  const raw = signedAsTold(await grid.read(variable, zeros, variable.shape), packing);
  const values = new Float64Array(raw.length);
  unpackPicked(
    raw,
    0,
    Int32Array.from(raw, (_, index) => index),
    packing,
    values,
    0,
  );
  return values;
}

/**
 * Exact, for unpacked values. Packed ones come out of float64 here, and of either width in `expected.json`: one unit in the
 * last place of float32, where the offset's last place counts too, for the sum of a scaled value and an offset of float32
 * is no better than that.
 */
export function expectValue(value: number, expected: number | null, packing: Packing): void {
  const { scale, offset } = packing;
  if (expected === null) expect(value).toBeNaN();
  else if (scale === 1 && offset === 0) expect(value).toBe(expected);
  else {
    const largest = Math.max(Math.abs(expected), Math.abs(offset));
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(largest * 2 ** -23);
  }
}

export const expectClose = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-3));
