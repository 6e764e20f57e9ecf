import { open, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { encodeNetcdf } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { failure, temporaryFolder } from '../support.ts';
import { header, padded, type WideVariable } from './wide-files.ts';

const folder = temporaryFolder();

/** type in the file, its name, bytes as they stand there, and what they mean */
const VALUES: [number, string, string, number[]][] = [
  [1, 'byte', 'ff02', [-1, 2]],
  [3, 'short', 'fffe0003', [-2, 3]],
  [4, 'int', 'fffffffd00000004', [-3, 4]],
  [5, 'float', '3fc00000c0000000', [1.5, -2]],
  [6, 'double', '3ff8000000000000c000000000000000', [1.5, -2]],
  [7, 'ubyte', 'ff02', [255, 2]],
  [8, 'ushort', 'fffe0003', [65534, 3]],
  [9, 'uint', 'fffffffd00000004', [4294967293, 4]],
  [10, 'int64', 'fffffffffffffffb0000000000000006', [-5, 6]],
  [11, 'uint64', '00000000000000070000010000000000', [7, 2 ** 40]],
];

/** One variable of each type, each with an attribute of its own type. */
function everyType(): { bytes: Buffer; headerLength: number } {
  const variables = VALUES.map(([type, text, hex]) => ({
    name: text,
    dimensions: [0],
    type,
    attributes: [{ name: 'same', type, count: 2, bytes: Buffer.from(hex, 'hex') }],
  }));
  const data = VALUES.map(([, , hex]) => padded(Buffer.from(hex, 'hex')));
  const { length } = header(
    0n,
    [['x', 2]],
    variables,
    variables.map(() => 0),
  );
  const offsets = data.map((_, index) => data.slice(0, index).reduce((sum, one) => sum + one.length, length));
  return { bytes: Buffer.concat([header(0n, [['x', 2]], variables, offsets), ...data]), headerLength: length };
}

describe('CDF-5', () => {
  it('values and attributes of every type', async () => {
    await writeFile(folder.path('types.nc'), everyType().bytes);
    const grid = await openDataFile(folder.path('types.nc'));
    for (const [, type, , values] of VALUES) {
      const variable = grid.variables.get(type)!;
      expect([variable.type, variable.shape]).toEqual([type, [2]]);
      expect([...(await grid.read(variable, [0], [2]))]).toEqual(values);
      expect([...(await grid.read(variable, [1], [1]))]).toEqual(values.slice(1));
      expect([...variable.attributes]).toEqual([['same', { type, value: values }]]);
    }
    await grid.close();
  });

  it('records, counted or streamed', async () => {
    const variables: WideVariable[] = [{ name: 'v', dimensions: [0, 1], type: 3 }];
    const dimensions: [string, number][] = [
      ['time', 0],
      ['x', 2],
    ];
    for (const records of [3n, 2n ** 64n - 1n]) {
      const { length } = header(records, dimensions, variables, [0]);
      const bytes = header(records, dimensions, variables, [length]);
      await writeFile(
        folder.path('records.nc'),
        Buffer.concat([bytes, Buffer.from('000100020003000400050006', 'hex')]),
      );
      const grid = await openDataFile(folder.path('records.nc'));
      expect(grid.dimensions.get('time')).toBe(3);
      expect([...(await grid.read(grid.variables.get('v')!, [1, 0], [2, 2]))]).toEqual([3, 4, 5, 6]);
      await grid.close();
    }
  });

  it('a variable of more than 4 GB, and one behind it', async () => {
    const size = 2 ** 32 + 8;
    const variables: WideVariable[] = [
      { name: 'large', dimensions: [0], type: 1 },
      { name: 'behind', dimensions: [1], type: 3 },
    ];
    const dimensions: [string, number][] = [
      ['n', size],
      ['x', 2],
    ];
    const { length } = header(0n, dimensions, variables, [0, 0]);
    const path = folder.path('sparse.nc');
    const file = await open(path, 'w');
    await file.write(header(0n, dimensions, variables, [length, length + size]), 0, length, 0);
    await file.write(Buffer.from('f900050006', 'hex'), 0, 5, length + size - 1);
    await file.close();
    const grid = await openDataFile(path);
    expect([...(await grid.read(grid.variables.get('large')!, [size - 2], [2]))]).toEqual([0, -7]);
    expect([...(await grid.read(grid.variables.get('behind')!, [0], [2]))]).toEqual([5, 6]);
    await grid.close();
  });

  it('cut off anywhere: FORMAT; any byte changed: that, or values', async () => {
    const { bytes, headerLength } = everyType();
    const path = folder.path('spoilt.nc');
    for (let length = 4; length < bytes.length; length += 13) {
      await writeFile(path, bytes.subarray(0, length));
      expect((await failure(openDataFile(path))).code).toBe('FORMAT');
    }
    for (let at = 4; at < headerLength; at++) {
      const spoilt = Buffer.from(bytes);
      spoilt[at] ^= 0xff;
      await writeFile(path, spoilt);
      const outcome = await openDataFile(path).then(
        (grid) => grid.close(),
        (error: unknown) => failure(Promise.reject(error)),
      );
      expect([undefined, 'FORMAT']).toContain(outcome?.code);
    }
  });
});

it('CDF-2 whose values begin beyond 4 GB', async () => {
  const bytes = Buffer.from(
    encodeNetcdf({ dimensions: { x: 2 }, variables: { v: { type: 'short', dimensions: ['x'], values: [5, 6] } } }),
  );
  const headerLength = bytes.length - 4;
  const offset = 2 ** 32 + 4;
  bytes.writeBigUInt64BE(BigInt(offset), headerLength - 8);
  const path = folder.path('far.nc');
  const file = await open(path, 'w');
  await file.write(bytes, 0, headerLength, 0);
  await file.write(bytes, headerLength, 4, offset);
  await file.close();
  const grid = await openDataFile(path);
  expect([...(await grid.read(grid.variables.get('v')!, [0], [2]))]).toEqual([5, 6]);
  await grid.close();
});
