/**
 * Where the keys of a Zarr hierarchy lie: a folder, a zip file, or behind HTTP. What a store gives is whole or an error: a value
 * that came short, or whose checksum is wrong, never reaches the codecs.
 */
import type { AbsolutePath, AsyncReadable, RangeQuery } from 'zarrita';
import { KernelcastError } from '../../../src/errors.ts';

export interface ZarrStore extends AsyncReadable {
  /** For people and for errors: a path or an address. */
  readonly path: string;
  /** The value of a key; undefined where there is none, which in Zarr means: nothing was written. */
  get(key: AbsolutePath): Promise<Uint8Array | undefined>;
  getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined>;
  /** The first parts of all keys; undefined where a store cannot list (HTTP). */
  list(): Promise<string[] | undefined>;
  close(): Promise<void>;
}

/** A value (a chunk as it is stored, or a document) must fit into memory a few times over. */
export const MOST_VALUE_BYTES = 256 * 1024 * 1024;

export function broken(path: string, what: string, where: Record<string, string | number> = {}, cause?: unknown) {
  return new KernelcastError('FORMAT', `a damaged Zarr store: ${what}`, {
    where: { file: path, ...where },
    hint: 'Fetch it again; xarray.open_zarr shows what other programs make of it.',
    cause,
  });
}

/** @throws KernelcastError `FORMAT` for a value that cannot be held in memory */
export function checkSize(path: string, key: string, bytes: number): void {
  if (bytes <= MOST_VALUE_BYTES) return;
  throw broken(path, `a value of ${bytes} bytes, more than can be read at once`, { key });
}

/** Where a range of a value of some length begins and ends; undefined where it is not inside. */
export function placeOf(range: RangeQuery, length: number): { offset: number; length: number } | undefined {
  const place =
    'suffixLength' in range
      ? { offset: length - range.suffixLength, length: range.suffixLength }
      : { offset: range.offset, length: range.length };
  const inside =
    Number.isSafeInteger(place.offset) &&
    place.offset >= 0 &&
    place.length >= 0 &&
    place.offset + place.length <= length;
  return inside ? place : undefined;
}

/**
 * In memory of its own, on which numbers of any width can lie.
 * @throws KernelcastError `FORMAT` where the range is not inside
 */
export function cut(path: string, key: string, value: Uint8Array, range: RangeQuery): Uint8Array {
  const place = placeOf(range, value.length);
  if (!place) throw broken(path, `an index points past the ${value.length} bytes of its value`, { key });
  return new Uint8Array(value.subarray(place.offset, place.offset + place.length));
}
