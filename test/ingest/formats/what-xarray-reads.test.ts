/**
 * Files as Python's libraries write them, in all their ways, and what xarray reads from them (`test/fixtures/xarray`, made by the
 * `generate.py` there): to the last digit.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packingOf } from '../../../ingest/cf/packing.ts';
import { readTimes } from '../../../ingest/cf/time-axis.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { unpackedValues } from '../support.ts';

interface Expected {
  dtype: string;
  values?: (number | null)[];
  /** Milliseconds since 1970. */
  times?: number[];
}

const folder = join(import.meta.dirname, '../../fixtures/xarray');
const expected: Record<string, Record<string, Expected>> = JSON.parse(
  readFileSync(join(folder, 'expected.json'), 'utf8'),
);

describe.each(Object.entries(expected))('%s', (name, variables) => {
  it.each(Object.entries(variables))('%s', async (key, { dtype, values, times }) => {
    const grid = await openDataFile(join(folder, name));
    try {
      const variable = grid.variables.get(key)!;
      if (times) {
        expect(Array.from(await readTimes(grid, variable))).toEqual(times);
        return;
      }
      const { type } = packingOf(variable, name);
      const read = await unpackedValues(grid, variable);
      const wanted = values!.map((value) => value ?? Number.NaN);
      expect(Array.from(read, dtype === 'float32' ? Math.fround : Number)).toEqual(wanted);
      if (/^float/.test(dtype) && !/^(int|uint)/.test(variable.type)) {
        expect(type).toBe(dtype === 'float32' ? 'float' : 'double');
      }
    } finally {
      await grid.close();
    }
  });
});
