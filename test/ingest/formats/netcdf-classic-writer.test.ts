import { NetCDFReader } from 'netcdfjs';
import { describe, expect, it } from 'vitest';
import {
  encodeNetcdf,
  type NetcdfFile,
  type NetcdfType,
  netcdfChunks,
} from '../../../ingest/formats/netcdf-classic/writer.ts';
import { isKernelcastError } from '../../../src/errors.ts';

const TYPE_VALUES: Record<Exclude<NetcdfType, 'char'>, number[]> = {
  byte: [-128, 0, 1, 127],
  short: [-32768, -1, 2, 32767],
  int: [-(2 ** 31), 5, 6, 2 ** 31 - 1],
  float: [-1.5, 0, 2 ** -20, 3.4e38],
  double: [Math.PI, -0.1, 1e300, 5e-324],
};

function withVariable(variable: NetcdfFile['variables'][string], rest: Partial<NetcdfFile> = {}): NetcdfFile {
  return { dimensions: { time: 3, x: 4 }, recordDimension: 'time', ...rest, variables: { v: variable } };
}

describe('the NetCDF classic writer', () => {
  it('writes what netcdfjs knows as the 64-bit offset format', () => {
    const reader = new NetCDFReader(encodeNetcdf({ dimensions: {}, variables: {} }));
    expect(reader.version).toBe('64-bit offset format');
  });

  it.each(Object.keys(TYPE_VALUES) as (keyof typeof TYPE_VALUES)[])('gives back values of type %s', (type) => {
    const reader = new NetCDFReader(encodeNetcdf(withVariable({ type, dimensions: ['x'], values: TYPE_VALUES[type] })));
    const read = reader.getDataVariable('v').flat() as number[];
    // netcdfjs gives bytes unsigned.
    expect(type === 'byte' ? read.map((value) => (value << 24) >> 24) : read).toEqual(
      type === 'float' ? TYPE_VALUES.float.map(Math.fround) : TYPE_VALUES[type],
    );
  });

  it('writes text and pads it with NUL to the size of its dimensions', () => {
    const reader = new NetCDFReader(encodeNetcdf(withVariable({ type: 'char', dimensions: ['x'], values: 'abc' })));
    expect(reader.getDataVariableAsString('v')).toBe('abc');
  });

  it('writes dimensions, the record count and attributes of every type', () => {
    const reader = new NetCDFReader(
      encodeNetcdf({
        dimensions: { time: 3, x: 4 },
        recordDimension: 'time',
        attributes: { title: 'größer', n: 2.5 },
        variables: {
          v: {
            type: 'short',
            dimensions: ['x'],
            attributes: {
              _FillValue: Int16Array.of(-32768),
              range: Float32Array.of(0.5, 1.5, 2.5),
              flags: Int8Array.of(1, 2, 3),
              levels: Int32Array.of(70000),
              weights: [0.1, 0.2],
              note: '',
            },
            values: [1, 2, 3, 4],
          },
        },
      }),
    );
    expect(reader.dimensions).toEqual([
      { name: 'time', size: 0 },
      { name: 'x', size: 4 },
    ]);
    expect(reader.recordDimension.length).toBe(3);
    expect(Buffer.from(reader.getAttribute('title') as string, 'latin1').toString()).toBe('größer');
    expect(reader.getAttribute('n')).toBe(2.5);
    const attributes = reader.variables[0].attributes as unknown as { name: string; type: string; value: unknown }[];
    expect(attributes).toEqual([
      { name: '_FillValue', type: 'short', value: -32768 },
      { name: 'range', type: 'float', value: [0.5, 1.5, 2.5] },
      { name: 'flags', type: 'byte', value: [1, 2, 3] },
      { name: 'levels', type: 'int', value: 70000 },
      { name: 'weights', type: 'double', value: [0.1, 0.2] },
      { name: 'note', type: 'char', value: '' },
    ]);
  });

  it('interleaves record variables, each slab padded to four bytes', () => {
    const slabs = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const reader = new NetCDFReader(
      encodeNetcdf({
        dimensions: { time: 2, x: 3 },
        recordDimension: 'time',
        variables: {
          first: { type: 'short', dimensions: ['time', 'x'], values: slabs.flat() },
          fixed: { type: 'int', dimensions: ['x'], values: [7, 8, 9] },
          time: { type: 'double', dimensions: ['time'], values: [0.5, 1.5] },
          second: { type: 'short', dimensions: ['time', 'x'], values: (record) => slabs[record] },
        },
      }),
    );
    const padded = [
      [1, 2, 3, 0],
      [4, 5, 6, 0],
    ]; // netcdfjs shows the padding as a value
    expect(reader.getDataVariable('first')).toEqual(padded);
    expect(reader.getDataVariable('second')).toEqual(padded);
    expect(reader.getDataVariable('time')).toEqual([0.5, 1.5]);
    expect(reader.getDataVariable('fixed')).toEqual([7, 8, 9]);
  });

  it('does not pad between records where there is only one record variable', () => {
    const bytes = encodeNetcdf(withVariable({ type: 'short', dimensions: ['time'], values: [258, 772, 1286] }));
    expect([...bytes.subarray(-6)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bytes.length % 4).toBe(2);
  });

  it('asks for a record only when its turn has come', () => {
    const asked: number[] = [];
    const chunks = netcdfChunks(
      withVariable({
        type: 'int',
        dimensions: ['time', 'x'],
        values: (record) => {
          asked.push(record);
          return [0, 0, 0, 0];
        },
      }),
    );
    chunks.next();
    expect(asked).toEqual([]);
    chunks.next();
    chunks.next();
    expect(asked).toEqual([0, 1]);
  });

  it.each([
    ['too few values', { type: 'int', dimensions: ['x'], values: [1, 2, 3] }],
    ['too many values over the records', { type: 'int', dimensions: ['time', 'x'], values: new Int32Array(13) }],
    ['text longer than its dimension', { type: 'char', dimensions: ['x'], values: 'abcde' }],
    ['an unknown dimension', { type: 'int', dimensions: ['y'], values: [1] }],
    ['the record dimension not first', { type: 'int', dimensions: ['x', 'time'], values: new Int32Array(12) }],
  ] satisfies [string, NetcdfFile['variables'][string]][])('refuses %s and names the variable', (_, variable) => {
    try {
      encodeNetcdf(withVariable(variable));
      expect.unreachable();
    } catch (error) {
      expect(isKernelcastError(error, 'FORMAT') && error.where.variable).toBe('v');
    }
  });
});
