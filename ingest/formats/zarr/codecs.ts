/**
 * The codecs of Zarr that zarrita may use, each of which fails where a chunk is damaged. Of zarrita's own, `crc32c` does not look
 * at the checksum, `blosc` and `lz4` hand out what was in memory before, and none bounds what a small chunk may grow to.
 */
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { registry } from 'zarrita';
import { unpackBlosc } from '../codecs/blosc.ts';
import { unpackLz4 } from '../codecs/lz4.ts';
import { unpackZstd } from '../codecs/zstd.ts';
import { crc32c } from './crc32c.ts';
import { MOST_VALUE_BYTES } from './store.ts';

type Decode = (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array;

const unzlib = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);
const ungzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);
const most = { maxOutputLength: MOST_VALUE_BYTES };

let known = false;

/** Puts the codecs into zarrita's registry, once. */
export function registerCodecs(): void {
  if (known) return;
  known = true;
  const decoders: Record<string, Decode> = {
    zlib: async (bytes) => own(await unzlib(bytes, most)),
    gzip: async (bytes) => own(await ungzip(bytes, most)),
    zstd: (bytes) => unpackZstd(bytes, MOST_VALUE_BYTES),
    blosc: (bytes) => unpackBlosc(bytes, MOST_VALUE_BYTES),
    lz4: unpackLz4Chunk,
  };
  for (const [name, decode] of Object.entries(decoders)) {
    register(name, decode);
    register(`numcodecs.${name}`, decode);
  }
  register('crc32c', checked, 4);
  // Numbers lost digits when they were written; nothing is to be undone.
  registry.set('numcodecs.quantize', async () => ({
    fromConfig: () => ({ kind: 'array_to_array' as const, decode: same, encode: same }) as never,
  }));
}

function same<Chunk>(chunk: Chunk): Chunk {
  return chunk;
}

function register(name: string, decode: Decode, addedBytes?: number): void {
  const codec = {
    kind: 'bytes_to_bytes' as const,
    decode,
    encode: () => {
      throw new Error(`${name} is for reading only`);
    },
    ...(addedBytes === undefined ? {} : { computeEncodedSize: (bytes: number) => bytes + addedBytes }),
  };
  registry.set(name, async () => ({ fromConfig: () => codec as never }));
}

/** In memory of its own, from the start: typed arrays of any width can lie on it. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new Error('a value too short for its CRC-32C');
  const [value, checksum] = [bytes.subarray(0, -4), bytes.subarray(-4)];
  const told = new DataView(checksum.buffer, checksum.byteOffset).getUint32(0, true);
  if (crc32c(value) !== told) throw new Error('the CRC-32C is wrong');
  return value;
}

/** The length, then one block (numcodecs' own framing). */
function unpackLz4Chunk(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new Error('an LZ4 chunk without a length');
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (size > MOST_VALUE_BYTES) throw new Error(`an LZ4 chunk that says it has ${size} bytes`);
  const result = new Uint8Array(size);
  unpackLz4(bytes.subarray(4), result);
  return result;
}
