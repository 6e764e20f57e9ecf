/**
 * Chunks packed by Blosc (version 1 of its format, `README_CHUNK_FORMAT.rst` of c-blosc). The library that zarrita brings along
 * hands out whatever was in its memory before when a block cannot be unpacked; here that is an error.
 *
 * A chunk: a header of 16 bytes, the places of its blocks, the blocks. A block: one or `typesize` streams, each packed with
 * LZ4, zlib, Zstandard or BloscLZ, and the bytes (or bits) of the numbers shuffled.
 */
import { inflateSync } from 'node:zlib';
import { unpackBlosclz } from './blosclz.ts';
import { unpackLz4 } from './lz4.ts';
import { unshuffleBytes } from './shuffle.ts';
import { unpackZstd } from './zstd.ts';

const HEADER_BYTES = 16;
/** Of the format; Blosc 2 writes higher ones. */
const LATEST_VERSION = 2;
const FLAG = { shuffle: 1, copied: 2, bitShuffle: 4, oneStream: 16 } as const;
const PACKERS = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;

/** "Do not split" where a number has more bytes than this, or a stream would be shorter than that. */
const MOST_STREAMS = 16;
const LEAST_STREAM_BYTES = 128;

/**
 * @param most bytes that a chunk may have when unpacked
 * @throws Error in words for people: the chunk is damaged
 */
export async function unpackBlosc(chunk: Uint8Array, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (chunk.length < HEADER_BYTES) throw new Error('a Blosc chunk without a header');
  if (chunk[0] === 0 || chunk[0] > LATEST_VERSION)
    throw new Error(`a Blosc chunk of version ${chunk[0]} of the format`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const [flags, typeSize] = [chunk[2], chunk[3]];
  const [size, blockSize, packedSize] = [4, 8, 12].map((at) => view.getUint32(at, true));
  if (packedSize !== chunk.length) throw new Error(`a Blosc chunk of ${chunk.length} bytes that says ${packedSize}`);
  if (size > most) throw new Error(`a Blosc chunk that says it has ${size} bytes, more than the ${most} of its place`);
  const result = new Uint8Array(size);
  if (flags & FLAG.copied) {
    if (packedSize !== size + HEADER_BYTES) throw new Error('a Blosc chunk whose lengths contradict each other');
    result.set(chunk.subarray(HEADER_BYTES));
    return result;
  }
  if (size === 0) return result;
  const count = Math.ceil(size / blockSize);
  if (blockSize === 0 || typeSize === 0 || HEADER_BYTES + 4 * count > chunk.length) {
    throw new Error('a Blosc chunk with a broken header');
  }
  const packer = PACKERS[flags >> 5];
  for (let block = 0; block < count; block++) {
    const target = result.subarray(block * blockSize, (block + 1) * blockSize);
    const shuffled = shuffleOf(flags, typeSize);
    const plain = shuffled ? new Uint8Array(target.length) : target;
    const whole = target.length === blockSize;
    const split =
      whole && !(flags & FLAG.oneStream) && typeSize <= MOST_STREAMS && blockSize / typeSize >= LEAST_STREAM_BYTES;
    const streams = split ? typeSize : 1;
    const length = Math.floor(target.length / streams);
    let from = view.getUint32(HEADER_BYTES + 4 * block, true);
    for (let stream = 0; stream < streams; stream++) {
      if (from + 4 > chunk.length) throw new Error('a Blosc block that lies past the end');
      const packed = chunk.subarray(from + 4, from + 4 + view.getUint32(from, true));
      if (packed.length !== view.getUint32(from, true)) throw new Error('a Blosc block that breaks off');
      from += 4 + packed.length;
      const part = plain.subarray(stream * length, (stream + 1) * length);
      if (packed.length === length) part.set(packed);
      else await unpack(packer, packed, part);
    }
    shuffled?.(plain, typeSize, target);
  }
  return result;
}

type Unshuffle = (source: Uint8Array, typeSize: number, target: Uint8Array) => void;

function shuffleOf(flags: number, typeSize: number): Unshuffle | undefined {
  if (flags & FLAG.bitShuffle) return unshuffleBits;
  return flags & FLAG.shuffle && typeSize > 1 ? unshuffleBytes : undefined;
}

async function unpack(packer: string | undefined, packed: Uint8Array, target: Uint8Array) {
  if (packer === 'lz4') return unpackLz4(packed, target);
  if (packer === 'blosclz') return unpackBlosclz(packed, target);
  if (packer !== 'zlib' && packer !== 'zstd') throw new Error(`Blosc's packer '${packer ?? 'unknown'}' is not read`);
  const most = target.length;
  const bytes = packer === 'zlib' ? inflateSync(packed, { maxOutputLength: most }) : await unpackZstd(packed, most);
  if (bytes.length !== target.length) throw new Error(`a block of ${bytes.length} instead of ${target.length} bytes`);
  target.set(bytes);
}

/** First the first bits of all numbers, then all second bits, ...; only where the numbers can be counted by eights. */
function unshuffleBits(source: Uint8Array, typeSize: number, target: Uint8Array): void {
  const numbers = Math.floor(source.length / typeSize);
  if (numbers % 8 !== 0) {
    target.set(source);
    return;
  }
  const row = numbers / 8;
  for (let byte = 0; byte < typeSize; byte++) {
    for (let eight = 0; eight < row; eight++) {
      for (let i = 0; i < 8; i++) {
        let value = 0;
        for (let bit = 0; bit < 8; bit++) value |= ((source[(byte * 8 + bit) * row + eight] >> i) & 1) << bit;
        target[(eight * 8 + i) * typeSize + byte] = value;
      }
    }
  }
  target.set(source.subarray(numbers * typeSize), numbers * typeSize);
}
