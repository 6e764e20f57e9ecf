/**
 * What every format gives: the metadata of a file, and slabs of its variables as typed arrays, read when asked for.
 * Values are raw, as they stand in the file; `cf/` gives them meaning. The first index of a slab varies slowest.
 *
 *     const grid = await openGrid('era5.nc');
 *     const t2m = grid.variables.get('t2m')!;                          // dimensions [time, latitude, longitude]
 *     const firstHour = await grid.read(t2m, [0, 0, 0], [1, 721, 1440]);
 */
export type ElementType = 'byte' | 'char' | 'short' | 'int' | 'float' | 'double';

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

export interface GridVariable {
  name: string;
  type: ElementType;
  /** Slowest first. */
  dimensions: readonly string[];
  shape: readonly number[];
  attributes: Attributes;
}

export interface Grid {
  path: string;
  /** For people: `NetCDF classic`. */
  format: string;
  dimensions: ReadonlyMap<string, number>;
  attributes: Attributes;
  variables: ReadonlyMap<string, GridVariable>;
  /**
   * The values at [start, start + count) of each dimension, in memory of their own.
   * @throws KernelcastError `FORMAT` when the file ends before them
   */
  read(variable: GridVariable, start: readonly number[], count: readonly number[]): Promise<RawArray>;
  close(): Promise<void>;
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
