import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { File, ready } from 'h5wasm/node';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataFile } from '../../../ingest/formats/data-file.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { packageRoot } from '../../../src/config.ts';
import { failure, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();
let files = 0;
beforeAll(async () => {
  await ready;
});

const TIMES = 6;
const PLACES = 50;
/** Noise, so that a packed chunk is long. */
const values = Int16Array.from({ length: TIMES * PLACES }, (_, i) => (i * 7919) % 30_011);

/** A NetCDF-4 file, written by the HDF5 library itself; `add` may put more into it. */
function write(add: (file: File) => void = () => undefined): string {
  const path = folder.path(`${++files}.nc`);
  const file = new File(path, 'w');
  file.create_attribute('title', 'Wetter in Köln');
  file.create_attribute('_NCProperties', 'version=2');
  const time = file.create_dataset({ name: 'time', data: BigInt64Array.from([0n, 1n, 2n, 3n, 4n, 2n ** 40n]) });
  time.create_attribute('units', 'hours since 2000-01-01');
  time.make_scale('time');
  const place = file.create_dataset({ name: 'place', data: new Float32Array(PLACES) });
  place.make_scale('This is a netCDF dimension but not a netCDF variable.        50');
  const t = file.create_dataset({
    name: 't',
    data: values,
    shape: [TIMES, PLACES],
    chunks: [2, PLACES],
    compression: 'gzip',
  });
  t.create_attribute('scale_factor', Float64Array.of(0.1));
  t.create_attribute('valid_range', Int16Array.of(0, 30_000));
  t.attach_scale(0, 'time');
  t.attach_scale(1, 'place');
  const flag = file.create_dataset({ name: 'flag', data: Uint8Array.from({ length: PLACES }, (_, i) => 200 + i) });
  flag.attach_scale(0, 'place');
  const name = file.create_dataset({ name: 'name', data: Array.from({ length: PLACES }, (_, i) => `Ort ${i} ä`) });
  name.attach_scale(0, 'place');
  file.create_dataset({ name: 'height', data: 2 });
  file.create_group('forecast').create_dataset({ name: 't', data: [1, 2] });
  add(file);
  file.close();
  return path;
}

async function using<Result>(path: string, use: (grid: DataFile) => Promise<Result>): Promise<Result> {
  const grid = await openDataFile(path);
  try {
    return await use(grid);
  } finally {
    await grid.close();
  }
}

describe('a NetCDF-4 file', () => {
  it('tells its dimensions, variables and attributes; groups are left out', async () => {
    await using(write(), async (grid) => {
      expect(grid.format).toBe('NetCDF-4');
      expect([...grid.dimensions]).toEqual([
        ['place', PLACES],
        ['time', TIMES],
      ]);
      expect([...grid.attributes]).toEqual([['title', { type: 'char', value: 'Wetter in Köln' }]]);
      const told = [...grid.variables.values()].map(({ name, type, dimensions }) => [name, type, ...dimensions]);
      expect(told).toEqual([
        ['flag', 'ubyte', 'place'],
        ['height', 'int'],
        ['name', 'string', 'place'],
        ['t', 'short', 'time', 'place'],
        ['time', 'int64', 'time'],
      ]);
      expect(grid.variables.get('t')).toMatchObject({ shape: [TIMES, PLACES] });
      expect([...grid.variables.get('t')!.attributes]).toEqual([
        ['scale_factor', { type: 'double', value: [0.1] }],
        ['valid_range', { type: 'short', value: [0, 30_000] }],
      ]);
    });
  });

  it('gives slabs, across chunks, and whole variables', async () => {
    await using(write(), async (grid) => {
      const t = grid.variables.get('t')!;
      const slab = await grid.read(t, [1, 10], [3, 4]);
      const expected = [1, 2, 3].flatMap((row) => [10, 11, 12, 13].map((column) => values[row * PLACES + column]));
      expect(slab).toEqual(Int16Array.from(expected));
      expect(await grid.read(t, [0, 0], [TIMES, PLACES])).toEqual(values);
      expect(await grid.read(t, [0, 0], [0, PLACES])).toHaveLength(0);
      expect(await grid.read(grid.variables.get('time')!, [4], [2])).toEqual(Float64Array.of(4, 2 ** 40));
      expect([...(await grid.read(grid.variables.get('height')!, [], []))]).toEqual([2]);
      expect((await grid.readTexts(grid.variables.get('name')!, PLACES))[49]).toBe('Ort 49 ä');
    });
  });

  it('may be one of several that are open at once, and be asked several things at once', async () => {
    await using(write(), (one) =>
      using(write(), async (other) => {
        const rows = [0, 1, 2, 3].map((row) => (row % 2 ? one : other).read(one.variables.get('t')!, [row, 0], [1, 1]));
        expect((await Promise.all(rows)).map(([value]) => value)).toEqual([0, 1, 2, 3].map((row) => values[row * 50]));
      }),
    );
  });

  it('may stand behind a block of something else', async () => {
    const path = write();
    await writeFile(path, Buffer.concat([Buffer.alloc(1024, 7), await readFile(path)]));
    const row = await using(path, (grid) => grid.read(grid.variables.get('t')!, [5, 0], [1, PLACES]));
    expect(row).toEqual(values.slice(5 * PLACES));
  });

  it('values that were never written along an unlimited dimension are the fill value', async () => {
    const path = write((file) => {
      const late = file.create_dataset({
        name: 'late',
        data: [1, 2, 3, 4],
        dtype: '<f4',
        maxshape: [null],
        chunks: [4],
      });
      late.create_attribute('_FillValue', [-5], [1], '<f4');
      late.attach_scale(0, 'time');
    });
    await using(path, async (grid) => {
      const late = grid.variables.get('late')!;
      expect(late.shape).toEqual([TIMES]);
      expect(Array.from(await grid.read(late, [0], [6]))).toEqual([1, 2, 3, 4, -5, -5]);
      expect(Array.from(await grid.read(late, [3], [2]))).toEqual([4, -5]);
      expect(Array.from(await grid.read(late, [5], [1]))).toEqual([-5]);
    });
  });
});

describe('refused with FORMAT, file and reason', () => {
  it('HDF5 that is no NetCDF-4', async () => {
    const path = folder.path('matlab.mat');
    const file = new File(path, 'w');
    file.create_dataset({ name: 't', data: [1, 2] });
    file.close();
    const error = await failure(openDataFile(path));
    expect([error.code, error.where.file]).toEqual(['FORMAT', path]);
    expect(error.message).toContain('no NetCDF-4');
  });

  it('variables in groups only, with the way to bring them up', async () => {
    const path = folder.path('groups.nc');
    const file = new File(path, 'w');
    file.create_attribute('_NCProperties', 'version=2');
    file.create_group('forecast').create_dataset({ name: 't', data: [1, 2] });
    file.close();
    const error = await failure(openDataFile(path));
    expect([error.code, error.message]).toEqual(['FORMAT', expect.stringContaining('in groups (forecast)')]);
    expect(error.hint).toContain('ncks -G');
  });

  it('a chunk that cannot be unpacked: never the values that were in memory before', async () => {
    const path = write();
    const bytes = await readFile(path);
    // The deflate streams, by their first bytes; that of the second chunk is spoilt.
    const [, second] = [...bytes.keys()].filter(
      (at) => bytes[at] === 0x78 && /^(01|5e|9c|da)$/.test(bytes.toString('hex', at + 1, at + 2)),
    );
    bytes.fill(0xff, second + 2, second + 60);
    await writeFile(path, bytes);
    const grid = await openDataFile(path);
    const t = grid.variables.get('t')!;
    expect(await grid.read(t, [0, 0], [2, PLACES])).toEqual(values.slice(0, 2 * PLACES));
    const error = await failure(grid.read(t, [2, 0], [2, PLACES]));
    expect([error.code, error.where]).toEqual(['FORMAT', { file: path, variable: 't' }]);
    // The library is not asked again.
    expect(await failure(grid.read(t, [0, 0], [2, PLACES]))).toBe(error);
    await grid.close();
  });

  it('a file that is cut off', async () => {
    const path = write();
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 100));
    expect((await failure(openDataFile(path))).message).toBe(
      `the file is cut off: it has ${bytes.length - 100} bytes and needs ${bytes.length}`,
    );
  });

  it('values that lie in another file, which exists and could be read', async () => {
    // Made with h5py: `create_dataset('t2m', (3, 2, 2), '<f4', external=[(NAME, 0, 48)])`, NAME padded to be replaced here.
    const bytes = gunzipSync(
      await readFile(join(packageRoot(), 'test', 'fixtures', 'netcdf4', 'external-storage.nc.gz')),
    );
    const start = bytes.indexOf('/elsewhere/xxxx');
    const room = bytes.indexOf(0, start) - start;
    const secret = folder.path('secret');
    await writeFile(
      secret,
      Float32Array.from({ length: 12 }, () => 290),
    );
    expect(secret.length).toBeLessThan(room);
    bytes.write(secret.padEnd(room, '\0'), start, 'latin1');
    const path = folder.path('external.nc');
    await writeFile(path, bytes);
    const grid = await openDataFile(path);
    const error = await failure(grid.read(grid.variables.get('t2m')!, [0, 0, 0], [3, 2, 2]));
    expect(error.code).toBe('FORMAT');
    expect(error.message).toContain('its values are in other files');
    await grid.close();
    // The thread goes on with a file that keeps to itself.
    await using(write(), async (next) => {
      expect(await next.read(next.variables.get('height')!, [], [])).toEqual(Float64Array.of(2));
    });
  });

  it('flipped bytes of the structure: an error of ours, or values', async () => {
    const path = write();
    const bytes = await readFile(path);
    let refused = 0;
    for (let i = 0; i < 12; i++) {
      const spoilt = Buffer.from(bytes);
      for (let j = 0; j < 8; j++) spoilt[((i * 8 + j) * 6007) % bytes.length] ^= 0x55;
      await writeFile(path, spoilt);
      try {
        await using(path, (grid) => grid.read(grid.variables.get('t')!, [0, 0], [TIMES, PLACES]));
      } catch (error) {
        if (error instanceof TypeError) continue; // without `t`
        expect(await failure(Promise.reject(error))).toMatchObject({ code: 'FORMAT' });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
