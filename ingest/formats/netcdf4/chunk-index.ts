/**
 * Where the chunks of an HDF5 dataset lie, read from the file itself (HDF5 File Format Specification 3.0: sections III.A.1, IV.A.1,
 * IV.A.2.i): so that they can be unpacked by Node's zlib, in several threads, which takes a third of the time that the
 * library takes in WebAssembly. Only the one index that NetCDF libraries write (a version 1 B-tree) is known here; of
 * anything else, and of anything odd, `undefined` is told, and the library reads it or says what is wrong.
 */
import type { FileHandle } from 'node:fs/promises';

/** A dataset that may be read chunk by chunk. */
export interface DirectDataset {
  /** Of its object header. */
  address: number;
  /** HDF5's numbers of its filters, in the order in which they were applied. */
  filters: readonly number[];
}

export const DEFLATE = 1;
export const SHUFFLE = 2;

export interface StoredChunk {
  address: number;
  bytes: number;
  /** Bit i: filter i was left out. */
  skipped: number;
}

/** By the chunk's number, first index slowest. */
export type ChunkIndex = ReadonlyMap<number, StoredChunk>;

export interface ChunkedShape {
  /** Of the values that were written. */
  shape: readonly number[];
  chunk: readonly number[];
}

const MAGIC = '\x89HDF\r\n\x1a\n';
const MESSAGE = { layout: 0x08, continuation: 0x10 } as const;
const MOST_HEADER_BLOCKS = 64;
const MOST_BLOCK_BYTES = 1024 * 1024;
const MOST_CHUNKS = 4_000_000;
const MOST_NODES = 1_000_000;
const MOST_LEVELS = 16;

/** The index; undefined where it is of another kind, damaged, or does not have every chunk. */
export async function readChunkIndex(
  handle: FileHandle,
  { address }: DirectDataset,
  chunked: ChunkedShape,
): Promise<ChunkIndex | undefined> {
  try {
    const { size } = await handle.stat();
    const file = { handle, size };
    if (!(await hasPlainAddresses(file))) return undefined;
    const tree = await findTree(file, address, chunked);
    return tree === undefined ? undefined : await readTree(file, tree, chunked);
  } catch (error) {
    if (error instanceof Odd) return undefined;
    throw error;
  }
}

class Odd extends Error {}

interface OpenFile {
  handle: FileHandle;
  size: number;
}

async function bytesAt({ handle, size }: OpenFile, position: number, length: number): Promise<Buffer> {
  if (!(position >= 0 && length >= 0 && position + length <= size)) throw new Odd();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Odd();
  return buffer;
}

/** Addresses and lengths of 8 bytes, counted from the start of the file. */
async function hasPlainAddresses(file: OpenFile): Promise<boolean> {
  const block = await bytesAt(file, 0, 48);
  if (block.toString('latin1', 0, 8) !== MAGIC) return false;
  const version = block[8];
  const [sizes, base] = version <= 1 ? [13, version === 0 ? 24 : 28] : [9, 12];
  return version <= 3 && block[sizes] === 8 && block[sizes + 1] === 8 && block.readBigUInt64LE(base) === 0n;
}

/** The address of the B-tree, from the layout message of an object header. */
async function findTree(file: OpenFile, address: number, { chunk }: ChunkedShape): Promise<number | undefined> {
  const start = await bytesAt(file, address, 32);
  const isVersion2 = start.toString('latin1', 0, 4) === 'OHDR';
  const flags = isVersion2 ? start[5] : 0;
  let first: { from: number; length: number };
  if (isVersion2) {
    const at = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const width = 1 << (flags & 3);
    first = { from: address + at + width, length: Number(start.readUIntLE(at, Math.min(width, 6))) };
  } else {
    if (start[0] !== 1) return undefined;
    first = { from: address + 16, length: start.readUInt32LE(8) };
  }
  const blocks = [first];
  for (let i = 0; i < blocks.length && i < MOST_HEADER_BLOCKS; i++) {
    const { from, length } = blocks[i];
    if (length > MOST_BLOCK_BYTES) return undefined;
    const block = await bytesAt(file, from, length);
    for (const { type, shared, data } of messagesOf(block, isVersion2, flags)) {
      if (type === MESSAGE.continuation) {
        const [offset, size] = [Number(data.readBigUInt64LE(0)), Number(data.readBigUInt64LE(8))];
        // Blocks of version 2 begin with "OCHK", and end with a checksum, which the library has looked at.
        blocks.push(isVersion2 ? { from: offset + 4, length: size - 8 } : { from: offset, length: size });
      }
      if (type === MESSAGE.layout) return shared ? undefined : treeOf(data, chunk);
    }
  }
  return undefined;
}

function* messagesOf(block: Buffer, isVersion2: boolean, flags: number) {
  const head = isVersion2 ? 4 + (flags & 4 ? 2 : 0) : 8;
  for (let at = 0; at + head <= block.length; ) {
    const type = isVersion2 ? block[at] : block.readUInt16LE(at);
    const size = block.readUInt16LE(at + (isVersion2 ? 1 : 2));
    const shared = (block[at + (isVersion2 ? 3 : 4)] & 2) !== 0;
    const data = block.subarray(at + head, at + head + size);
    if (data.length < size) throw new Odd();
    yield { type, shared, data };
    at += head + size;
  }
}

/** Version 3, chunked, with the chunks that the library tells too. */
function treeOf(data: Buffer, chunk: readonly number[]): number | undefined {
  const rank = chunk.length;
  if (data.length < 11 + 4 * (rank + 1) || data[0] !== 3 || data[1] !== 2 || data[2] !== rank + 1) return undefined;
  if (chunk.some((length, axis) => data.readUInt32LE(11 + 4 * axis) !== length)) return undefined;
  return addressIn(data, 3);
}

function addressIn(data: Buffer, at: number): number {
  const address = data.readBigUInt64LE(at);
  if (address > BigInt(Number.MAX_SAFE_INTEGER)) throw new Odd();
  return Number(address);
}

async function readTree(file: OpenFile, root: number, { shape, chunk }: ChunkedShape): Promise<ChunkIndex> {
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
  // A chunk that was never written is the fill value, of which the library knows.
  if (chunks.size !== total) throw new Odd();
  return chunks;
}
