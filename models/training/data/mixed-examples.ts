/**
 * Examples of several sets, each with its share of every hundred: so a small source of real weather is not drowned by a large
 * one that was made up. Each set goes through all of its own examples before one comes again.
 *
 * As in `example-set.ts`, the order is a function of seed and place.
 */

import type { Example } from '../trainable.ts';
import type { ExampleSet } from './example-set.ts';
import { permutation } from './permutation.ts';

export interface Share<Unit> {
  examples: ExampleSet<Unit>;
  /** Of all examples; shares add up to 1. */
  share: number;
}

const BLOCK = 100;

export class MixedExamples<Unit> {
  /** Examples of an epoch: so many that the set that is gone through most slowly has been seen once. */
  readonly size: number;
  readonly #sets: readonly ExampleSet<Unit>[];
  /** Examples of each set in a block. */
  readonly #quotas: readonly number[];

  constructor(shares: readonly Share<Unit>[]) {
    this.#sets = shares.map(({ examples }) => examples);
    this.#quotas = quotasOf(shares.map(({ share }) => share));
    this.size = Math.max(...this.#sets.map(({ size }, index) => Math.ceil((size * BLOCK) / this.#quotas[index])));
  }

  /** The examples at `count` places of the endless shuffled order. */
  async shuffled(seed: string, from: number, count: number): Promise<Example<Unit>[]> {
    const examples: Example<Unit>[] = [];
    for (let place = from; place < from + count; place++) {
      const block = Math.floor(place / BLOCK);
      let index = permutation(BLOCK, `${seed}/block ${block}`)(place % BLOCK);
      let set = 0;
      while (index >= this.#quotas[set]) index -= this.#quotas[set++];
      const own = block * this.#quotas[set] + index;
      examples.push(...(await this.#sets[set].shuffled(`${seed}/set ${set}`, own, 1)));
    }
    return examples;
  }
}

/** Whole numbers that add up to the block, each one at least, by largest remainders. */
function quotasOf(shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * BLOCK);
  const quotas = exact.map((value) => Math.max(1, Math.floor(value)));
  const byRemainder = [...shares.keys()].sort((a, b) => exact[b] - quotas[b] - (exact[a] - quotas[a]));
  let left = BLOCK - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const index of byRemainder) {
    if (left <= 0) break;
    quotas[index]++;
    left--;
  }
  const largest = quotas.indexOf(Math.max(...quotas));
  quotas[largest] += left;
  return quotas;
}
