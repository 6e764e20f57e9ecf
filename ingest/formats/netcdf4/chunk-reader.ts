/** Slabs of an HDF5 dataset from its chunks, which Node's zlib unpacks, some at a time, in threads of its own. */
import type { FileHandle } from 'node:fs/promises';
import type { RawArray, ReadHints } from '../data-file.ts';
import { copyChunk, numbersFor, placesBetween } from '../slab.ts';
import type { ChunkIndex, StoredChunk } from './chunk-index.ts';
import { type Unfiltered, unfiltered } from './filters.ts';
import { Gather } from './gather.ts';
import type { StoredVariable } from './messages.ts';

/** As many as zlib has threads. */
const AT_ONCE = 4;

/**
 * @throws Error in words for people: a chunk that cannot be unpacked, or has another length than it must have
 */
export async function readChunks(
  handle: FileHandle,
  variable: StoredVariable,
  index: ChunkIndex,
  start: readonly number[],
  count: readonly number[],
  { memory, only }: ReadHints = {},
): Promise<RawArray> {
  const { type, width, written } = variable;
  const [chunk, { isBigEndian }] = [variable.chunk!, variable.direct!];
  const target = numbersFor(
    type,
    count.reduce((product, n) => product * n, 1),
    memory,
  )!;
  const counts = written.map((n, axis) => Math.ceil(n / chunk[axis]));
  const stride = chunk.map((_, axis) => chunk.slice(axis + 1).reduce((product, n) => product * n, 1));
  const size = chunk.reduce((product, n) => product * n, 1);
  const first = start.map((from, axis) => Math.floor(from / chunk[axis]));
  const last = start.map((from, axis) => Math.floor((from + count[axis] - 1) / chunk[axis]));
  const places = placesBetween(first, last);
  const canGather = only && !isBigEndian && Gather.suits(width, count.length);
  const gather = canGather ? new Gather({ start, count, chunk }, only) : undefined;
  const work = async () => {
    const scratch: Scratch = { packed: new Uint8Array(0), plain: new Uint8Array(size * width) };
    for (const at of places) {
      const stored = index.chunks.get(at.reduce((number, place, axis) => number * counts[axis] + place, 0));
      const { data, shuffled } = stored
        ? await unpackChunk(handle, stored, variable, scratch)
        : { data: filled(index.fill, scratch.plain), shuffled: false };
      if (shuffled && gather) {
        gather.put(data, width, at, target);
        continue;
      }
      if (shuffled) unshuffle(data, width, scratch.plain);
      const plain = shuffled ? scratch.plain : data;
      if (isBigEndian) reverseBytes(plain, width);
      const numbers = numbersOf(plain, type);
      copyChunk({ data: numbers, stride }, at, target as never, { start, count, chunk });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return target;
}

/** A chunk that was never written. */
function filled(value: Uint8Array, target: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return target.map((_, i) => value[i % value.length]);
}

/** Memory that one chunk after the other is read and unpacked in. */
interface Scratch {
  packed: Uint8Array<ArrayBuffer>;
  /** As long as a chunk. */
  plain: Uint8Array<ArrayBuffer>;
}

async function unpackChunk(
  handle: FileHandle,
  { address, bytes, skipped }: StoredChunk,
  { width, direct }: StoredVariable,
  scratch: Scratch,
): Promise<Unfiltered> {
  if (scratch.packed.length < bytes) scratch.packed = new Uint8Array(bytes);
  const stored = scratch.packed.subarray(0, bytes);
  const { bytesRead } = await handle.read(stored, 0, bytes, address);
  if (bytesRead !== bytes) throw new Error('the file became shorter while it was read');
  const { data, shuffled } = await unfiltered(stored, direct!.filters, skipped, { size: scratch.plain.length, width });
  return { data: data.byteOffset % 8 === 0 ? data : data.slice(), shuffled };
}

/** First all first bytes, then all second bytes, ... back to number after number. */
function unshuffle(source: Uint8Array, width: number, target: Uint8Array<ArrayBuffer>): void {
  const numbers = source.length / width;
  if (width === 2) {
    const words = new Uint16Array(target.buffer, target.byteOffset, numbers);
    for (let i = 0; i < numbers; i++) words[i] = source[i] | (source[numbers + i] << 8);
  } else if (width === 4) {
    const words = new Uint32Array(target.buffer, target.byteOffset, numbers);
    const [second, third, fourth] = [numbers, 2 * numbers, 3 * numbers];
    for (let i = 0; i < numbers; i++) {
      words[i] = source[i] | (source[second + i] << 8) | (source[third + i] << 16) | (source[fourth + i] << 24);
    }
  } else {
    for (let byte = 0; byte < width; byte++) {
      for (let i = 0, to = byte; i < numbers; i++, to += width) target[to] = source[byte * numbers + i];
    }
  }
}

/** Of each number, in place. */
function reverseBytes({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>, width: number): void {
  const bytes = Buffer.from(buffer, byteOffset, length);
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

function numbersOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>, type: string): ArrayLike<number | bigint> {
  switch (type) {
    case 'byte':
      return new Int8Array(buffer, byteOffset, length);
    case 'short':
      return new Int16Array(buffer, byteOffset, length / 2);
    case 'ushort':
      return new Uint16Array(buffer, byteOffset, length / 2);
    case 'int':
      return new Int32Array(buffer, byteOffset, length / 4);
    case 'uint':
      return new Uint32Array(buffer, byteOffset, length / 4);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length / 8);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, length / 8);
    case 'float':
      return new Float32Array(buffer, byteOffset, length / 4);
    case 'double':
      return new Float64Array(buffer, byteOffset, length / 8);
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}
