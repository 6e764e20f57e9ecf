/**
 * The header of a NetCDF classic file, byte by byte, after "The NetCDF Classic Format Specification" and "CDF-5 File Format
 * Specification": for what netcdfjs does not read, which is CDF-5 and places beyond 4 GB in CDF-2.
 */

/** In the form of netcdfjs: text has one character a byte. */
export interface RawHeader {
  dimensions: { name: string; size: number }[];
  recordDimension: { id?: number; length: number };
  globalAttributes: RawAttribute[];
  variables: { name: string; dimensions: number[]; attributes: RawAttribute[]; type: string; offset: number }[];
  /** Bytes of the header. */
  end: number;
}

export interface RawAttribute {
  name: string;
  type: string;
  value: string | number[];
}

const TAG = { dimension: 10, variable: 11, attribute: 12 } as const;

/** By the number of a type in the file, from 1. */
const TYPES = [
  'byte',
  'char',
  'short',
  'int',
  'float',
  'double',
  'ubyte',
  'ushort',
  'uint',
  'int64',
  'uint64',
] as const;
type WideType = (typeof TYPES)[number];

/** "STREAMING" of CDF-5, in the form of the older versions. */
const STREAMING = 2n ** 64n - 1n;
const NARROW_STREAMING = 2 ** 32 - 1;

/**
 * @param bytes the beginning of a file of version 2 or 5
 * @throws RangeError where the header goes on past the bytes; Error where it says what cannot be
 */
export function parseWideHeader(bytes: Uint8Array): RawHeader {
  const reader = new HeaderReader(bytes);
  const length = reader.recordCount();
  const dimensions = reader.list(TAG.dimension, () => ({ name: reader.name(), size: reader.count() }));
  const globalAttributes = reader.attributes();
  const variables = reader.list(TAG.variable, () => {
    const name = reader.name();
    const own: number[] = [];
    for (let rank = reader.count(); rank > 0; rank--) own.push(reader.count());
    const attributes = reader.attributes();
    const type = reader.type();
    reader.count(); // the size, which follows from the dimensions
    return { name, dimensions: own, attributes, type, offset: reader.uint64() };
  });
  const id = dimensions.findIndex(({ size }) => size === 0);
  const recordDimension = id < 0 ? { length } : { id, length };
  return { dimensions, recordDimension, globalAttributes, variables, end: reader.position };
}

class HeaderReader {
  position = 4;
  readonly #view: DataView;
  /** CDF-5 counts in 64 bits. */
  readonly #wide: boolean;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#wide = bytes[3] === 5;
  }

  recordCount(): number {
    const streaming = this.#wide && this.#view.getBigUint64(this.position) === STREAMING;
    const count = this.count();
    return streaming ? NARROW_STREAMING : count;
  }

  list<Item>(tag: number, item: () => Item): Item[] {
    const found = this.#uint32();
    const count = this.count();
    if (found !== tag && (found !== 0 || count !== 0)) throw new Error(`a list of the header begins with ${found}`);
    const items: Item[] = [];
    for (let left = count; left > 0; left--) items.push(item());
    return items;
  }

  attributes(): RawAttribute[] {
    return this.list(TAG.attribute, () => {
      const name = this.name();
      const type = this.type();
      const count = this.count();
      if (type === 'char') return { name, type, value: this.#text(count) };
      const value: number[] = [];
      for (let left = count; left > 0; left--) value.push(this.#number(type));
      this.#pad();
      return { name, type, value };
    });
  }

  name(): string {
    return this.#text(this.count());
  }

  type(): WideType {
    const number = this.#uint32();
    if (!TYPES[number - 1]) throw new Error(`there is no type ${number}`);
    return TYPES[number - 1];
  }

  count(): number {
    return this.#wide ? this.uint64() : this.#uint32();
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8)));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  #text(length: number): string {
    const from = this.#skip(length);
    if (this.position > this.#view.byteLength) throw new RangeError('the text goes on');
    const text = Buffer.from(this.#view.buffer, this.#view.byteOffset + from, length).toString('latin1');
    this.#pad();
    return text;
  }

  #number(type: Exclude<WideType, 'char'>): number {
    const view = this.#view;
    switch (type) {
      case 'byte':
        return view.getInt8(this.#skip(1));
      case 'ubyte':
        return view.getUint8(this.#skip(1));
      case 'short':
        return view.getInt16(this.#skip(2));
      case 'ushort':
        return view.getUint16(this.#skip(2));
      case 'int':
        return view.getInt32(this.#skip(4));
      case 'uint':
        return view.getUint32(this.#skip(4));
      case 'int64':
        return Number(view.getBigInt64(this.#skip(8)));
      case 'uint64':
        return Number(view.getBigUint64(this.#skip(8)));
      case 'float':
        return view.getFloat32(this.#skip(4));
      case 'double':
        return view.getFloat64(this.#skip(8));
    }
  }

  #skip(length: number): number {
    const from = this.position;
    this.position += length;
    return from;
  }

  #pad(): void {
    this.position = 4 * Math.ceil(this.position / 4);
  }
}
