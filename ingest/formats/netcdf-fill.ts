/** What NetCDF's libraries leave where nothing was written and the file names no fill value of its own (`netcdf.h`, NC_FILL_*). */
import { type DataVariable, type ElementType, numbersAttribute } from './data-file.ts';

/** These lie outside the range of valid values, unless the file says otherwise. */
export const DEFAULT_FILL: Partial<Record<ElementType, number>> = {
  short: -32767,
  ushort: 65535,
  int: -2147483647,
  uint: 4294967295,
  int64: Number(-9223372036854775806n),
  uint64: Number(18446744073709551614n),
  float: Math.fround(9.969209968386869e36),
  double: 9.969209968386869e36,
};

/** Of bytes each may be a value. */
const FILL_OF_BYTES: Partial<Record<ElementType, number>> = { byte: -127, ubyte: 255 };

/** What a value of a variable reads as that was never written. */
export function fillOf({ type, attributes }: DataVariable): number {
  return numbersAttribute(attributes, '_FillValue')?.[0] ?? DEFAULT_FILL[type] ?? FILL_OF_BYTES[type] ?? 0;
}
