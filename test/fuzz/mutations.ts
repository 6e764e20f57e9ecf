/** What happens to files on their way: flipped bits, missing ends, headers that lie. All from a seed. */
import { seededRandom } from '../../src/domain/random.ts';

export type Random = () => number;

export type Kind = 'bits' | 'cut' | 'lie' | 'pointer' | 'block';
const KINDS: readonly Kind[] = ['bits', 'cut', 'lie', 'pointer', 'block'];

/** Lengths and counts that no file of this size has. */
const LIES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

export interface Mutation {
  kind: Kind;
  bytes: Buffer<ArrayBuffer>;
}

export function mutate(original: Uint8Array, seed: string): Mutation {
  const { uniform } = seededRandom(seed);
  const below = (n: number) => Math.floor(uniform() * n);
  const bytes = Buffer.from(Uint8Array.from(original).buffer);
  const kind = KINDS[below(KINDS.length)];
  // Headers stand at the beginning, mostly, and are where most can be done wrong.
  const place = (width: number) => {
    const length = Math.max(1, bytes.length - width + 1);
    return uniform() < 0.6 ? below(Math.min(length, 1024)) : below(length);
  };
  if (kind === 'bits') for (let i = 1 + below(8); i > 0; i--) bytes[place(1)] ^= 1 << below(8);
  if (kind === 'cut') return { kind, bytes: bytes.subarray(0, below(bytes.length)) as Buffer<ArrayBuffer> };
  if (kind === 'lie') lie(bytes, below, place);
  if (kind === 'pointer') redirect(bytes, below);
  if (kind === 'block') {
    const [from, to, length] = [place(64), place(64), 1 + below(64)];
    bytes.copyWithin(to, from, Math.min(from + length, bytes.length));
  }
  return { kind, bytes };
}

function lie(bytes: Buffer, below: (n: number) => number, place: (width: number) => number): void {
  for (let i = 1 + below(3); i > 0; i--) {
    const width = [1, 2, 4, 8][below(4)];
    if (bytes.length < width) return;
    const at = place(width);
    const value = LIES[below(LIES.length)];
    const part = Buffer.alloc(8);
    part.writeUInt32LE(value);
    if (width === 8 && below(2) === 1) part.writeUInt32LE(0x7fffffff, 4);
    const lied = part.subarray(0, width);
    // Either order of bytes: NetCDF classic and GRIB begin with the highest.
    if (below(2) === 1) lied.reverse();
    lied.copy(bytes, at);
  }
}

/** An address of 8 bytes becomes another that stands in the file: groups, headers and trees that lead back to themselves. */
function redirect(bytes: Buffer, below: (n: number) => number): void {
  const pointers: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const [low, high] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (high === 0 && low >= 48 && low < bytes.length) pointers.push(at);
  }
  if (pointers.length === 0) {
    if (bytes.length > 0) bytes[below(bytes.length)] = 0xff;
    return;
  }
  const [to, from] = [pointers[below(pointers.length)], pointers[below(pointers.length)]];
  bytes.copy(bytes, to, from, from + 8);
}
