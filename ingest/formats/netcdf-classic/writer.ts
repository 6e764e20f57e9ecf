/**
 * Writes NetCDF classic files in the 64-bit offset variant (CDF-2), after "The NetCDF Classic Format Specification".
 *
 *     const file: NetcdfFile = {
 *       dimensions: { time: 2, lat: 3 },
 *       recordDimension: 'time',
 *       attributes: { Conventions: 'CF-1.11' },
 *       variables: {
 *         lat: { type: 'double', dimensions: ['lat'], attributes: { units: 'degrees_north' }, values: [-90, 0, 90] },
 *         t2m: { type: 'short', dimensions: ['time', 'lat'], attributes: { _FillValue: Int16Array.of(-32768) },
 *                values: (record) => slab(record) },
 *       },
 *     };
 *     await writeFile(path, netcdfChunks(file));   // a slab at a time
 *     const bytes = encodeNetcdf(file);            // or whole
 */
import { KernelcastError } from '../../../src/errors.ts';

/** name -> [tag in the file, bytes of one value] */
const TYPES = { byte: [1, 1], char: [2, 1], short: [3, 2], int: [4, 4], float: [5, 4], double: [6, 8] } as const;

export type NetcdfType = keyof typeof TYPES;

/** Text becomes `char`, numbers `double`, a typed array the type of the same width. */
export type NetcdfAttribute = string | number | readonly number[] | NumericArray;
type NumericArray = Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** Values in row-major order; text for `char`, padded with NUL to its dimensions' size. */
export type NetcdfValues = ArrayLike<number> | string;

export interface NetcdfVariable {
  type: NetcdfType;
  /** Slowest first; the record dimension can only be the first. None for a scalar. */
  dimensions: readonly string[];
  attributes?: Readonly<Record<string, NetcdfAttribute>>;
  /** All values, or, for a variable along the record dimension, a function that gives the slab of one record. */
  values: NetcdfValues | ((record: number) => NetcdfValues);
}

export interface NetcdfFile {
  /** name -> size. The record dimension's size is the number of records. */
  dimensions: Readonly<Record<string, number>>;
  /** The one dimension that is written as unlimited. */
  recordDimension?: string;
  attributes?: Readonly<Record<string, NetcdfAttribute>>;
  variables: Readonly<Record<string, NetcdfVariable>>;
}

const TAG = { dimension: 10, variable: 11, attribute: 12 } as const;

/** The size field of a variable has 32 bits; a larger variable is written with this value instead. */
const SIZE_TOO_LARGE = 2 ** 32 - 1;

interface Placed {
  name: string;
  variable: NetcdfVariable;
  /** Written a record at a time. */
  record: boolean;
  /** The number of values: all of them, or those of one record. */
  count: number;
  /** `count` in bytes, without and with the padding to a multiple of four. */
  bytes: number;
  paddedBytes: number;
}

/** The file's bytes in order: the header, each fixed variable, then record by record each record variable's slab. */
export function* netcdfChunks(file: NetcdfFile): Generator<Uint8Array> {
  const placed = placeVariables(file);
  const records = file.recordDimension === undefined ? 0 : file.dimensions[file.recordDimension];
  const recordVariables = placed.filter((entry) => entry.record);
  // "In the special case when there is only one record variable, no padding is used between record slabs."
  const padded = recordVariables.length !== 1;
  yield encodeHeader(file, placed, records);
  for (const entry of placed) {
    if (!entry.record) yield encodeSlab(entry, entry.variable.values as NetcdfValues, true);
  }
  for (let record = 0; record < records; record++) {
    for (const entry of recordVariables) yield encodeSlab(entry, slabOf(entry, record, records), padded);
  }
}

/** The whole file at once. */
export function encodeNetcdf(file: NetcdfFile): Uint8Array {
  return Buffer.concat([...netcdfChunks(file)]);
}

function placeVariables(file: NetcdfFile): Placed[] {
  return Object.entries(file.variables).map(([name, variable]) => {
    const [first] = variable.dimensions;
    const record = first !== undefined && first === file.recordDimension;
    const count = variable.dimensions.slice(record ? 1 : 0).reduce((product, dimension) => {
      const size = file.dimensions[dimension];
      if (size === undefined || dimension === file.recordDimension) {
        throw new KernelcastError('FORMAT', `a NetCDF variable cannot have the dimension '${dimension}' there`, {
          where: { variable: name },
          hint: 'Name a dimension of the file; the record dimension comes first.',
        });
      }
      return product * size;
    }, 1);
    const bytes = count * TYPES[variable.type][1];
    return { name, variable, record, count, bytes, paddedBytes: roundUp(bytes) };
  });
}

function slabOf(entry: Placed, record: number, records: number): NetcdfValues {
  const { values } = entry.variable;
  if (typeof values === 'function') return values(record);
  if (values.length !== entry.count * records) throw wrongLength(entry, values.length, entry.count * records);
  if (typeof values === 'string') return values.slice(record * entry.count, (record + 1) * entry.count);
  return Array.prototype.slice.call(values, record * entry.count, (record + 1) * entry.count);
}

function encodeSlab(entry: Placed, values: NetcdfValues, padded: boolean): Uint8Array {
  const buffer = Buffer.alloc(padded ? entry.paddedBytes : entry.bytes);
  if (typeof values === 'string') {
    const text = Buffer.from(values, 'utf8');
    if (entry.variable.type !== 'char' || text.length > entry.count) throw wrongLength(entry, text.length, entry.count);
    text.copy(buffer);
    return buffer;
  }
  if (values.length !== entry.count) throw wrongLength(entry, values.length, entry.count);
  putNumbers(buffer, entry.variable.type, values);
  return buffer;
}

function wrongLength({ name, variable }: Placed, given: number, wanted: number): KernelcastError {
  return new KernelcastError('FORMAT', `${given} values given for a NetCDF variable of ${wanted} of ${variable.type}`, {
    where: { variable: name },
  });
}

/** Numbers as the format stores them, big-endian, from the start of the buffer. */
function putNumbers(buffer: Buffer, type: NetcdfType, values: ArrayLike<number>): void {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const put: Record<NetcdfType, (index: number) => void> = {
    byte: (index) => view.setInt8(index, values[index]),
    char: (index) => view.setUint8(index, values[index]),
    short: (index) => view.setInt16(2 * index, values[index]),
    int: (index) => view.setInt32(4 * index, values[index]),
    float: (index) => view.setFloat32(4 * index, values[index]),
    double: (index) => view.setFloat64(8 * index, values[index]),
  };
  for (let index = 0; index < values.length; index++) put[type](index);
}

function encodeHeader(file: NetcdfFile, placed: readonly Placed[], records: number): Uint8Array {
  // The offsets stand in the header whose length they depend on; their width is fixed, so a first pass measures it.
  const length = headerParts(file, placed, records, 0).length;
  return headerParts(file, placed, records, length);
}

function headerParts(file: NetcdfFile, placed: readonly Placed[], records: number, length: number): Buffer {
  const dimensionNames = Object.keys(file.dimensions);
  const offsets = dataOffsets(placed, length);
  return Buffer.concat([
    Buffer.from('CDF\x02', 'latin1'),
    uint32(records),
    ...list(
      TAG.dimension,
      dimensionNames.map((name) => [text(name), uint32(name === file.recordDimension ? 0 : file.dimensions[name])]),
    ),
    ...attributeList(file.attributes),
    ...list(
      TAG.variable,
      placed.map(({ name, variable, paddedBytes }, index) => [
        text(name),
        uint32(variable.dimensions.length),
        ...variable.dimensions.map((dimension) => uint32(dimensionNames.indexOf(dimension))),
        ...attributeList(variable.attributes),
        uint32(TYPES[variable.type][0]),
        uint32(Math.min(paddedBytes, SIZE_TOO_LARGE)),
        uint64(offsets[index]),
      ]),
    ),
  ]);
}

/** Where each variable's data begin: fixed variables one after the other, then the slabs of the first record. */
function dataOffsets(placed: readonly Placed[], headerLength: number): number[] {
  const offsets = new Array<number>(placed.length);
  let offset = headerLength;
  for (const record of [false, true]) {
    placed.forEach((entry, index) => {
      if (entry.record !== record) return;
      offsets[index] = offset;
      offset += entry.paddedBytes;
    });
  }
  return offsets;
}

function list(tag: number, items: readonly (readonly Buffer[])[]): Buffer[] {
  if (items.length === 0) return [uint32(0), uint32(0)];
  return [uint32(tag), uint32(items.length), ...items.flat()];
}

function attributeList(attributes: NetcdfVariable['attributes'] = {}): Buffer[] {
  const entries = Object.entries(attributes);
  return list(
    TAG.attribute,
    entries.map(([name, value]) => [text(name), ...attributeValue(value)]),
  );
}

function attributeValue(value: NetcdfAttribute): Buffer[] {
  if (typeof value === 'string') return [uint32(TYPES.char[0]), text(value)];
  const values = typeof value === 'number' ? [value] : value;
  const type = attributeType(values);
  const [tag, width] = TYPES[type];
  const buffer = Buffer.alloc(roundUp(values.length * width));
  putNumbers(buffer, type, values);
  return [uint32(tag), uint32(values.length), buffer];
}

function attributeType(values: readonly number[] | NumericArray): NetcdfType {
  if (values instanceof Int8Array) return 'byte';
  if (values instanceof Int16Array) return 'short';
  if (values instanceof Int32Array) return 'int';
  if (values instanceof Float32Array) return 'float';
  return 'double';
}

/** Length in bytes, then UTF-8, padded to a multiple of four. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes, Buffer.alloc(roundUp(bytes.length) - bytes.length)]);
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
