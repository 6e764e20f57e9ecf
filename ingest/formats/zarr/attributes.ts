/** The JSON documents of Zarr, and their attributes as those of a NetCDF variable. */
import type { Attribute, ElementType } from '../data-file.ts';

/** Text, or a number that Python wrote down as JSON does not know it. */
const TEXT_OR_NUMBER = /("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g;

/** Bare NaN and Infinity, as Python writes them, become texts. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  return JSON.parse(text.replace(TEXT_OR_NUMBER, (match, quoted) => quoted ?? `"${match}"`));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What says which values are missing, or how they are packed: numbers, however they are written. */
const NUMERIC = /^(_FillValue|missing_value|valid_(min|max|range)|scale_factor|add_offset)$/;

/**
 * @param type of the variable; none for a group's attributes
 */
export function attributesOf(document: unknown, type?: ElementType): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const [name, value] of Object.entries(isObject(document) ? document : {})) {
    if (name === '_ARRAY_DIMENSIONS') continue;
    const attribute = attributeOf(type !== undefined && NUMERIC.test(name) ? numeric(value, type) : value);
    if (attribute) attributes.set(name, attribute);
  }
  return attributes;
}

/** Numbers, texts and lists of one of them; anything else has no meaning in CF. */
function attributeOf(value: unknown): Attribute | undefined {
  if (typeof value === 'boolean') return { type: 'char', value: String(value) };
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) return undefined;
  // JSON does not tell the type; a range of whole numbers is one of stored values (see `packing.ts`).
  if (values.every(Number.isInteger)) return { type: 'int64', value: values };
  if (values.every((one) => typeof one === 'number')) return { type: 'double', value: values };
  return values.every((one) => typeof one === 'string') ? { type: 'char', value: values.join(' ') } : undefined;
}

/** "NaN", and the base64 of a float64's bytes that xarray writes into `_FillValue` of Zarr 3. */
function numeric(value: unknown, type: ElementType): unknown {
  if (Array.isArray(value)) return value.map((one) => numeric(one, type));
  if (typeof value !== 'string') return value;
  if (/^-?(NaN|Infinity)$/.test(value)) return Number(value);
  const bytes = Buffer.from(value, 'base64');
  const isFloat = type === 'float' || type === 'double';
  return isFloat && bytes.length === 8 ? bytes.readDoubleLE(0) : value;
}

/** The documents of all nodes in one, by key (`air/.zarray`), as `.zmetadata` and `zarr.json` of version 3 hold them. */
export function consolidated(root: unknown, version: 2 | 3): Map<string, unknown> | undefined {
  if (!isObject(root)) return undefined;
  if (version === 2) return isObject(root.metadata) ? new Map(Object.entries(root.metadata)) : undefined;
  const inline = root.consolidated_metadata;
  if (!isObject(inline) || !isObject(inline.metadata)) return undefined;
  return new Map(Object.entries(inline.metadata).map(([name, document]) => [`${name}/zarr.json`, document]));
}
