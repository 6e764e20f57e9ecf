import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackBlosc } from '../../../ingest/formats/codecs/blosc.ts';
import type { DataFile } from '../../../ingest/formats/data-file.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { crc32c } from '../../../ingest/formats/zarr/crc32c.ts';
import { failure, range, temporaryFolder } from '../support.ts';
import { packed, writeFolder, type ZarrFiles, type ZarrSpec, zarr2, zarr3, zipOf } from './zarr-files.ts';

const folder = temporaryFolder();
let number = 0;
const written = (files: ZarrFiles) => writeFolder(folder.path(`${number++}.zarr`), files);

const shape = [5, 4, 6];
const values = range(0, 120, 1).map((i) => Math.fround(Math.sin(i) * 30));
const t2m: ZarrSpec = { shape, chunk: [2, 3, 4], dimensions: ['time', 'lat', 'lon'], values };

async function all(grid: DataFile): Promise<number[]> {
  const variable = grid.variables.get('t2m')!;
  return Array.from(await grid.read(variable, [0, 0, 0], variable.shape));
}

describe('what is written is read', () => {
  const compressors = [
    null,
    { id: 'zlib', level: 4 },
    { id: 'gzip', level: 4 },
    { id: 'zstd', level: 3 },
    { id: 'lz4', acceleration: 1 },
    ...['lz4', 'lz4hc', 'zlib', 'zstd', 'blosclz'].flatMap((cname) =>
      [0, 1, 2].map((shuffle) => ({ id: 'blosc', cname, clevel: 5, shuffle, blocksize: 0 })),
    ),
  ];

  it.each(compressors.map((compressor) => [JSON.stringify(compressor), compressor] as const))(
    'version 2, packed with %s',
    async (_, compressor) => {
      const grid = await openDataFile(await written(await zarr2({ t2m: { ...t2m, compressor } })));
      expect(grid.variables.get('t2m')).toMatchObject({
        type: 'float',
        dimensions: t2m.dimensions,
        shape,
        chunk: [2, 3, 4],
      });
      expect(await all(grid)).toEqual(values);
      const slab = await grid.read(grid.variables.get('t2m')!, [1, 2, 3], [3, 1, 2]);
      expect(Array.from(slab)).toEqual([1, 2, 3].flatMap((t) => [3, 4].map((x) => values[t * 24 + 2 * 6 + x])));
      await grid.close();
    },
  );

  it.each([false, true])('version 3, sharded: %s', async (sharded) => {
    const grid = await openDataFile(await written(await zarr3({ t2m }, sharded)));
    expect(grid.format).toBe('Zarr (version 3)');
    expect(grid.attributes.get('Conventions')?.value).toBe('CF-1.10');
    expect(await all(grid)).toEqual(values);
  });

  it.each(['', 'world.zarr/'])("in a zip file, below '%s'", async (below) => {
    const path = folder.path(`${number++}.zip`);
    await writeFile(path, zipOf(await zarr2({ t2m }), below));
    const grid = await openDataFile(path);
    expect(await all(grid)).toEqual(values);
    await grid.close();
  });

  it('blosc: blocks of many streams, and a last block that is shorter', async () => {
    const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => (i >> 4) & 255);
    for (const cname of ['lz4', 'zlib', 'blosclz']) {
      for (const shuffle of [0, 1, 2]) {
        const chunk = await packed(bytes, 'blosc', { cname, clevel: 5, shuffle, blocksize: 4096 });
        expect(chunk.length).toBeLessThan(bytes.length);
        expect(Buffer.compare(await unpackBlosc(chunk, bytes.length), bytes)).toBe(0);
      }
    }
  });

  it('crc32c of "123456789" is e3069283 (RFC 3720)', () => {
    expect(crc32c(Buffer.from('123456789')).toString(16)).toBe('e3069283');
  });
});

describe('what was never written', () => {
  it('is the fill value, which in version 2 means missing', async () => {
    const spec = { ...t2m, fill: -9999, absent: ['0.0.0'] };
    const grid = await openDataFile(await written(await zarr2({ t2m: spec })));
    expect((await all(grid))[0]).toBe(-9999);
    expect(grid.variables.get('t2m')!.attributes.get('_FillValue')?.value).toEqual([-9999]);
  });

  it('is the fill value in a shard too', async () => {
    const grid = await openDataFile(await written(await zarr3({ t2m: { ...t2m, absent: ['0.0.0'] } }, true)));
    expect((await all(grid)).filter(Number.isNaN)).toHaveLength(24);
  });

  it('is an error where nothing is said to fill it', async () => {
    const spec: ZarrSpec = { ...t2m, type: 'int16', values: range(0, 120, 1), absent: ['1.0.1'] };
    const grid = await openDataFile(await written(await zarr2({ t2m: spec })));
    expect(await failure(all(grid))).toMatchObject({ code: 'FORMAT', where: { key: '/t2m/1.0.1' } });
  });
});

describe('attributes', () => {
  it('numbers that Python writes and JSON does not know, and the base64 of xarray', async () => {
    const files = await zarr3({
      t2m: { ...t2m, attributes: { _FillValue: 'AAAAAAAA+H8=', units: 'K', list: [1, 2.5], valid_range: [0, 9] } },
    });
    const document = Buffer.from(files.get('t2m/zarr.json')!)
      .toString()
      .replace('"list":', '"missing_value":NaN,"list":');
    files.set('t2m/zarr.json', Buffer.from(document));
    const grid = await openDataFile(await written(files));
    const { attributes } = grid.variables.get('t2m')!;
    expect(Object.fromEntries(attributes)).toEqual({
      _FillValue: { type: 'double', value: [Number.NaN] },
      missing_value: { type: 'double', value: [Number.NaN] },
      units: { type: 'char', value: 'K' },
      list: { type: 'double', value: [1, 2.5] },
      // Whole numbers are stored ones, as the range of packed values is.
      valid_range: { type: 'int64', value: [0, 9] },
    });
  });
});

describe('damage is an error, never values', () => {
  const damage = async (files: ZarrFiles, key: string, change: (bytes: Uint8Array) => Uint8Array) => {
    files.set(key, change(Uint8Array.from(files.get(key)!)));
    const error = await failure(openDataFile(await written(files)).then(all));
    expect(error.code).toBe('FORMAT');
    return error;
  };
  const flipped = (at: number) => (bytes: Uint8Array) => {
    bytes[at < 0 ? bytes.length + at : at] ^= 16;
    return bytes;
  };
  const halved = (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1);

  it.each([
    ['zlib', { id: 'zlib', level: 4 }],
    ['blosc with zlib', { id: 'blosc', cname: 'zlib', clevel: 5, shuffle: 1, blocksize: 0 }],
  ])('%s: a flipped bit, and half a chunk', async (_, compressor) => {
    // Values that pack well: what cannot be packed is stored as it is, and has no checksum.
    const spec = { ...t2m, values: range(0, 120, 1), chunk: shape, compressor };
    expect((await damage(await zarr2({ t2m: spec }), 't2m/0.0.0', flipped(-20))).message).toContain('unpacked');
    await damage(await zarr2({ t2m: spec }), 't2m/0.0.0', halved);
  });

  it.each([
    ['blosc with lz4', { id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 }],
    ['blosc with zstd', { id: 'blosc', cname: 'zstd', clevel: 5, shuffle: 1, blocksize: 0 }],
    ['lz4', { id: 'lz4', acceleration: 1 }],
    ['zstd', { id: 'zstd', level: 3 }],
    ['nothing', null],
  ])('%s: half a chunk', async (_, compressor) => {
    await damage(await zarr2({ t2m: { ...t2m, compressor } }), 't2m/0.0.0', halved);
  });

  it('a chunk that says it unpacks to two gigabytes', async () => {
    for (const compressor of [{ id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 }, { id: 'lz4' }]) {
      const at = compressor.id === 'lz4' ? 3 : 7;
      const files = await zarr2({ t2m: { ...t2m, compressor } });
      await damage(files, 't2m/0.0.0', (bytes) => bytes.with(at, 0x7f));
    }
  });

  it('version 3: the CRC-32C of a chunk, and of a shard and its index', async () => {
    expect((await damage(await zarr3({ t2m }), 't2m/c/0/0/0', flipped(14))).message).toContain('CRC-32C');
    expect((await damage(await zarr3({ t2m }, true), 't2m/c/0/0/0', flipped(14))).message).toContain('CRC-32C');
    expect((await damage(await zarr3({ t2m }, true), 't2m/c/0/0/0', flipped(-9))).message).toContain('CRC-32C');
  });

  it('a zip file: the CRC-32 of an entry', async () => {
    const path = folder.path(`${number++}.zip`);
    const files = await zarr2({ t2m });
    const zip = zipOf(files);
    zip[Buffer.from(zip).indexOf('t2m/0.0.0') + 'tm2/0.0.0'.length + 3] ^= 1;
    await writeFile(path, zip);
    expect(await failure(openDataFile(path).then(all))).toMatchObject({ code: 'FORMAT', where: { key: '/t2m/0.0.0' } });
  });

  it.each([
    ['no JSON', '{"shape": ['],
    [
      'a shape that is none',
      '{"zarr_format":2,"shape":[-1,4,6],"chunks":[2,3,4],"dtype":"<f4","compressor":null,"filters":null,"order":"C","fill_value":0}',
    ],
    [
      'chunks of no length',
      '{"zarr_format":2,"shape":[5,4,6],"chunks":[0,3,4],"dtype":"<f4","compressor":null,"filters":null,"order":"C","fill_value":0}',
    ],
    [
      'chunks beyond memory',
      '{"zarr_format":2,"shape":[5,4,6],"chunks":[99999,9999,9999],"dtype":"<f4","compressor":null,"filters":null,"order":"C","fill_value":0}',
    ],
    ['null', 'null'],
  ])('a description that is %s', async (_, text) => {
    await damage(await zarr2({ t2m }), 't2m/.zarray', () => Buffer.from(text));
  });

  it('a codec that is not known is named', async () => {
    const files = await zarr2({ t2m: { ...t2m, compressor: { id: 'lzma' } } });
    const error = await failure(openDataFile(await written(files)).then(all));
    expect(error).toMatchObject({ code: 'FORMAT', hint: expect.stringContaining('zstd') });
    expect(error.message).toContain('numcodecs.lzma');
  });

  it('a type that no weather data have is left out', async () => {
    const files = await zarr2({ t2m, when: t2m });
    const document = JSON.parse(Buffer.from(files.get('when/.zarray')!).toString());
    files.set('when/.zarray', Buffer.from(JSON.stringify({ ...document, dtype: '<M8[ns]' })));
    expect([...(await openDataFile(await written(files))).variables.keys()]).toEqual(['t2m']);
  });

  it('a name that leads out of the hierarchy is none', async () => {
    const files = await zarr2({ t2m }, true);
    const document = JSON.parse(Buffer.from(files.get('.zmetadata')!).toString());
    document.metadata['..%2Fsecret/.zarray'] = document.metadata['t2m/.zarray'];
    files.set('.zmetadata', Buffer.from(JSON.stringify(document)));
    const grid = await openDataFile(await written(files));
    expect([...grid.variables.keys()]).toEqual(['t2m']);
  });

  it('an empty folder', async () => {
    expect(await failure(openDataFile(folder.path('.')))).toMatchObject({
      code: 'FORMAT',
      hint: expect.stringContaining('folder'),
    });
  });
});

describe('over HTTP', () => {
  let server: Server;
  let address = '';
  let files: ZarrFiles = new Map();
  const asked: string[] = [];
  let answer: ((key: string) => number | 'short' | undefined) | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const key = (request.url ?? '').replace(/^\/world\.zarr\//, '').replace(/\?.*/, '');
      asked.push(request.url ?? '');
      const special = answer?.(key);
      const bytes = files.get(key);
      if (typeof special === 'number') response.writeHead(special).end();
      else if (!bytes) response.writeHead(404).end();
      else if (special === 'short') {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 3), () => response.destroy());
      } else {
        const [, from, to, last] = /^bytes=(?:(\d+)-(\d+)|-(\d+))$/.exec(request.headers.range ?? '') ?? [];
        const part = last ? bytes.subarray(-Number(last)) : from ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
        response.writeHead(part === bytes ? 200 : 206).end(part);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/world.zarr`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('consolidated metadata take one request; each chunk takes one', async () => {
    files = await zarr2({ t2m }, true);
    asked.length = 0;
    const grid = await openDataFile(`${address}?key=1`);
    expect(asked).toEqual(['/world.zarr/zarr.json?key=1', '/world.zarr/.zmetadata?key=1']);
    expect(await all(grid)).toEqual(values);
    expect(asked).toHaveLength(2 + 3 * 2 * 2);
  });

  it('shards are read in ranges', async () => {
    files = await zarr3({ t2m }, true);
    const root = JSON.parse(Buffer.from(files.get('zarr.json')!).toString());
    const document = JSON.parse(Buffer.from(files.get('t2m/zarr.json')!).toString());
    root.consolidated_metadata = { kind: 'inline', must_understand: false, metadata: { t2m: document } };
    files.set('zarr.json', Buffer.from(JSON.stringify(root)));
    expect(await all(await openDataFile(address))).toEqual(values);
  });

  it('without consolidated metadata nobody knows what there is', async () => {
    files = await zarr2({ t2m });
    expect(await failure(openDataFile(address))).toMatchObject({
      code: 'FORMAT',
      hint: expect.stringContaining('onsolidate'),
    });
  });

  it('where there is no Zarr, it tells that nothing else is read at its address', async () => {
    files = new Map();
    expect(await failure(openDataFile(address))).toMatchObject({
      code: 'FORMAT',
      hint: expect.stringContaining('Only Zarr is read at its address'),
    });
  });

  it.each([[500], [403], ['short' as const]])('an answer of %s is no absent chunk', async (what) => {
    files = await zarr2({ t2m }, true);
    answer = (key) => (key === 't2m/1.1.1' ? what : undefined);
    const error = await failure(openDataFile(address).then(all));
    answer = undefined;
    expect(error).toMatchObject({ code: 'ENVIRONMENT', where: { key: '/t2m/1.1.1' } });
  });
});
