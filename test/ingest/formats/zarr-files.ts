/** Small Zarr hierarchies, written by the codecs that zarrita brings along, for the tests of reading them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { registry } from 'zarrita';
import { crc32c } from '../../../ingest/formats/zarr/crc32c.ts';

export type ZarrFiles = Map<string, Uint8Array>;

/** The packers as they were before the reader put its own codecs in their place. */
const [blosc, zstd, lz4] = ['blosc', 'zstd', 'lz4'].map((name) => registry.get(name)!);

export async function packed(bytes: Uint8Array, codec: string, configuration: object = {}): Promise<Uint8Array> {
  if (codec === 'gzip') return gzipSync(bytes);
  if (codec === 'zlib') return deflateSync(bytes);
  const entry = { blosc, zstd, lz4 }[codec];
  if (!entry) return bytes;
  const encoder = (await entry()).fromConfig(configuration, { dataType: 'uint8', shape: [], codecs: [], fillValue: 0 });
  return Uint8Array.from((await encoder.encode(bytes as never)) as unknown as Uint8Array);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

export interface ZarrSpec {
  shape: number[];
  chunk: number[];
  dimensions: string[];
  values: readonly number[];
  type?: 'float32' | 'int16';
  attributes?: Record<string, unknown>;
  compressor?: { id: string; [setting: string]: unknown } | null;
  fill?: unknown;
  /** Chunks that are not written. */
  absent?: string[];
}

const DTYPES = { float32: '<f4', int16: '<i2' } as const;

function bytesOf(values: readonly number[], type: 'float32' | 'int16'): Uint8Array {
  return new Uint8Array((type === 'float32' ? Float32Array.from(values) : Int16Array.from(values)).buffer);
}

/** All chunks of an array, by place, in full length (beyond the edge: zeros). */
function* chunksOf({ shape, chunk, values }: ZarrSpec): Generator<[number[], number[]]> {
  const counts = shape.map((n, axis) => Math.ceil(n / chunk[axis]));
  const total = counts.reduce((product, n) => product * n, 1);
  const size = chunk.reduce((product, n) => product * n, 1);
  const split = (index: number, lengths: number[]) => {
    const at: number[] = [];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      at.unshift(index % lengths[axis]);
      index = Math.floor(index / lengths[axis]);
    }
    return at;
  };
  for (let c = 0; c < total; c++) {
    const place = split(c, counts);
    const inside = Array.from({ length: size }, (_, i) => {
      const index = split(i, chunk).map((offset, axis) => place[axis] * chunk[axis] + offset);
      if (index.some((at, axis) => at >= shape[axis])) return 0;
      return values[index.reduce((flat, at, axis) => flat * shape[axis] + at, 0)];
    });
    yield [place, inside];
  }
}

/** Version 2, with consolidated metadata where asked for. */
export async function zarr2(variables: Record<string, ZarrSpec>, consolidate = false): Promise<ZarrFiles> {
  const files: ZarrFiles = new Map([['.zgroup', json({ zarr_format: 2 })]]);
  const metadata: Record<string, unknown> = { '.zgroup': { zarr_format: 2 } };
  for (const [name, spec] of Object.entries(variables)) {
    const { shape, chunk, type = 'float32', compressor = null, fill = 'NaN', absent = [] } = spec;
    const document = {
      zarr_format: 2,
      shape,
      chunks: chunk,
      dtype: DTYPES[type],
      compressor,
      filters: null,
      order: 'C',
      fill_value: type === 'int16' && fill === 'NaN' ? null : fill,
    };
    const attributes = { _ARRAY_DIMENSIONS: spec.dimensions, ...spec.attributes };
    metadata[`${name}/.zarray`] = document;
    metadata[`${name}/.zattrs`] = attributes;
    files.set(`${name}/.zarray`, json(document)).set(`${name}/.zattrs`, json(attributes));
    for (const [place, values] of chunksOf(spec)) {
      const key = place.join('.');
      if (absent.includes(key)) continue;
      files.set(`${name}/${key}`, await packed(bytesOf(values, type), compressor?.id ?? '', compressor ?? {}));
    }
  }
  if (consolidate) files.set('.zmetadata', json({ zarr_consolidated_format: 1, metadata }));
  return files;
}

/** Version 3; each shard is the whole array, its index ends with a CRC-32C. */
export async function zarr3(variables: Record<string, ZarrSpec>, sharded = false): Promise<ZarrFiles> {
  const files: ZarrFiles = new Map([
    ['zarr.json', json({ zarr_format: 3, node_type: 'group', attributes: { Conventions: 'CF-1.10' } })],
  ]);
  for (const [name, spec] of Object.entries(variables)) {
    const { shape, chunk, type = 'float32', fill = 'NaN', absent = [] } = spec;
    const bytes = { name: 'bytes', configuration: { endian: 'little' } };
    const gzip = { name: 'gzip', configuration: { level: 5 } };
    const crc = { name: 'crc32c' };
    const inner = [bytes, gzip, crc];
    const shard = shape.map((n, axis) => Math.ceil(n / chunk[axis]) * chunk[axis]);
    const configuration = { chunk_shape: chunk, codecs: inner, index_codecs: [bytes, crc] };
    files.set(
      `${name}/zarr.json`,
      json({
        zarr_format: 3,
        node_type: 'array',
        shape,
        data_type: type,
        chunk_grid: { name: 'regular', configuration: { chunk_shape: sharded ? shard : chunk } },
        chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
        fill_value: type === 'int16' && fill === 'NaN' ? 0 : fill,
        codecs: sharded ? [{ name: 'sharding_indexed', configuration }] : inner,
        dimension_names: spec.dimensions,
        attributes: spec.attributes ?? {},
      }),
    );
    const written: (Uint8Array | undefined)[] = [];
    for (const [place, values] of chunksOf(spec)) {
      const value = withChecksum(await packed(bytesOf(values, type), 'gzip'));
      const isAbsent = absent.includes(place.join('.'));
      written.push(isAbsent ? undefined : value);
      if (!sharded && !isAbsent) files.set(`${name}/c/${place.join('/')}`, value);
    }
    if (sharded) files.set(`${name}/c/${shape.map(() => 0).join('/')}`, shardOf(written));
  }
  return files;
}

function withChecksum(value: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32c(value));
  return Buffer.concat([value, checksum]);
}

function shardOf(chunks: (Uint8Array | undefined)[]): Uint8Array {
  const index = Buffer.alloc(16 * chunks.length, 255);
  let offset = 0;
  for (const [i, chunk] of chunks.entries()) {
    if (!chunk) continue;
    index.writeBigUInt64LE(BigInt(offset), 16 * i);
    index.writeBigUInt64LE(BigInt(chunk.length), 16 * i + 8);
    offset += chunk.length;
  }
  return Buffer.concat([...chunks.filter((chunk) => chunk !== undefined), withChecksum(index)]);
}

export async function writeFolder(folder: string, files: ZarrFiles): Promise<string> {
  for (const [key, bytes] of files) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), bytes);
  }
  return folder;
}

/** A zip file whose entries are stored as they are, below a folder. */
export function zipOf(files: ZarrFiles, folder = ''): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [key, bytes] of files) {
    const name = Buffer.from(folder + key);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(16);
    place.writeUInt32LE(offset, 12);
    parts.push(Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, bytes]));
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, place.subarray(2), name]));
    offset += parts[parts.length - 1].length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}
