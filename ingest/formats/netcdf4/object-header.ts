/**
 * What the object header of a dataset in an HDF5 file says about its storage (HDF5 File Format Specification 3.0, sections II, IV.A.1
 * and IV.A.2): the layout, and what stands where nothing was written.
 */
import type { FileHandle } from 'node:fs/promises';

/** What is not known here, or not believed; the library may know better. */
export class Odd extends Error {}

export interface OpenFile {
  handle: FileHandle;
  size: number;
}

export interface Storage {
  /** The data layout message. */
  layout: Buffer;
  /** One value, as it is stored; none where that is zero. Undefined where the file does not say what it is. */
  fill: Buffer | undefined;
}

const MAGIC = '\x89HDF\r\n\x1a\n';
const MESSAGE = { fill: 0x05, layout: 0x08, continuation: 0x10 } as const;
const MOST_BLOCKS = 64;
const MOST_BLOCK_BYTES = 1024 * 1024;

export async function bytesAt({ handle, size }: OpenFile, position: number, length: number): Promise<Buffer> {
  if (!(position >= 0 && length >= 0 && position + length <= size)) throw new Odd();
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Odd();
  return buffer;
}

export function addressIn(data: Buffer, at: number): number {
  const address = data.readBigUInt64LE(at);
  if (address > BigInt(Number.MAX_SAFE_INTEGER)) throw new Odd();
  return Number(address);
}

/** @throws Odd */
export async function readStorage(file: OpenFile, address: number): Promise<Storage> {
  await checkAddresses(file);
  let [layout, fill]: [Buffer?, Buffer?] = [];
  for await (const { type, shared, data } of messages(file, address)) {
    if (type === MESSAGE.layout) layout = shared ? undefined : data;
    if (type === MESSAGE.fill && !shared) fill = fillIn(data);
  }
  if (!layout) throw new Odd();
  return { layout, fill };
}

/** Addresses and lengths of 8 bytes, counted from the start of the file. */
async function checkAddresses(file: OpenFile): Promise<void> {
  const block = await bytesAt(file, 0, 48);
  const version = block[8];
  const [sizes, base] = version <= 1 ? [13, version === 0 ? 24 : 28] : [9, 12];
  const isPlain =
    block.toString('latin1', 0, 8) === MAGIC &&
    version <= 3 &&
    block[sizes] === 8 &&
    block[sizes + 1] === 8 &&
    block.readBigUInt64LE(base) === 0n;
  if (!isPlain) throw new Odd();
}

interface Message {
  type: number;
  shared: boolean;
  data: Buffer;
}

async function* messages(file: OpenFile, address: number): AsyncGenerator<Message> {
  const start = await bytesAt(file, address, 32);
  const isVersion2 = start.toString('latin1', 0, 4) === 'OHDR';
  const flags = isVersion2 ? start[5] : 0;
  let first: { from: number; length: number };
  if (isVersion2) {
    const at = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const width = 1 << (flags & 3);
    first = { from: address + at + width, length: Number(start.readUIntLE(at, Math.min(width, 6))) };
  } else {
    if (start[0] !== 1) throw new Odd();
    first = { from: address + 16, length: start.readUInt32LE(8) };
  }
  const blocks = [first];
  for (let i = 0; i < blocks.length && i < MOST_BLOCKS; i++) {
    const { from, length } = blocks[i];
    if (length > MOST_BLOCK_BYTES) throw new Odd();
    for (const message of messagesIn(await bytesAt(file, from, length), isVersion2, flags)) {
      yield message;
      if (message.type !== MESSAGE.continuation || message.data.length < 16) continue;
      const [offset, size] = [addressIn(message.data, 0), addressIn(message.data, 8)];
      // Blocks of version 2 begin with "OCHK", and end with a checksum, which the library has looked at.
      blocks.push(isVersion2 ? { from: offset + 4, length: size - 8 } : { from: offset, length: size });
    }
  }
}

function* messagesIn(block: Buffer, isVersion2: boolean, flags: number): Generator<Message> {
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

/** Fill Value message, versions 1 to 3. */
function fillIn(data: Buffer): Buffer | undefined {
  const version = data[0];
  const isThird = version === 3;
  if (!(version >= 1 && version <= 3) || data.length < (isThird ? 2 : 4)) return undefined;
  const at = isThird ? 2 : 4;
  const isUndefined = isThird ? (data[1] & 0x10) !== 0 : data[3] === 0;
  if (isUndefined) return undefined;
  const isTold = isThird ? (data[1] & 0x20) !== 0 : data.length >= at + 4;
  if (!isTold) return Buffer.alloc(0);
  if (data.length < at + 4) return undefined;
  const size = data.readUInt32LE(at);
  return size <= data.length - at - 4 ? data.subarray(at + 4, at + 4 + size) : undefined;
}
