/** From chunks to a slab. */
import type { ElementType, RawArray } from './data-file.ts';

type Numbers = new (memory: ArrayBuffer, offset: number, length: number) => RawArray;

/** Integers of 64 bits come as float64. */
const NUMBERS: Partial<Record<ElementType, Numbers & { BYTES_PER_ELEMENT: number }>> = {
  byte: Int8Array,
  ubyte: Uint8Array,
  char: Uint8Array,
  short: Int16Array,
  ushort: Uint16Array,
  int: Int32Array,
  uint: Uint32Array,
  int64: Float64Array,
  uint64: Float64Array,
  float: Float32Array,
  double: Float64Array,
};

/**
 * An array for the numbers of a type; undefined for texts.
 * @param memory to be used, where it is long enough
 */
export function numbersFor(type: ElementType, length: number, memory?: ArrayBuffer): RawArray | undefined {
  const Type = NUMBERS[type];
  if (!Type) return undefined;
  const bytes = length * Type.BYTES_PER_ELEMENT;
  return new Type(memory && memory.byteLength >= bytes ? memory : new ArrayBuffer(bytes), 0, length);
}

export interface SlabPlace {
  start: readonly number[];
  count: readonly number[];
  /** The shape of a chunk. */
  chunk: readonly number[];
}

/**
 * Copies what a chunk and a slab share into the slab (first index slowest).
 * @param chunk its values, and the step along each axis
 * @param at the chunk's place among the chunks
 */
export function copyChunk(
  { data, stride }: { data: ArrayLike<unknown>; stride: readonly number[] },
  at: readonly number[],
  target: { [index: number]: unknown; length: number },
  { start, count, chunk }: SlabPlace,
): void {
  const rank = count.length;
  if (rank === 0) {
    target[0] = converted(data[0]);
    return;
  }
  const targetStride = new Array<number>(rank).fill(1);
  for (let axis = rank - 2; axis >= 0; axis--) targetStride[axis] = targetStride[axis + 1] * count[axis + 1];
  const from = at.map((place, axis) => Math.max(place * chunk[axis], start[axis]));
  const to = at.map((place, axis) => Math.min((place + 1) * chunk[axis], start[axis] + count[axis]));
  const inner = rank - 1;
  const length = to[inner] - from[inner];
  const index = [...from];
  const view = data as ArrayLike<unknown> & { subarray?: (from: number, to: number) => ArrayLike<unknown> };
  const settable = target as unknown as { set?: (values: ArrayLike<unknown>, offset: number) => void };
  const direct = stride[inner] === 1 && view.subarray && settable.set && typeof data[0] === 'number';
  for (;;) {
    let source = 0;
    let place = 0;
    for (let axis = 0; axis < rank; axis++) {
      source += (index[axis] - at[axis] * chunk[axis]) * stride[axis];
      place += (index[axis] - start[axis]) * targetStride[axis];
    }
    if (direct) settable.set!(view.subarray!(source, source + length), place);
    else for (let i = 0; i < length; i++) target[place + i] = converted(data[source + i * stride[inner]]);
    let axis = inner - 1;
    while (axis >= 0 && ++index[axis] === to[axis]) {
      index[axis] = from[axis];
      axis--;
    }
    if (axis < 0) return;
  }
}

function converted(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** All places from first to last; several may take from it in turn. */
export function* placesBetween(first: readonly number[], last: readonly number[]): Generator<number[]> {
  const at = [...first];
  for (;;) {
    yield [...at];
    let axis = at.length - 1;
    while (axis >= 0 && ++at[axis] > last[axis]) {
      at[axis] = first[axis];
      axis--;
    }
    if (axis < 0) return;
  }
}
