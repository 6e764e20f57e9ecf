/**
 * Some of a chunk's numbers straight from its shuffled bytes into a slab: where a grid of millions of cells is looked at in
 * thousands, to put all of its numbers together first takes longer than to unpack them.
 */
import type { RawArray } from '../data-file.ts';

export interface GatherPlace {
  start: readonly number[];
  count: readonly number[];
  /** The shape of a chunk. */
  chunk: readonly number[];
}

/** In a plane of the last two dimensions: where numbers are in the chunk, and where they go in the slab. */
interface Picks {
  from: Int32Array;
  to: Int32Array;
}

export class Gather {
  readonly #place: GatherPlace;
  /** By the chunk's place along the last two dimensions. */
  readonly #picks: ReadonlyMap<string, Picks>;

  /** @param only the places in a plane of the slab whose numbers are wanted */
  constructor(place: GatherPlace, only: Int32Array) {
    const { start, count, chunk } = place;
    const [row, column] = [count.length - 2, count.length - 1];
    const found = new Map<string, { from: number[]; to: number[] }>();
    for (const to of only) {
      const [y, x] = [start[row] + Math.floor(to / count[column]), start[column] + (to % count[column])];
      const key = `${Math.floor(y / chunk[row])} ${Math.floor(x / chunk[column])}`;
      const picks = found.get(key) ?? { from: [], to: [] };
      if (picks.to.length === 0) found.set(key, picks);
      picks.from.push((y % chunk[row]) * chunk[column] + (x % chunk[column]));
      picks.to.push(to);
    }
    this.#place = place;
    this.#picks = new Map(
      [...found].map(([key, { from, to }]) => [key, { from: Int32Array.from(from), to: Int32Array.from(to) }]),
    );
  }

  /** Of numbers of these widths, and of slabs of at least two dimensions. */
  static suits(width: number, rank: number): boolean {
    return rank >= 2 && (width === 2 || width === 4);
  }

  /**
   * @param bytes of the whole chunk: first all first bytes, then all second bytes, ...
   * @param at the chunk's place among the chunks
   * @param width of a number in bytes
   */
  put(bytes: Uint8Array, width: number, at: readonly number[], target: RawArray): void {
    const { start, count, chunk } = this.#place;
    const planes = count.length - 2;
    const picks = this.#picks.get(`${at[planes]} ${at[planes + 1]}`);
    if (!picks) return;
    const numbers = bytes.length / width;
    const [plane, targetPlane] = [chunk[planes] * chunk[planes + 1], count[planes] * count[planes + 1]];
    const words =
      width === 2
        ? new Uint16Array(target.buffer, target.byteOffset, target.length)
        : new Uint32Array(target.buffer, target.byteOffset, target.length);
    const from = at.slice(0, planes).map((place, axis) => Math.max(place * chunk[axis], start[axis]));
    const to = from.map((_, axis) => Math.min((at[axis] + 1) * chunk[axis], start[axis] + count[axis]));
    const index = [...from];
    for (;;) {
      let source = 0;
      let place = 0;
      for (let axis = 0; axis < planes; axis++) {
        source = source * chunk[axis] + index[axis] - at[axis] * chunk[axis];
        place = place * count[axis] + index[axis] - start[axis];
      }
      if (width === 2) gather2(bytes, numbers, source * plane, picks, words, place * targetPlane);
      else gather4(bytes, numbers, source * plane, picks, words, place * targetPlane);
      let axis = planes - 1;
      while (axis >= 0 && ++index[axis] === to[axis]) {
        index[axis] = from[axis];
        axis--;
      }
      if (axis < 0) return;
    }
  }
}

type Words = Uint16Array | Uint32Array;

function gather2(bytes: Uint8Array, second: number, source: number, { from, to }: Picks, words: Words, place: number) {
  for (let i = 0; i < from.length; i++) {
    const at = source + from[i];
    words[place + to[i]] = bytes[at] | (bytes[second + at] << 8);
  }
}

function gather4(bytes: Uint8Array, numbers: number, source: number, { from, to }: Picks, words: Words, place: number) {
  for (let i = 0; i < from.length; i++) {
    const at = source + from[i];
    words[place + to[i]] =
      bytes[at] | (bytes[numbers + at] << 8) | (bytes[2 * numbers + at] << 16) | (bytes[3 * numbers + at] << 24);
  }
}
