import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { File as Hdf5File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { readChunkIndex } from '../../../ingest/formats/netcdf4/chunk-index.ts';
import { fletcher32 } from '../../../ingest/formats/netcdf4/filters.ts';
import { Gather } from '../../../ingest/formats/netcdf4/gather.ts';
import type { StoredVariable } from '../../../ingest/formats/netcdf4/messages.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { failure, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();
beforeAll(async () => {
  await ready;
});

const SHAPE = [7, 10, 12];
const CHUNK = [3, 4, 5];
const SHUFFLE = 2;
const FILTERS = join(import.meta.dirname, '../../fixtures/xarray/filters.nc');

type Values = Int8Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array;

function write(name: string, data: Values, compression?: number | 'gzip'): string {
  const path = folder.path(name);
  const file = new Hdf5File(path, 'w');
  file.create_attribute('_NCProperties', 'version=2');
  const settings =
    compression === SHUFFLE ? { compression, compression_opts: [data.BYTES_PER_ELEMENT] } : { compression };
  const dataset = file.create_dataset({ name: 't', data, shape: SHAPE, chunks: CHUNK, ...settings });
  dataset.create_attribute('units', 'K');
  file.close();
  return path;
}

const count = SHAPE.reduce((product, n) => product * n, 1);
const ARRAYS: [string, Values][] = [
  ['int8', Int8Array.from({ length: count }, (_, i) => i % 251)],
  ['int16', Int16Array.from({ length: count }, (_, i) => i * 37)],
  ['int32', Int32Array.from({ length: count }, (_, i) => i * 5_000_011)],
  ['float32', Float32Array.from({ length: count }, (_, i) => Math.sin(i))],
  ['float64', Float64Array.from({ length: count }, (_, i) => Math.cos(i))],
  ['int64', BigInt64Array.from({ length: count }, (_, i) => BigInt(i) ** 3n - 5n)],
];

describe('chunks that are read past the library', () => {
  const filters: (number | 'gzip' | undefined)[] = [undefined, 'gzip', SHUFFLE];
  const cases = ARRAYS.flatMap(([name, data]) =>
    filters.map((filter) => [name, filter ?? 'nothing', data, filter] as const),
  );

  it.each(cases)('%s, filtered by %s', async (name, _, data, filter) => {
    const grid = await openDataFile(write(`${name}-${filter}.nc`, data, filter));
    const t = grid.variables.get('t') as StoredVariable;
    expect(t.direct?.filters).toEqual(filter === undefined ? [] : [filter === 'gzip' ? 1 : SHUFFLE]);
    expect(Array.from(await grid.read(t, [0, 0, 0], SHAPE))).toEqual(Array.from(data, Number));
    const slab = await grid.read(t, [2, 3, 4], [3, 6, 7]);
    const at = (i: number) => [2 + Math.floor(i / 42), 3 + (Math.floor(i / 7) % 6), 4 + (i % 7)];
    const expected = Array.from(slab, (_, i) => {
      const [z, y, x] = at(i);
      return Number(data[(z * SHAPE[1] + y) * SHAPE[2] + x]);
    });
    expect(Array.from(slab)).toEqual(expected);
    // Only some places are asked for: those are right, in memory that held something else.
    const only = Int32Array.of(0, 5, 6, 20, 41);
    const memory = new ArrayBuffer(3 * 6 * 7 * 8);
    new Uint8Array(memory).fill(0xaa);
    const some = await grid.read(t, [2, 3, 4], [3, 6, 7], { memory, only });
    for (let plane = 0; plane < 3; plane++) {
      for (const place of only) expect(some[plane * 42 + place]).toBe(expected[plane * 42 + place]);
    }
    await grid.close();
  });

  it.each(['big_endian_i2', 'big_endian_f4', 'big_endian_f8'])(
    'numbers whose highest byte comes first: %s, all and some',
    async (key) => {
      const grid = await openDataFile(FILTERS);
      const variable = grid.variables.get(key) as StoredVariable;
      expect(variable.direct?.isBigEndian).toBe(true);
      const all = await grid.read(variable, [0, 0, 0], variable.shape);
      expect(Math.min(...all)).toBeGreaterThan(270);
      expect(Math.max(...all)).toBeLessThan(300);
      const only = Int32Array.of(0, 7, 29);
      const some = await grid.read(variable, [0, 0, 0], variable.shape, { only });
      for (const place of only) expect(some[place]).toBe(all[place]);
      await grid.close();
    },
  );

  it('an index that leads in circles, or out of the file, is none', async () => {
    const path = write('index.nc', ARRAYS[1][1], 'gzip');
    const grid = await openDataFile(path);
    const t = grid.variables.get('t') as StoredVariable;
    await grid.close();
    const handle = await open(path, 'r+');
    const chunked = { shape: SHAPE, chunk: CHUNK, width: 2 };
    expect((await readChunkIndex(handle, t.direct!, chunked))?.chunks.size).toBe(27);
    expect(await readChunkIndex(handle, { ...t.direct!, address: 8 }, chunked)).toBeUndefined();
    expect(await readChunkIndex(handle, { ...t.direct!, address: 2 ** 40 }, chunked)).toBeUndefined();
    expect(await readChunkIndex(handle, t.direct!, { ...chunked, chunk: [3, 4, 6] })).toBeUndefined();
    const { size } = await handle.stat();
    const whole = Buffer.alloc(size);
    await handle.read(whole, 0, size, 0);
    const tree = whole.indexOf(Buffer.from('TREE\x01', 'latin1'));
    // The first child of the tree becomes the tree itself, one level up.
    whole[tree + 5] = 1;
    whole.writeBigUInt64LE(BigInt(tree), tree + 24 + 8 + 8 * 4);
    await handle.write(whole, 0, size, 0);
    expect(await readChunkIndex(handle, t.direct!, chunked)).toBeUndefined();
    await handle.close();
  });
});

describe('filters that are undone past the library', () => {
  it("HDF5's checksum", () => {
    const bytes = Uint8Array.from({ length: 1001 }, (_, i) => (i * 7) % 256);
    // As h5py finds them behind chunks of such bytes.
    expect([0, 1, 2, 720, 1001].map((length) => fletcher32(bytes.subarray(0, length)))).toEqual([
      0, 0, 458759, 4175075953, 2330236135,
    ]);
  });

  it.each(['zstd_f4', 'zstd_fletcher_f4', 'fletcher_zlib_i2', 'blosc_zstd_f4'])(
    '%s: damage is an error',
    async (key) => {
      const whole = await openDataFile(FILTERS);
      const variable = whole.variables.get(key) as StoredVariable;
      await whole.close();
      const bytes = await readFile(FILTERS);
      const handle = await open(FILTERS);
      const { written: shape, chunk, width, direct } = variable;
      const index = await readChunkIndex(handle, direct!, { shape, chunk: chunk!, width });
      await handle.close();
      const { address, bytes: length } = index!.chunks.get(0)!;
      // The first byte says what it is, the last one is of the checksum where there is one.
      for (const at of [address, ...(key.includes('fletcher') ? [address + 20, address + length - 1] : [])]) {
        const damaged = Buffer.from(bytes);
        damaged[at] ^= 0x55;
        const path = folder.path('damaged.nc');
        await writeFile(path, damaged);
        const grid = await openDataFile(path);
        const read = grid.read(grid.variables.get(key)!, [0, 0, 0], shape);
        expect((await failure(read)).message).toMatch(/a chunk that cannot be unpacked/);
        await grid.close();
      }
    },
  );
});

describe('gathering', () => {
  it.each([2, 4])('any places of any chunks, numbers of %d bytes', (width) => {
    const { uniform } = seededRandom(`gather ${width}`);
    const below = (n: number) => Math.floor(uniform() * n);
    const [start, size, chunk] = [[1, 2, 3], [4, 7, 8], CHUNK];
    for (let round = 0; round < 20; round++) {
      const only = Int32Array.from(new Set(Array.from({ length: 12 }, () => below(56)))).sort();
      const target = width === 2 ? new Uint16Array(4 * 56) : new Uint32Array(4 * 56);
      const gather = new Gather({ start, count: size, chunk }, only);
      const value = (z: number, y: number, x: number) => (width === 2 ? 0 : 70_000) + z * 1000 + y * 50 + x;
      for (let z = 0; z < 2; z++) {
        for (let y = 0; y < 3; y++) {
          for (let x = 0; x < 3; x++) gather.put(shuffledChunk([z, y, x], width, value), width, [z, y, x], target);
        }
      }
      for (let plane = 0; plane < 4; plane++) {
        for (const place of only) {
          const expected = value(start[0] + plane, start[1] + Math.floor(place / 8), start[2] + (place % 8));
          expect(target[plane * 56 + place]).toBe(expected);
        }
      }
    }
  });
});

function shuffledChunk(at: number[], width: number, value: (z: number, y: number, x: number) => number): Uint8Array {
  const numbers = CHUNK.reduce((product, n) => product * n, 1);
  const bytes = new Uint8Array(numbers * width);
  for (let i = 0; i < numbers; i++) {
    const [z, y, x] = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5].map((n, axis) => n + at[axis] * CHUNK[axis]);
    for (let byte = 0; byte < width; byte++) bytes[byte * numbers + i] = (value(z, y, x) >> (8 * byte)) & 255;
  }
  return bytes;
}
