/**
 * From the numbers that a file holds to the numbers that they mean: `scale_factor` and `add_offset`, and all the ways in
 * which a value is said to be missing (CF-1.11 sections 2.5.1 and 8.1; NetCDF Users' Guide, "Attribute Conventions").
 */
import { KernelcastError } from '../../src/errors.ts';
import {
  type ElementType,
  type GridVariable,
  isText,
  numbersAttribute,
  type RawArray,
  textAttribute,
} from '../grid.ts';

export interface Packing {
  scale: number;
  offset: number;
  /** Raw values that mean "missing". */
  missing: readonly number[];
  /** Raw values below or above mean "missing" too. */
  least: number;
  most: number;
  /** The raw integers are to be read without a sign. */
  unsigned: boolean;
}

/** What NetCDF fills unwritten values with; outside the valid range unless the file says otherwise. Not so for bytes. */
const DEFAULT_FILL: Partial<Record<ElementType, number>> = {
  short: -32767,
  ushort: 65535,
  int: -2147483647,
  uint: 4294967295,
  int64: Number(-9223372036854775806n),
  uint64: Number(18446744073709551614n),
  float: Math.fround(9.969209968386869e36),
  double: 9.969209968386869e36,
};

const BITS: Partial<Record<ElementType, number>> = {
  byte: 8,
  ubyte: 8,
  short: 16,
  ushort: 16,
  int: 32,
  uint: 32,
  int64: 64,
  uint64: 64,
};

/**
 * @param file named in errors
 * @throws KernelcastError `CONVENTIONS` for a variable of text, or a packing that is no number
 */
export function packingOf(variable: GridVariable, file: string): Packing {
  const where = { file, variable: variable.name };
  const { attributes, type } = variable;
  if (isText(variable)) throw new KernelcastError('CONVENTIONS', 'the variable holds text, not numbers', { where });
  const scale = numbersAttribute(attributes, 'scale_factor')?.[0] ?? 1;
  const offset = numbersAttribute(attributes, 'add_offset')?.[0] ?? 0;
  for (const [attribute, value] of Object.entries({ scale_factor: scale, add_offset: offset })) {
    if (!Number.isFinite(value) || (attribute === 'scale_factor' && value === 0)) {
      throw new KernelcastError('CONVENTIONS', `${attribute} is ${value}`, { where });
    }
  }
  const unsigned = BITS[type] !== undefined && /^true$/i.test(textAttribute(attributes, '_Unsigned') ?? '');
  const raw = (value: number) => asStored(value, type, unsigned);

  const fill = numbersAttribute(attributes, '_FillValue') ?? (type in DEFAULT_FILL ? [DEFAULT_FILL[type]!] : []);
  const missing = [...fill, ...(numbersAttribute(attributes, 'missing_value') ?? [])].map(raw);

  const { least, most } = validRange(variable, scale, offset);
  return {
    scale,
    offset,
    missing: [...new Set(missing)],
    least: least === undefined ? -Number.MAX_VALUE : raw(least),
    most: most === undefined ? Number.MAX_VALUE : raw(most),
    unsigned,
  };
}

/** The valid range in raw values. */
function validRange({ attributes, type }: GridVariable, scale: number, offset: number) {
  const range = attributes.get('valid_range');
  const bound = (name: string, position: 0 | -1): number | undefined => {
    const attribute = attributes.get(name) ?? range;
    if (!attribute || typeof attribute.value === 'string') return undefined;
    const value = attribute.value.at(position)!;
    // "If valid_range is the same type as scale_factor (actually the wider of scale_factor and add_offset) and this is
    // wider than the external data, then it will be interpreted as being in the units of the internal (unpacked) data."
    const unpacked = type in BITS && (attribute.type === 'float' || attribute.type === 'double');
    return unpacked ? Math.round((value - offset) / scale) : value;
  };
  const [least, most] = [bound('valid_min', 0), bound('valid_max', -1)];
  // A negative scale turns a range of unpacked values round; a range of raw values stands in order as it is.
  const turned = least !== undefined && most !== undefined && least > most;
  return turned ? { least: most, most: least } : { least, most };
}

/** A number from an attribute (which may have another type) as the variable's own type would hold it. */
function asStored(value: number, type: ElementType, unsigned: boolean): number {
  if (type === 'float') return Math.fround(value);
  return unsigned && value < 0 ? value + 2 ** BITS[type]! : value;
}

/** A slab's numbers with the sign that its variable has. */
export function signedAsTold(raw: RawArray, { unsigned }: Packing): RawArray {
  if (!unsigned) return raw;
  if (raw instanceof Int8Array) return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  if (raw instanceof Int16Array) return new Uint16Array(raw.buffer, raw.byteOffset, raw.length);
  if (raw instanceof Int32Array) return new Uint32Array(raw.buffer, raw.byteOffset, raw.length);
  return raw;
}

/**
 * Unpacks picked values of a slab: `target[targetFrom + i]` becomes the value at `raw[rawFrom + picks[i]]`, NaN where missing.
 * @param raw as `signedAsTold` gives it
 * @param places where each picked value goes, instead of one after the other
 */
export function unpackPicked(
  raw: RawArray,
  rawFrom: number,
  picks: Int32Array,
  packing: Packing,
  target: Float64Array,
  targetFrom: number,
  places?: Int32Array,
): void {
  const { scale, offset, least, most, missing } = packing;
  const first = missing.length > 0 ? missing[0] : Number.NaN;
  for (let i = 0; i < picks.length; i++) {
    const value = raw[rawFrom + picks[i]];
    // NaN fails both comparisons.
    const valid =
      value >= least && value <= most && value !== first && (missing.length < 2 || !missing.includes(value));
    target[targetFrom + (places ? places[i] : i)] = valid ? value * scale + offset : Number.NaN;
  }
}
