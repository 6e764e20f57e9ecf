import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNetcdf, type NetcdfFile, type NetcdfType } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { failure, temporaryFolder, writeNetcdf } from '../support.ts';

const folder = temporaryFolder();

/** Whole numbers that every type holds. */
const valuesOf = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => ((i * 37 + seed * 11) % 251) - 125);

const variableArbitrary = fc.record({
  type: fc.constantFrom<NetcdfType>('byte', 'char', 'short', 'int', 'float', 'double'),
  dimensions: fc.subarray(['time', 'a', 'b', 'c']),
});

describe('values', () => {
  it('any slab of any variable is what was written there', async () => {
    const path = folder.path('slabs.nc');
    const property = fc.asyncProperty(
      fc.record({
        time: fc.nat(4),
        a: fc.integer({ min: 1, max: 5 }),
        b: fc.integer({ min: 1, max: 3 }),
        c: fc.constant(7),
      }),
      fc.boolean(),
      fc.array(variableArbitrary, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat(1000)),
      async (sizes, hasRecords, variables, dice) => {
        const dimensions = hasRecords ? sizes : { ...sizes, time: sizes.time + 1 };
        const all = variables.map(({ type, dimensions: own }, v) => {
          const shape = own.map((name) => dimensions[name as keyof typeof dimensions]);
          const count = shape.reduce((product, n) => product * n, 1);
          const values = valuesOf(count, v).map((value) => (type === 'char' ? Math.abs(value) : value));
          return { name: `v${v}`, type, own, shape, values };
        });
        await writeNetcdf(path, {
          dimensions,
          recordDimension: hasRecords ? 'time' : undefined,
          variables: Object.fromEntries(
            all.map(({ name, type, own, values }) => [name, { type, dimensions: own, values }]),
          ),
        });
        const grid = await openDataFile(path);
        try {
          for (const { name, own, shape, values, type } of all) {
            const variable = grid.variables.get(name)!;
            expect([variable.type, variable.dimensions, variable.shape]).toEqual([type, own, shape]);
            const start = shape.map((n) => dice.next().value % (n + 1));
            const count = shape.map((n, axis) => dice.next().value % (n - start[axis] + 1));
            expect(Array.from(await grid.read(variable, start, count))).toEqual(slab(values, shape, start, count));
          }
        } finally {
          await grid.close();
        }
      },
    );
    await fc.assert(property, { numRuns: 150, seed: 7 });
  });

  /** CDF-1 by hand, after the format's specification: one record variable of shorts, so records are not padded. */
  const cdf1 = (records: number) =>
    Buffer.concat([
      Buffer.from('CDF\x01', 'latin1'),
      words(records),
      ...[words(10, 2), name('t'), words(0), name('x'), words(3)],
      ...[words(12, 1), name('ti'), words(2, 2), Buffer.from('\u00b0\0', 'utf8'), Buffer.alloc(1)],
      ...[words(11, 1), name('v'), words(2, 0, 1), words(0, 0), words(3, 8, 116)],
      Buffer.from(Int16Array.of(1, 2, 3, -4, 5, 32767).buffer).swap16(),
    ]);

  it('reads CDF-1, unpadded records of a single short variable, and text in UTF-8', async () => {
    const bytes = cdf1(2);
    // The offset that the header tells is the header's length.
    expect(bytes.length - 12).toBe(116);
    await writeFile(folder.path('one.nc'), bytes);
    const grid = await openDataFile(folder.path('one.nc'));
    expect(grid.dimensions).toEqual(
      new Map([
        ['t', 2],
        ['x', 3],
      ]),
    );
    expect(grid.attributes.get('ti')).toEqual({ type: 'char', value: '\u00b0' });
    expect(Array.from(await grid.read(grid.variables.get('v')!, [1, 0], [1, 3]))).toEqual([-4, 5, 32767]);
    await grid.close();
  });

  it('works the number of records out where the writer did not know it', async () => {
    await writeFile(folder.path('stream.nc'), cdf1(2 ** 32 - 1));
    const grid = await openDataFile(folder.path('stream.nc'));
    expect(grid.dimensions.get('t')).toBe(2);
    await grid.close();
  });

  it('gives attributes their type, bytes with their sign, and text without padding', async () => {
    const attributes = {
      text: 'K',
      b: Int8Array.of(-1, 2),
      s: Int16Array.of(-3),
      f: Float32Array.of(0.5),
      d: 1e300,
      e: '',
    };
    await writeNetcdf(folder.path('attributes.nc'), { dimensions: {}, variables: {}, attributes });
    const grid = await openDataFile(folder.path('attributes.nc'));
    expect(Object.fromEntries(grid.attributes)).toEqual({
      text: { type: 'char', value: 'K' },
      b: { type: 'byte', value: [-1, 2] },
      s: { type: 'short', value: [-3] },
      f: { type: 'float', value: [0.5] },
      d: { type: 'double', value: [1e300] },
      e: { type: 'char', value: '' },
    });
    await grid.close();
  });

  it('reads a header longer than the first piece that it looks at', async () => {
    const attributes = { history: 'x'.repeat(300_000) };
    await writeNetcdf(folder.path('long.nc'), {
      dimensions: { x: 1 },
      attributes,
      variables: { v: { type: 'int', dimensions: ['x'], values: [42] } },
    });
    const grid = await openDataFile(folder.path('long.nc'));
    expect(Array.from(await grid.read(grid.variables.get('v')!, [0], [1]))).toEqual([42]);
    await grid.close();
  });
});

describe('damaged files', () => {
  const file: NetcdfFile = {
    dimensions: { time: 3, x: 4 },
    recordDimension: 'time',
    attributes: { title: 'small' },
    variables: {
      x: { type: 'double', dimensions: ['x'], attributes: { units: 'degrees_east' }, values: [1, 2, 3, 4] },
      time: { type: 'int', dimensions: ['time'], values: [1, 2, 3] },
      v: {
        type: 'short',
        dimensions: ['time', 'x'],
        attributes: { _FillValue: Int16Array.of(-1) },
        values: valuesOf(12, 1),
      },
    },
  };
  const whole = encodeNetcdf(file);

  /** All values of all variables, or the error. */
  async function readAll(bytes: Uint8Array, name: string): Promise<Map<string, number[]>> {
    await writeFile(folder.path(name), bytes);
    const grid = await openDataFile(folder.path(name));
    try {
      const values = new Map<string, number[]>();
      for (const variable of grid.variables.values()) {
        const start = variable.shape.map(() => 0);
        values.set(variable.name, Array.from(await grid.read(variable, start, variable.shape)));
      }
      return values;
    } finally {
      await grid.close();
    }
  }

  it('cut off anywhere: FORMAT, naming the file', async () => {
    const right = await readAll(whole, 'whole.nc');
    for (let length = 0; length < whole.length; length++) {
      // The last bytes are padding that nobody needs.
      const outcome = await readAll(whole.subarray(0, length), 'cut.nc').catch((error: unknown) => error);
      if (outcome instanceof Map) expect(outcome).toEqual(right);
      else expect(isKernelcastError(outcome, 'FORMAT') && outcome.where.file).toBe(folder.path('cut.nc'));
    }
  });

  it('any flipped bits: an error of ours, or some values; never a crash or a hang', async () => {
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    const property = fc.asyncProperty(flips, async (positions) => {
      const bytes = Uint8Array.from(whole);
      for (const [position, mask] of positions) bytes[position] ^= mask;
      const outcome = await readAll(bytes, 'flipped.nc').catch((error: unknown) => error);
      expect(outcome instanceof Map || isKernelcastError(outcome)).toBe(true);
    });
    await fc.assert(property, { numRuns: 400, seed: 11 });
  });

  /** The file with one word of its header replaced. */
  const lied = (position: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32BE(value, position);
    return bytes;
  };
  // Magic, number of records, tag and number of the dimensions; then of each the length of its name, name and size.
  const RECORDS = 4;
  const DIMENSIONS = 12;
  const FIRST_NAME = 16;
  const SIZE_OF_X = 36;
  // The header ends with the place of the last variable; after it come four doubles and three records of 4 + 8 bytes.
  const PLACE_OF_V = whole.length - 3 * 12 - 4 * 8 - 4;

  it.each([
    ['one record more than the file has bytes for', lied(RECORDS, 4)],
    ['two billion records', lied(RECORDS, 2 ** 31)],
    ['two billion dimensions', lied(DIMENSIONS, 2 ** 31)],
    ['a name of four gigabytes', lied(FIRST_NAME, 2 ** 32 - 1)],
    ['a dimension longer than the file', lied(SIZE_OF_X, 2 ** 31)],
    ['values beyond the end of the file', lied(PLACE_OF_V, 2 ** 31)],
    ['values beyond four gigabytes', lied(PLACE_OF_V - 4, 1)],
    ['values that begin inside the header', lied(PLACE_OF_V, 8)],
  ])('a header that tells of %s: FORMAT, at once', async (_, bytes) => {
    await writeFile(folder.path('lie.nc'), bytes);
    const begun = performance.now();
    expect((await failure(readAll(bytes, 'lie.nc'))).code).toBe('FORMAT');
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it.each([
    ['two record dimensions', ['a', 'b']],
    ['two dimensions of one name', ['a', 'a']],
  ])('%s: FORMAT', async (_, names) => {
    const sizes = names[0] === names[1] ? [1, 2] : [0, 0];
    const bytes = Buffer.concat([
      Buffer.from('CDF\x01', 'latin1'),
      words(0, 10, 2),
      ...names.flatMap((text, index) => [name(text), words(sizes[index])]),
      words(0, 0, 0, 0),
    ]);
    expect((await failure(readAll(bytes, 'two.nc'))).message).toContain('two');
  });
});

function slab(values: readonly number[], shape: number[], start: number[], count: number[]): number[] {
  const result: number[] = [];
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) {
      result.push(values[at]);
      return;
    }
    for (let i = 0; i < count[axis]; i++) visit(axis + 1, at * shape[axis] + start[axis] + i);
  };
  visit(0, 0);
  return result;
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, 4 * index);
  return buffer;
}

function name(text: string): Buffer {
  return Buffer.concat([words(text.length), Buffer.from(text.padEnd(4, '\0'))]);
}
