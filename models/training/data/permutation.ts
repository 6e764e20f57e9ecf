/**
 * A shuffled order of 0 .. size-1 that takes no memory, however many there are: a Feistel network over the next power of
 * four, walked on until it falls inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
 *
 *     const shuffled = permutation(examples, 'seed/epoch 3');
 *     shuffled(0); // the first example of that epoch
 */
import { seededRandom } from '../../../src/domain/random.ts';

const ROUNDS = 6;

/** @param size at most 2^52 */
export function permutation(size: number, seed: string): (place: number) => number {
  let bits = 1;
  while (4 ** bits < size) bits++;
  const half = 2 ** bits;
  const random = seededRandom(seed);
  const keys = Array.from({ length: ROUNDS }, () => Math.floor(random.uniform() * 2 ** 32));
  const once = (place: number) => {
    let left = Math.floor(place / half);
    let right = place % half;
    for (const key of keys) [left, right] = [right, (left + scramble(right, key)) % half];
    return left * half + right;
  };
  return (place) => {
    let value = once(place);
    while (value >= size) value = once(value);
    return value;
  };
}

/** 32 well mixed bits (the finalizer of MurmurHash3). */
function scramble(value: number, key: number): number {
  let hash = (value ^ key) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
