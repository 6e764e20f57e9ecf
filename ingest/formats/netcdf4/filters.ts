/** The filters of HDF5 that chunks are put through, undone past the library: those that NetCDF's libraries apply, and their checksum. */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { unpackBlosc } from '../codecs/blosc.ts';
import { unshuffleBytes } from '../codecs/shuffle.ts';
import { unpackZstd } from '../codecs/zstd.ts';
import { BLOSC, DEFLATE, FLETCHER32, SHUFFLE, ZSTD } from './filter-numbers.ts';

const CHECKSUM_BYTES = 4;

const unzlib = promisify<Uint8Array, { maxOutputLength: number; chunkSize: number }, Buffer>(inflate);

export interface Unfiltered {
  data: Uint8Array<ArrayBuffer>;
  /** Whether the bytes are still shuffled, as they are where that was done before anything else. */
  shuffled: boolean;
}

/**
 * @param filters in the order in which they were applied
 * @param skipped bit i: filter i was left out
 * @param size of the chunk in bytes, and of a number in it
 * @throws Error in words for people: what is wrong with the chunk
 */
export async function unfiltered(
  stored: Uint8Array<ArrayBuffer>,
  filters: readonly number[],
  skipped: number,
  { size, width }: { size: number; width: number },
): Promise<Unfiltered> {
  const used = filters.filter((_, i) => ((skipped >> i) & 1) === 0);
  let data = stored;
  let shuffled = false;
  for (const [i, filter] of [...used.entries()].reverse()) {
    const most = size + CHECKSUM_BYTES * used.slice(0, i).filter((other) => other === FLETCHER32).length;
    if (filter === DEFLATE) {
      // A little more room than is needed: zlib would ask for as much again when it has filled all.
      const unpacked = await unzlib(data, { maxOutputLength: most, chunkSize: most + 64 });
      data = new Uint8Array(unpacked.buffer as ArrayBuffer, unpacked.byteOffset, unpacked.length);
    } else if (filter === ZSTD) data = await unpackZstd(data, most);
    else if (filter === BLOSC) data = await unpackBlosc(data, most);
    else if (filter === FLETCHER32) data = checked(data);
    else if (filter === SHUFFLE && i === 0) shuffled = true;
    else data = unshuffled(data, width);
  }
  if (data.length !== size) throw new Error(`a chunk of ${data.length} instead of ${size} bytes`);
  return { data, shuffled };
}

function unshuffled(data: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const plain = new Uint8Array(data.length);
  unshuffleBytes(data, width, plain);
  return plain;
}

function checked(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const size = data.length - CHECKSUM_BYTES;
  if (size < 0) throw new Error('a chunk too short for its checksum');
  const [value, told] = [data.subarray(0, size), Buffer.from(data.buffer, data.byteOffset + size, CHECKSUM_BYTES)];
  const sum = fletcher32(value);
  // Old versions of HDF5 wrote the bytes of each half the other way round.
  if (told.readUInt32LE() !== sum && told.swap16().readUInt32LE() !== sum) throw new Error('the checksum is wrong');
  return value;
}

/** HDF5's: sums of words of 16 bits, the higher byte first (`H5_checksum_fletcher32`). */
export function fletcher32(bytes: Uint8Array): number {
  let [first, second] = [0, 0];
  const fold = (sum: number) => (sum & 0xffff) + (sum >>> 16);
  for (let at = 0; at < bytes.length; ) {
    // So many words as cannot overflow 32 bits.
    for (const end = Math.min(bytes.length, at + 720); at < end; at += 2) {
      first += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
      second += first;
    }
    [first, second] = [fold(first), fold(second)];
  }
  [first, second] = [fold(first), fold(second)];
  return ((second << 16) | first) >>> 0;
}
