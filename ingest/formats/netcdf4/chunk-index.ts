/**
 * Where the chunks of an HDF5 dataset lie, read from the file itself (HDF5 File Format Specification 3.0, sections III.A.1 and
 * IV.A.2.i): so that they can be unpacked by Node's zlib, in several threads, which takes a third of the time that the
 * library takes in WebAssembly, and by what the library does not know (Zstandard, Blosc). Only the one index that NetCDF libraries
 * write (a version 1 B-tree) is known here; of anything else, and of anything odd, `undefined` is told, and the library reads
 * it or says what is wrong.
 */
import type { FileHandle } from 'node:fs/promises';
import { addressIn, bytesAt, Odd, type OpenFile, readStorage } from './object-header.ts';

/** A dataset that may be read chunk by chunk. */
export interface DirectDataset {
  /** Of its object header. */
  address: number;
  /** HDF5's numbers of its filters, in the order in which they were applied. */
  filters: readonly number[];
  /** The highest byte of a number first. */
  isBigEndian: boolean;
}

export interface StoredChunk {
  address: number;
  bytes: number;
  /** Bit i: filter i was left out. */
  skipped: number;
}

export interface ChunkIndex {
  /** By the chunk's number, first index slowest. */
  chunks: ReadonlyMap<number, StoredChunk>;
  /** The bytes of the value that chunks hold that are not there. */
  fill: Uint8Array;
}

export interface ChunkedShape {
  /** Of the values that were written. */
  shape: readonly number[];
  chunk: readonly number[];
  /** Bytes of a value. */
  width: number;
}

const MOST_CHUNKS = 4_000_000;
const MOST_NODES = 1_000_000;
const MOST_LEVELS = 16;

/** The index; undefined where it is of another kind, damaged, or nothing tells what fills the chunks that it has not. */
export async function readChunkIndex(
  handle: FileHandle,
  { address }: DirectDataset,
  chunked: ChunkedShape,
): Promise<ChunkIndex | undefined> {
  try {
    const { size } = await handle.stat();
    const file = { handle, size };
    const { layout, fill } = await readStorage(file, address);
    const root = rootOf(layout, chunked);
    const chunks = root === undefined ? new Map<number, StoredChunk>() : await readTree(file, root, chunked);
    const { shape, chunk, width } = chunked;
    const all = shape.reduce((product, n, axis) => product * Math.ceil(n / chunk[axis]), 1);
    const isFilled = fill !== undefined && (fill.length === 0 || fill.length === width);
    if (chunks.size < all && !isFilled) return undefined;
    return { chunks, fill: fill?.length === width ? fill : new Uint8Array(width) };
  } catch (error) {
    if (error instanceof Odd) return undefined;
    throw error;
  }
}

/** Where no chunk was ever written. */
const NOWHERE = 2n ** 64n - 1n;

/** The address of the B-tree, in a layout of version 3, of chunks as the library tells them too; undefined where there is none yet. */
function rootOf(layout: Buffer, { chunk }: ChunkedShape): number | undefined {
  const rank = chunk.length;
  const isKnown = layout.length >= 11 + 4 * (rank + 1) && layout[0] === 3 && layout[1] === 2 && layout[2] === rank + 1;
  if (!isKnown || chunk.some((length, axis) => layout.readUInt32LE(11 + 4 * axis) !== length)) throw new Odd();
  return layout.readBigUInt64LE(3) === NOWHERE ? undefined : addressIn(layout, 3);
}

async function readTree(
  file: OpenFile,
  root: number,
  { shape, chunk }: ChunkedShape,
): Promise<Map<number, StoredChunk>> {
  const rank = shape.length;
  const counts = shape.map((n, axis) => Math.ceil(n / chunk[axis]));
  const total = counts.reduce((product, n) => product * n, 1);
  if (total > MOST_CHUNKS) throw new Odd();
  const keyBytes = 8 + 8 * (rank + 1);
  const chunks = new Map<number, StoredChunk>();
  const seen = new Set<number>();
  const visit = async (address: number, depth: number): Promise<void> => {
    if (seen.has(address) || seen.size > MOST_NODES || depth > MOST_LEVELS) throw new Odd();
    seen.add(address);
    const head = await bytesAt(file, address, 24);
    if (head.toString('latin1', 0, 4) !== 'TREE' || head[4] !== 1) throw new Odd();
    const level = head[5];
    const entries = await bytesAt(file, address + 24, head.readUInt16LE(6) * (keyBytes + 8));
    for (let at = 0; at < entries.length; at += keyBytes + 8) {
      const child = addressIn(entries, at + keyBytes);
      if (level > 0) {
        await visit(child, depth + 1);
        continue;
      }
      let number = 0;
      for (let axis = 0; axis < rank; axis++) {
        const place = Number(entries.readBigUInt64LE(at + 8 + 8 * axis)) / chunk[axis];
        if (!Number.isInteger(place) || place >= counts[axis]) throw new Odd();
        number = number * counts[axis] + place;
      }
      const bytes = entries.readUInt32LE(at);
      if (chunks.has(number) || child + bytes > file.size) throw new Odd();
      chunks.set(number, { address: child, bytes, skipped: entries.readUInt32LE(at + 4) });
    }
  };
  await visit(root, 0);
  return chunks;
}
