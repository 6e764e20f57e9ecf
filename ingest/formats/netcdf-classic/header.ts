/**
 * The header of a NetCDF classic file (CDF-1, CDF-2 and CDF-5), after "The NetCDF Classic Format Specification": netcdfjs parses
 * it where it can, here it is held against the file's real length, and each variable's place is worked out from the dimensions alone.
 */
import type { FileHandle } from 'node:fs/promises';
import { NetCDFReader } from 'netcdfjs';
import { KernelcastError } from '../../../src/errors.ts';
import { type Attribute, type Attributes, type DataVariable, decodeText, type ElementType } from '../data-file.ts';
import { parseWideHeader, type RawAttribute, type RawHeader } from './wide-header.ts';

/** The unsigned ones and those of 64 bits occur in CDF-5 only. */
export type ClassicType = Exclude<ElementType, 'string'>;
export const BYTES_OF: Record<ClassicType, number> = {
  byte: 1,
  ubyte: 1,
  char: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  int64: 8,
  uint64: 8,
  double: 8,
};

/** A header is read in pieces of doubling size; no sane file has one larger than this. */
const FIRST_BYTES = 64 * 1024;
const MOST_BYTES = 16 * 1024 * 1024;

/** "STREAMING": the writer did not know the number of records; it follows from the file's length. */
const STREAMING = 2 ** 32 - 1;

export interface PlacedVariable extends DataVariable {
  type: ClassicType;
  /** Where its values begin. */
  offset: number;
  /** Bytes from a record to the next, for a variable along the record dimension. */
  recordStride: number | undefined;
}

export interface Header {
  dimensions: ReadonlyMap<string, number>;
  attributes: Attributes;
  variables: ReadonlyMap<string, PlacedVariable>;
}

/**
 * Reads and checks the header of an open file.
 * @param length of the file in bytes
 * @throws KernelcastError `FORMAT`: not a header, a header that contradicts itself, or a file shorter than it says
 */
export async function readHeader(handle: FileHandle, length: number, path: string): Promise<Header> {
  for (let size = FIRST_BYTES; ; size *= 2) {
    const bytes = new Uint8Array(Math.min(size, length));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    try {
      return placed(parse(bytes.subarray(0, bytesRead)), length, path);
    } catch (cause) {
      if (cause instanceof KernelcastError) throw cause;
      // A RangeError means that the parser ran off the piece that it was given.
      const ranOff = cause instanceof RangeError;
      if (ranOff && size < length && size < MOST_BYTES) continue;
      const message = cause instanceof Error ? cause.message.replace(/^Not a valid NetCDF v3.x file: /, '') : '';
      throw broken(path, ranOff ? 'the header goes on past the end of the file' : message, cause);
    }
  }
}

function parse(bytes: Uint8Array): RawHeader {
  if (bytes[3] === 5) return parseWideHeader(bytes);
  try {
    const { header, buffer } = new NetCDFReader(bytes);
    const { dimensions, recordDimension, variables, globalAttributes } = header;
    return {
      dimensions: dimensions ?? [],
      recordDimension,
      variables: (variables ?? []) as RawHeader['variables'],
      globalAttributes: (globalAttributes ?? []) as RawAttribute[],
      end: buffer.offset,
    };
  } catch (error) {
    const tooFar = error instanceof Error && error.message.includes('4GB');
    if (tooFar) return parseWideHeader(bytes);
    throw error;
  }
}

function broken(path: string, what: string, cause?: unknown, where: Record<string, string | number> = {}) {
  return new KernelcastError('FORMAT', `a damaged NetCDF classic file: ${what}`, {
    where: { file: path, ...where },
    hint: 'Fetch the file again; `ncdump -h FILE` shows what other programs make of it.',
    cause,
  });
}

function placed(header: RawHeader, length: number, path: string): Header {
  const names = header.dimensions;
  const unlimited = names.filter(({ size }) => size === 0);
  if (unlimited.length > 1) throw broken(path, 'it has two record dimensions');

  const raw = header.variables.map((variable) => {
    const name = fromUtf8(variable.name);
    const fail = (what: string) => broken(path, what, undefined, { variable: name });
    const type = variable.type as ClassicType;
    if (!(type in BYTES_OF)) throw fail('a variable has a type that the format does not know');
    const ids = variable.dimensions;
    if (ids.some((id) => id >= names.length)) throw fail('a variable has a dimension that the file does not have');
    if (ids.slice(1).includes(header.recordDimension.id ?? -1)) {
      throw fail('a variable has the record dimension, and not as its first');
    }
    const record = ids.length > 0 && ids[0] === header.recordDimension.id;
    // Bytes of the whole variable, or of one record of it.
    const bytes = (record ? ids.slice(1) : ids).reduce((product, id) => product * names[id].size, BYTES_OF[type]);
    if (bytes > length && !(record && header.recordDimension.length === 0)) {
      throw truncated(path, name, bytes, length);
    }
    return { name, type, ids, record, bytes, offset: variable.offset, attributes: attributesOf(variable.attributes) };
  });

  const records = raw.filter(({ record }) => record);
  // "In the special case when there is only one record variable, no padding is used between record slabs."
  const stride =
    records.length === 1 ? records[0].bytes : records.reduce((sum, { bytes }) => sum + 4 * Math.ceil(bytes / 4), 0);
  const count = recordCount(header.recordDimension.length, records, stride, length);

  const dimensions = new Map<string, number>();
  for (const { name, size } of names) {
    if (dimensions.has(fromUtf8(name))) throw broken(path, `it has two dimensions called '${fromUtf8(name)}'`);
    dimensions.set(fromUtf8(name), size === 0 ? count : size);
  }
  const dimensionNames = [...dimensions.keys()];
  const variables = new Map<string, PlacedVariable>();
  for (const { name, type, ids, record, bytes, offset, attributes } of raw) {
    if (variables.has(name)) throw broken(path, `it has two variables called '${name}'`);
    const end = record ? (count === 0 ? 0 : offset + (count - 1) * stride + bytes) : offset + bytes;
    if (end > length) throw truncated(path, name, end, length);
    if (end > 0 && offset < header.end) {
      throw broken(path, 'the values of a variable begin inside the header', undefined, { variable: name });
    }
    const own = ids.map((id) => dimensionNames[id]);
    const shape = own.map((dimension) => dimensions.get(dimension)!);
    const recordStride = record ? stride : undefined;
    variables.set(name, { name, type, dimensions: own, shape, attributes, offset, recordStride });
  }
  return { dimensions, attributes: attributesOf(header.globalAttributes), variables };
}

function truncated(path: string, variable: string, needed: number, length: number): KernelcastError {
  return new KernelcastError('FORMAT', `the file is cut off: it has ${length} bytes and needs ${needed}`, {
    where: { file: path, variable },
    hint: 'Fetch the file again.',
  });
}

function recordCount(told: number, records: readonly { offset: number }[], stride: number, length: number): number {
  if (told !== STREAMING) return told;
  if (stride === 0) return 0;
  const begin = Math.min(...records.map(({ offset }) => offset));
  return Math.max(0, Math.floor((length - begin) / stride));
}

/** netcdfjs tells one number, several, bytes without a sign and text of one character a byte; here they become one form. */
function attributesOf(list: readonly RawAttribute[]): Attributes {
  const attributes = new Map<string, Attribute>();
  for (const { name, type, value } of list) {
    if (typeof value === 'string') {
      attributes.set(fromUtf8(name), { type: 'char', value: fromUtf8(value) });
      continue;
    }
    const numbers = (Array.isArray(value) ? value : [value]) as number[];
    const signed = type === 'byte' ? Array.from(Int8Array.from(numbers)) : numbers;
    if (signed.length > 0) attributes.set(fromUtf8(name), { type: type as ClassicType, value: signed });
  }
  return attributes;
}

/** Text whose UTF-16 units each hold one byte. */
function fromUtf8(text: string): string {
  return decodeText(Buffer.from(text, 'latin1'));
}
