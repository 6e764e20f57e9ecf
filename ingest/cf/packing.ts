/**
 * From the numbers that a file holds to the numbers that they mean: `scale_factor` and `add_offset`, and all the ways in
 * which a value is said to be missing (CF-1.11 sections 2.5.1 and 8.1; NetCDF Users' Guide, "Attribute Conventions").
 */
import type { Conversion } from '../../src/domain/units.ts';
import { KernelcastError } from '../../src/errors.ts';
import {
  type Attribute,
  type DataVariable,
  type ElementType,
  isText,
  type RawArray,
  textAttribute,
} from '../formats/data-file.ts';
import { DEFAULT_FILL } from '../formats/netcdf-fill.ts';

export interface Packing {
  scale: number;
  offset: number;
  /** The type of the unpacked values, in which they are computed too. */
  type: 'float' | 'double';
  /** Raw values that mean "missing". */
  missing: readonly number[];
  /** Raw values below or above mean "missing" too. */
  least: number;
  most: number;
  /** The raw integers are to be read without a sign, or with one, where their type says otherwise. */
  sign: 'as stored' | 'unsigned' | 'signed';
}

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
export function packingOf(variable: DataVariable, file: string): Packing {
  const where = { file, variable: variable.name };
  const { attributes, type } = variable;
  if (isText(variable)) throw new KernelcastError('CONVENTIONS', 'the variable holds text, not numbers', { where });
  const scale = numberOr(1, variable, 'scale_factor', where);
  const offset = numberOr(0, variable, 'add_offset', where);
  const sign = signOf(variable);
  const raw = (value: number) => asStored(value, type, sign);

  const told = (name: string) => missingNumbers(attributes.get(name));
  const fill = told('_FillValue') ?? (type in DEFAULT_FILL ? [DEFAULT_FILL[type]!] : []);
  const missing = [...fill, ...(told('missing_value') ?? [])].flatMap((value) => [
    raw(value),
    ...otherwiseStored(value, variable, { scale, offset }),
  ]);

  return {
    scale,
    offset,
    type: unpackedType(variable),
    missing: [...new Set(missing)],
    ...validRange(variable, scale, offset, raw),
    sign,
  };
}

/** The numbers of an attribute, also where somebody wrote them as text (`-9999.`, `-9999.f`, `NaN`). */
function missingNumbers(attribute: Attribute | undefined): readonly number[] | undefined {
  if (!attribute) return undefined;
  if (typeof attribute.value !== 'string') return attribute.value;
  const numbers = attribute.value
    .split(/[\s,;]+/)
    .filter((text) => text !== '')
    .map((text) => Number(text.replace(/(?<=[\d.])[a-z]+$/i, '')))
    .filter((value) => !Number.isNaN(value));
  return numbers.length > 0 ? numbers : undefined;
}

/** How a missing value may stand in the file where its attribute has another type than the variable. */
function otherwiseStored(
  value: number,
  { type, attributes }: DataVariable,
  { scale, offset }: { scale: number; offset: number },
): number[] {
  const bits = BITS[type];
  // 1e20 told as float32 beside values of float64.
  if (type === 'double') return value === Math.fround(value) ? [Number(value.toPrecision(7))] : [];
  if (bits === undefined || bits > 32 || attributes.has('_Unsigned')) return [];
  const [least, most] = type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  // 255 or 65535 beside integers with a sign, or a value of the unpacked data.
  const wrapped =
    Number.isInteger(value) && Math.abs(value) < 2 ** bits ? value - Math.sign(value) * 2 ** bits : Number.NaN;
  const packed = Math.round((value - offset) / scale);
  return [wrapped, packed].filter((one) => one >= least && one <= most);
}

/** The same values in another unit, in one step; in float64, unless they stay as they are. */
export function inUnit(packing: Packing, { scale, offset }: Conversion): Packing {
  if (scale === 1 && offset === 0) return packing;
  return { ...packing, scale: packing.scale * scale, offset: packing.offset * scale + offset, type: 'double' };
}

/** @throws KernelcastError `CONVENTIONS`: it is text, or no number to calculate with */
function numberOr(
  fallback: number,
  { attributes }: DataVariable,
  name: 'scale_factor' | 'add_offset',
  where: Record<string, string>,
): number {
  const attribute = attributes.get(name);
  if (!attribute) return fallback;
  const value = typeof attribute.value === 'string' ? Number.NaN : attribute.value[0];
  if (Number.isFinite(value) && !(name === 'scale_factor' && value === 0)) return value;
  const told = typeof attribute.value === 'string' ? `the text '${attribute.value.slice(0, 40)}'` : value;
  throw new KernelcastError('CONVENTIONS', `${name} is ${told}`, { where });
}

/**
 * "The unpacked data should have the type of these attributes" (CF-1.11 section 8.1); of integers of 32 bits and more, which
 * float32 cannot hold, float64. So does xarray.
 */
function unpackedType({ attributes, type }: DataVariable): Packing['type'] {
  const [scale, offset] = [attributes.get('scale_factor'), attributes.get('add_offset')];
  if (type === 'double' || (BITS[type] ?? 0) > 16) return 'double';
  if (!scale && !offset) return 'float';
  const isFloat = scale?.type === 'float' && (!offset || offset.type === 'float');
  return isFloat ? 'float' : 'double';
}

/** NetCDF classic has no integers without a sign, and OPeNDAP no bytes with one: `_Unsigned` (NetCDF Users' Guide) tells. */
function signOf({ attributes, type }: DataVariable): Packing['sign'] {
  const told = (textAttribute(attributes, '_Unsigned') ?? '').toLowerCase();
  if (BITS[type] === undefined) return 'as stored';
  if (told === 'true' && !type.startsWith('u')) return 'unsigned';
  return told === 'false' && type.startsWith('u') ? 'signed' : 'as stored';
}

/** The valid range in raw values. */
function validRange(
  { attributes, type }: DataVariable,
  scale: number,
  offset: number,
  raw: (value: number) => number,
): Pick<Packing, 'least' | 'most'> {
  const range = attributes.get('valid_range');
  const bound = (name: string, position: 0 | -1): number | undefined => {
    const attribute = attributes.get(name) ?? range;
    if (!attribute || typeof attribute.value === 'string') return undefined;
    const value = attribute.value.at(position)!;
    // "If valid_range is the same type as scale_factor (actually the wider of scale_factor and add_offset) and this is
    // wider than the external data, then it will be interpreted as being in the units of the internal (unpacked) data."
    const unpacked = type in BITS && (attribute.type === 'float' || attribute.type === 'double');
    return raw(unpacked ? Math.round((value - offset) / scale) : value);
  };
  const least = bound('valid_min', 0) ?? -Number.MAX_VALUE;
  const most = bound('valid_max', -1) ?? Number.MAX_VALUE;
  // A negative scale turns a range of unpacked values round; a range of raw values stands in order as it is.
  return least > most ? { least: most, most: least } : { least, most };
}

/** A number from an attribute (which may have another type) as the variable's own type would hold it. */
function asStored(value: number, type: ElementType, sign: Packing['sign']): number {
  if (type === 'float') return Math.fround(value);
  if (sign === 'unsigned' && value < 0) return value + 2 ** BITS[type]!;
  return sign === 'signed' && value >= 2 ** (BITS[type]! - 1) ? value - 2 ** BITS[type]! : value;
}

/** A slab's numbers with the sign that its variable has. */
export function signedAsTold(raw: RawArray, { sign }: Packing): RawArray {
  if (sign === 'as stored' || raw instanceof Float64Array) return raw;
  const { byteOffset, length, BYTES_PER_ELEMENT: width } = raw;
  const buffer = raw.buffer as ArrayBuffer;
  const unsigned = sign === 'unsigned';
  if (width === 1) return new (unsigned ? Uint8Array : Int8Array)(buffer, byteOffset, length);
  if (width === 2) return new (unsigned ? Uint16Array : Int16Array)(buffer, byteOffset, length);
  return new (unsigned ? Uint32Array : Int32Array)(buffer, byteOffset, length);
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
  const { scale, offset, type, least, most, missing } = packing;
  const first = missing.length > 0 ? missing[0] : Number.NaN;
  const single = type === 'float' && (scale !== 1 || offset !== 0);
  for (let i = 0; i < picks.length; i++) {
    const value = raw[rawFrom + picks[i]];
    // NaN fails both comparisons.
    const valid =
      value >= least && value <= most && value !== first && (missing.length < 2 || !missing.includes(value));
    const unpacked = single ? Math.fround(Math.fround(value * scale) + offset) : value * scale + offset;
    target[targetFrom + (places ? places[i] : i)] = valid ? unpacked : Number.NaN;
  }
}
