/** Attributes of an HDF5 object as those of a NetCDF variable; runs in the thread. */
import { type File, Attribute as Hdf5Attribute, Module } from 'h5wasm/node';
import { type Attribute, decodeText, type ElementType } from '../data-file.ts';
import { Refusal } from './messages.ts';

/** How NetCDF-4 writes its own structure down; no attributes of the data. */
const OF_THE_FORMAT = new Set([
  'CLASS',
  'NAME',
  'DIMENSION_LIST',
  'REFERENCE_LIST',
  'DIMENSION_LABELS',
  '_Netcdf4Dimid',
  '_Netcdf4Coordinates',
  '_nc3_strict',
  '_NCProperties',
]);

/** An attribute larger than this is none, but a header that lies. */
const MOST_BYTES = 16 * 1024 * 1024;

type Description = ReturnType<typeof Module.get_attribute_metadata>;

export function attributeNames(file: File, path: string): string[] {
  return Module.get_attribute_names(file.file_id, path);
}

/** All attributes that hold numbers or text; others (compounds, references) have no meaning in CF. */
export function readAttributes(file: File, path: string): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const name of attributeNames(file, path)) {
    if (OF_THE_FORMAT.has(name)) continue;
    const attribute = readAttribute(file, path, name);
    if (attribute) attributes.set(name, attribute);
  }
  return attributes;
}

export function readAttribute(file: File, path: string, name: string): Attribute | undefined {
  const description = Module.get_attribute_metadata(file.file_id, path, name);
  if (!description.shape || description.total_size === 0) return undefined;
  if (description.size * description.total_size > MOST_BYTES) {
    throw new Refusal(`an attribute says that it has ${description.size * description.total_size} bytes`);
  }
  const type = elementType(description);
  if (type === undefined) return undefined;
  if (type === 'char' || type === 'string') {
    const texts = description.vlen ? longTexts(file, path, name) : fixedTexts(file, path, name, description);
    return { type: 'char', value: texts.join(' ') };
  }
  const value = new Hdf5Attribute(file.file_id, path, name).value as number | bigint | ArrayLike<number | bigint>;
  return { type, value: Array.from(typeof value === 'object' ? value : [value], Number) };
}

/** Text of any length each; what h5wasm takes for ASCII comes with one character a byte. */
function longTexts(file: File, path: string, name: string): string[] {
  const attribute = new Hdf5Attribute(file.file_id, path, name);
  const texts = [attribute.value].flat() as string[];
  return attribute.metadata.cset === 1 ? texts : texts.map((text) => decodeText(Buffer.from(text, 'latin1')));
}

/** Text of one length: from its bytes, for many files call UTF-8 ASCII. */
function fixedTexts(file: File, path: string, name: string, { size, total_size }: Description): string[] {
  const pointer = Module._malloc(size * total_size);
  try {
    Module.get_attribute_data(file.file_id, path, name, BigInt(pointer));
    return Array.from({ length: total_size }, (_, index) => {
      const from = pointer + index * size;
      const end = Module.HEAPU8.subarray(from, from + size).indexOf(0);
      return decodeText(Buffer.from(Module.HEAPU8.subarray(from, end < 0 ? from + size : from + end)));
    });
  } finally {
    Module._free(pointer);
  }
}

/** The NetCDF type of an HDF5 type; undefined for those that we do not read. */
export function elementType({ type, size, signed, vlen }: Description): ElementType | undefined {
  const { H5T_INTEGER, H5T_FLOAT, H5T_STRING } = Module.H5T_class_t;
  if (type === H5T_STRING.value) return vlen || size > 1 ? 'string' : 'char';
  if (type === H5T_FLOAT.value) return ({ 4: 'float', 8: 'double' } as const)[size];
  if (type !== H5T_INTEGER.value) return undefined;
  const signedType = ({ 1: 'byte', 2: 'short', 4: 'int', 8: 'int64' } as const)[size];
  return signedType && !signed ? (`u${signedType}` as 'ubyte' | 'ushort' | 'uint' | 'uint64') : signedType;
}
