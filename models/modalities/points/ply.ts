/** PLY (Turk 1994): a header of elements and their properties; then text, or binary in either order of bytes. */
import { KernelcastError } from '../../../src/errors.ts';

interface Property {
  name: string;
  type: string;
  /** Of a list: the type of its length. */
  lengthType?: string;
}

interface Element {
  name: string;
  count: number;
  properties: Property[];
}

interface Header {
  format: string;
  elements: Element[];
  /** Where the content begins. */
  end: number;
}

type Reader = (view: DataView, at: number, little: boolean) => number;

/** By the names of old and of new files: bytes, and how they are read. */
const TYPES: Readonly<Record<string, readonly [size: number, read: Reader]>> = {
  char: [1, (view, at) => view.getInt8(at)],
  uchar: [1, (view, at) => view.getUint8(at)],
  short: [2, (view, at, little) => view.getInt16(at, little)],
  ushort: [2, (view, at, little) => view.getUint16(at, little)],
  int: [4, (view, at, little) => view.getInt32(at, little)],
  uint: [4, (view, at, little) => view.getUint32(at, little)],
  float: [4, (view, at, little) => view.getFloat32(at, little)],
  double: [8, (view, at, little) => view.getFloat64(at, little)],
};
const NEW_NAMES: Readonly<Record<string, string>> = {
  int8: 'char',
  uint8: 'uchar',
  int16: 'short',
  uint16: 'ushort',
  int32: 'int',
  uint32: 'uint',
  float32: 'float',
  float64: 'double',
};
const MOST_HEADER_BYTES = 2 ** 16;

export function isPly(head: Uint8Array): boolean {
  return /^ply\r?\n/.test(String.fromCharCode(...head.subarray(0, 5)));
}

/** The coordinates x, y, z of the element `vertex`, [point, 3]. */
export function readPly(bytes: Uint8Array, file: string): Float64Array {
  const wrong = (message: string) => new KernelcastError('FORMAT', message, { where: { file } });
  const header = readHeader(bytes, wrong);
  const at = header.elements.findIndex(({ name }) => name === 'vertex');
  const vertex = header.elements[at];
  if (!vertex) throw wrong("the PLY file has no element 'vertex'");
  const places = ['x', 'y', 'z'].map((axis) => vertex.properties.findIndex(({ name }) => name === axis));
  if (places.includes(-1)) throw wrong("the PLY file's vertices lack x, y or z");
  const before = header.elements.slice(0, at);
  try {
    return header.format === 'ascii'
      ? readAscii(bytes, header.end, before, vertex, places)
      : readBinary(bytes, header, before, vertex, places);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw wrong('the PLY file ends before its last point');
  }
}

function readHeader(bytes: Uint8Array, wrong: (message: string) => KernelcastError): Header {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MOST_HEADER_BYTES));
  const last = /^end_header\r?\n/m.exec(text);
  if (!last) throw wrong('the header of the PLY file does not end');
  const elements: Element[] = [];
  let format = '';
  for (const line of text.slice(0, last.index).split(/\r?\n/)) {
    const [word, ...words] = line.trim().split(/\s+/);
    if (word === 'format') format = words[0];
    if (word === 'element') elements.push({ name: words[0], count: Number(words[1]), properties: [] });
    if (word !== 'property') continue;
    const isList = words[0] === 'list';
    const [type, lengthType] = isList ? [words[2], words[1]] : [words[0], undefined];
    const property = { name: words.at(-1)!, type: typeOf(type), lengthType: lengthType && typeOf(lengthType) };
    if (!TYPES[property.type] || (property.lengthType && !TYPES[property.lengthType]) || elements.length === 0) {
      throw wrong(`the header of the PLY file is not understood at '${line.slice(0, 60)}'`);
    }
    elements.at(-1)!.properties.push(property);
  }
  if (!['ascii', 'binary_little_endian', 'binary_big_endian'].includes(format)) {
    throw wrong(`the PLY file is of an unknown format '${format.slice(0, 40)}'`);
  }
  if (elements.some(({ count }) => !Number.isSafeInteger(count) || count < 0 || count > bytes.length)) {
    throw wrong('the PLY file says that it has more elements than bytes');
  }
  return { format, elements, end: last.index + last[0].length };
}

function typeOf(name: string): string {
  return NEW_NAMES[name] ?? name;
}

function readAscii(
  bytes: Uint8Array,
  start: number,
  before: readonly Element[],
  { count }: Element,
  places: readonly number[],
): Float64Array {
  const lines = new TextDecoder('latin1').decode(bytes.subarray(start)).split(/\r?\n/);
  const skipped = before.reduce((sum, element) => sum + element.count, 0);
  if (lines.length < skipped + count) throw new RangeError('too few lines');
  const points = new Float64Array(count * 3);
  for (let point = 0; point < count; point++) {
    const words = lines[skipped + point].trim().split(/\s+/);
    for (const [axis, place] of places.entries()) {
      if (words[place] === undefined || words[place] === '') throw new RangeError('too few words');
      points[point * 3 + axis] = Number(words[place]);
    }
  }
  return points;
}

function readBinary(
  bytes: Uint8Array,
  { format, end }: Header,
  before: readonly Element[],
  vertex: Element,
  places: readonly number[],
): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = format === 'binary_little_endian';
  let at = end;
  const next = ({ type, lengthType }: Property): number => {
    let items = 1;
    if (lengthType) {
      items = TYPES[lengthType][1](view, at, little);
      at += TYPES[lengthType][0];
    }
    const [size, read] = TYPES[type];
    const value = items > 0 ? read(view, at, little) : Number.NaN;
    at += size * Math.max(0, items);
    return value;
  };
  for (const { count, properties } of before) for (let i = 0; i < count; i++) properties.forEach(next);
  const points = new Float64Array(vertex.count * 3);
  for (let point = 0; point < vertex.count; point++) {
    const values = vertex.properties.map(next);
    for (const [axis, place] of places.entries()) points[point * 3 + axis] = values[place];
  }
  return points;
}
