/**
 * What every format gives: the metadata of a file, and slabs of its variables as typed arrays, read when asked for.
 * Values are raw, as they stand in the file; `cf/` gives them meaning. The first index of a slab varies slowest.
 *
 *     const grid = await openDataFile('era5.nc');
 *     const t2m = grid.variables.get('t2m')!;                          // dimensions [time, latitude, longitude]
 *     const firstHour = await grid.read(t2m, [0, 0, 0], [1, 721, 1440]);
 */
export type ElementType =
  | 'byte'
  | 'ubyte'
  | 'char'
  | 'short'
  | 'ushort'
  | 'int'
  | 'uint'
  | 'int64'
  | 'uint64'
  | 'float'
  | 'double'
  | 'string';

/** Integers of 64 bits come as float64: exact up to 2^53, and rounded beyond. */

export type RawArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export interface Attribute {
  type: ElementType;
  /** Text for `char`, numbers (at least one) for all else. */
  value: string | readonly number[];
}

export type Attributes = ReadonlyMap<string, Attribute>;

export interface DataVariable {
  name: string;
  type: ElementType;
  /** Slowest first. */
  dimensions: readonly string[];
  shape: readonly number[];
  attributes: Attributes;
  /** What is unpacked at once, along each dimension; undefined where the values lie as they are. */
  chunk?: readonly number[];
  /** Why the values have no certain meaning: whoever wants them hears of it. */
  trouble?: Error;
  /** What the values are to an ensemble, where the format tells it: `mean`, `spread`, `percentile 90`, ... */
  product?: string;
}

/** What a format may make use of, or not. */
export interface ReadHints {
  /** To be used for the values, where it is long enough, instead of memory of their own. */
  memory?: ArrayBuffer;
  /** Places in a plane of the slab's last two dimensions: values elsewhere will not be looked at, and may be anything. */
  only?: Int32Array;
}

export interface DataFile {
  path: string;
  /** For people: `NetCDF classic`. */
  format: string;
  dimensions: ReadonlyMap<string, number>;
  attributes: Attributes;
  variables: ReadonlyMap<string, DataVariable>;
  /**
   * The values at [start, start + count) of each dimension, in memory of their own.
   * @throws KernelcastError `FORMAT` when the file ends before them
   */
  read(
    variable: DataVariable,
    start: readonly number[],
    count: readonly number[],
    hints?: ReadHints,
  ): Promise<RawArray>;
  /** All texts of a variable: of `string` as many as it has, of `char` in `rows` of the same length. */
  readTexts(variable: DataVariable, rows: number): Promise<string[]>;
  close(): Promise<void>;
}

/** Whether a variable holds text: `read` is for numbers, `readTexts` for these. */
export function isText({ type }: DataVariable): boolean {
  return type === 'char' || type === 'string';
}

/** Rows of characters as texts, without the NULs and blanks that pad them. */
export function textsOfRows(bytes: Uint8Array, rows: number): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = rows === 0 ? 0 : bytes.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    buffer
      .toString('utf8', row * width, (row + 1) * width)
      .replace(/\0.*$/s, '')
      .trim(),
  );
}

/** UTF-8 or, in old files, Latin-1, without the NULs that pad it. */
export function decodeText(bytes: Buffer): string {
  const utf8 = bytes.toString('utf8');
  return (utf8.includes('\uFFFD') ? bytes.toString('latin1') : utf8).replace(/\0+$/, '');
}

/** A slab that is not inside its variable is a mistake of the program. */
export function checkSlab(variable: DataVariable, start: readonly number[], count: readonly number[]): void {
  const inside =
    start.length === variable.shape.length &&
    count.length === variable.shape.length &&
    variable.shape.every((n, axis) => start[axis] >= 0 && count[axis] >= 0 && start[axis] + count[axis] <= n);
  if (!inside) throw new Error(`no slab [${start}] + [${count}] in ${variable.name} [${variable.shape}]`);
}

/** An attribute's text, trimmed; undefined where it is absent, empty or not text. */
export function textAttribute(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name)?.value;
  return (typeof value === 'string' && value.trim()) || undefined;
}

/** An attribute's numbers; undefined where it is absent or text. */
export function numbersAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes.get(name)?.value;
  return typeof value === 'string' ? undefined : value;
}
