/**
 * Examples of any number of datasets in bounded memory. Sources are cut in time into shards; where all shards do not fit
 * into memory at once, an epoch goes through groups of them that do, in an order of its own, and shuffles within a group.
 *
 * The order is a function of seed, epoch and place, so that a training that goes on after a crash needs no state of it.
 */
import type { Series } from '../../../src/domain/series.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { Example } from '../trainable.ts';
import { permutation } from './permutation.ts';
import { hoursOf, type InitRange } from './spans.ts';

/** What examples are cut from: read as often as memory wants it, and equal each time. */
export interface ShardSource<Unit> {
  units: readonly Unit[];
  /** Bytes of an hour in memory. */
  bytesPerHour: number;
  /** Hours up to an init that an example reads. */
  historyHours: number;
  /** The hours [from, to); those that are not known are missing. */
  read(from: Hour, to: Hour): Promise<Series>;
}

interface Shard<Unit> {
  source: ShardSource<Unit>;
  inits: InitRange;
  bytes: number;
  /** Its examples. */
  size: number;
}

export interface SourceRanges<Unit> {
  source: ShardSource<Unit>;
  ranges: readonly InitRange[];
}

/** A shard takes at most this share of the memory, so that groups can differ from epoch to epoch. */
const SHARDS_IN_MEMORY = 4;

export class ExampleSet<Unit> {
  readonly size: number;
  readonly #shards: readonly Shard<Unit>[];
  readonly #memoryBytes: number;
  readonly #loaded = new Map<Shard<Unit>, Series>();
  #epoch: { key: string; plan: Epoch<Unit> } | undefined;

  /** @param memoryBytes that the values of loaded shards may take; a shard is at least a day of inits, whatever its size */
  constructor(sources: readonly SourceRanges<Unit>[], memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
    this.#shards = sources.flatMap(({ source, ranges }) =>
      ranges.flatMap((range) => cut(source, range, memoryBytes / SHARDS_IN_MEMORY)),
    );
    this.size = total(this.#shards);
  }

  /** The epoch, from 0, that a place of the endless order lies in. */
  epochOf(place: number): number {
    return Math.floor(place / this.size);
  }

  /** The examples at `count` places of the endless shuffled order: each once, then each once again in another order. */
  async shuffled(seed: string, from: number, count: number): Promise<Example<Unit>[]> {
    const examples: Example<Unit>[] = [];
    for (let place = from; place < from + count; place++) {
      const epoch = this.epochOf(place);
      examples.push(await this.#at(this.#planOf(seed, epoch).at(place - epoch * this.size)));
    }
    return examples;
  }

  /** `count` examples, evenly spread over all, in order; all when there are no more. In batches, for memory's sake. */
  async *spread(count: number, batchSize: number): AsyncGenerator<Example<Unit>[]> {
    const taken = Math.min(count, this.size);
    for (let from = 0; from < taken; from += batchSize) {
      const batch: Example<Unit>[] = [];
      for (let index = from; index < Math.min(from + batchSize, taken); index++) {
        batch.push(await this.#at(find(this.#shards, Math.floor(((index + 0.5) * this.size) / taken))));
      }
      yield batch;
    }
  }

  #planOf(seed: string, epoch: number): Epoch<Unit> {
    const key = `${seed}/epoch ${epoch}`;
    if (this.#epoch?.key !== key) this.#epoch = { key, plan: new Epoch(this.#shards, this.#memoryBytes, key) };
    return this.#epoch.plan;
  }

  async #at({ shard, index }: Place<Unit>): Promise<Example<Unit>> {
    const { units } = shard.source;
    return {
      observations: this.#loaded.get(shard) ?? (await this.#load(shard)),
      unit: units[index % units.length],
      init: shard.inits.first + Math.floor(index / units.length),
    };
  }

  /** The ones that were loaded first make room. */
  async #load(shard: Shard<Unit>): Promise<Series> {
    let bytes = shard.bytes;
    for (const { bytes: other } of this.#loaded.keys()) bytes += other;
    for (const other of this.#loaded.keys()) {
      if (bytes <= this.#memoryBytes) break;
      this.#loaded.delete(other);
      bytes -= other.bytes;
    }
    const { from, to } = hoursOf(shard.inits, shard.source.historyHours);
    const series = await shard.source.read(from, to);
    this.#loaded.set(shard, series);
    return series;
  }
}

interface Place<Unit> {
  shard: Shard<Unit>;
  /** Of the example in its shard. */
  index: number;
}

/** The order of one epoch. */
class Epoch<Unit> {
  readonly #groups: { shards: Shard<Unit>[]; size: number; shuffled: (place: number) => number }[] = [];

  constructor(shards: readonly Shard<Unit>[], memoryBytes: number, seed: string) {
    const order = permutation(shards.length, `${seed}/shards`);
    let group: Shard<Unit>[] = [];
    let bytes = 0;
    const close = () => {
      const size = total(group);
      const shuffled = permutation(size, `${seed}/group ${this.#groups.length}`);
      this.#groups.push({ shards: group, size, shuffled });
    };
    for (let place = 0; place < shards.length; place++) {
      const shard = shards[order(place)];
      if (group.length > 0 && bytes + shard.bytes > memoryBytes) {
        close();
        [group, bytes] = [[], 0];
      }
      group.push(shard);
      bytes += shard.bytes;
    }
    close();
  }

  at(place: number): Place<Unit> {
    let group = 0;
    while (place >= this.#groups[group].size) place -= this.#groups[group++].size;
    const { shards, shuffled } = this.#groups[group];
    return find(shards, shuffled(place));
  }
}

function find<Unit>(shards: readonly Shard<Unit>[], index: number): Place<Unit> {
  let at = 0;
  while (index >= shards[at].size) index -= shards[at++].size;
  return { shard: shards[at], index };
}

function total(shards: readonly { size: number }[]): number {
  return shards.reduce((sum, { size }) => sum + size, 0);
}

const HOURS_PER_DAY = 24;

/** A range in pieces of about equal length, each of which fits. */
function cut<Unit>(source: ShardSource<Unit>, { first, last }: InitRange, bytes: number): Shard<Unit>[] {
  const inits = last - first + 1;
  const hours = hoursOf({ first, last }, source.historyHours);
  const overlap = hours.to - hours.from - inits;
  const fitting = Math.max(HOURS_PER_DAY, Math.floor(bytes / source.bytesPerHour) - overlap);
  const pieces = Math.ceil(inits / fitting);
  return Array.from({ length: pieces }, (_, piece) => {
    const range = {
      first: first + Math.floor((piece * inits) / pieces),
      last: first + Math.floor(((piece + 1) * inits) / pieces) - 1,
    };
    const own = range.last - range.first + 1;
    return {
      source,
      inits: range,
      bytes: (own + overlap) * source.bytesPerHour,
      size: own * source.units.length,
    };
  });
}
