import { describe, expect, it } from 'vitest';
import { inUnit, packingOf, signedAsTold, unpackPicked } from '../../../ingest/cf/packing.ts';
import type { Attribute, DataVariable, ElementType, RawArray } from '../../../ingest/formats/data-file.ts';
import { isKernelcastError } from '../../../src/errors.ts';

function variable(type: ElementType, attributes: Record<string, Attribute>): DataVariable {
  return { name: 'v', type, dimensions: ['x'], shape: [1], attributes: new Map(Object.entries(attributes)) };
}
const number = (type: ElementType, ...value: number[]): Attribute => ({ type, value });

function unpack(raw: RawArray, type: ElementType, attributes: Record<string, Attribute> = {}): number[] {
  const packing = packingOf(variable(type, attributes), 'f.nc');
  const target = new Float64Array(raw.length);
  const picks = Int32Array.from(raw, (_, index) => index);
  unpackPicked(signedAsTold(raw, packing), 0, picks, packing, target, 0);
  return Array.from(target);
}

it('unpacks with scale_factor and add_offset', () => {
  const attributes = { scale_factor: number('double', 0.5), add_offset: number('double', 10) };
  expect(unpack(Int16Array.of(0, 2, -4), 'short', attributes)).toEqual([10, 11, 8]);
});

it('computes in the type of scale_factor and add_offset, as xarray does', () => {
  const told = (type: ElementType) => ({
    scale_factor: number(type, Math.fround(0.01)),
    add_offset: number(type, 273.15),
  });
  const raw = Int16Array.of(-27314, 1);
  const [scale, offset] = [Math.fround(0.01), Math.fround(273.15)];
  const single = Array.from(raw, (value) => Math.fround(Math.fround(value * scale) + offset));
  const double = Array.from(raw, (value) => value * scale + 273.15);
  const floats = { scale_factor: number('float', scale), add_offset: number('float', offset) };
  expect(unpack(raw, 'short', floats)).toEqual(single);
  expect(unpack(raw, 'short', told('double'))).toEqual(double);
  expect(single[0]).not.toBeCloseTo(double[0], 6);
  // Integers that float32 cannot hold, and attributes of two types: float64.
  expect(unpack(Int32Array.from(raw), 'int', floats)).toEqual(Array.from(raw, (value) => value * scale + offset));
  const types = (attributes: Record<string, Attribute>, type: ElementType = 'short') =>
    packingOf(variable(type, attributes), 'f.nc').type;
  expect([types({}), types(floats), types({ scale_factor: floats.scale_factor })]).toEqual(['float', 'float', 'float']);
  expect([types({ add_offset: floats.add_offset }), types({ ...floats, add_offset: number('double', 1) })]).toEqual([
    'double',
    'double',
  ]);
  expect([types({}, 'double'), types({}, 'int'), types(floats, 'int64'), types({}, 'float')]).toEqual([
    'double',
    'double',
    'double',
    'float',
  ]);
});

it('goes to another unit in one step', () => {
  const packing = inUnit(packingOf(variable('short', { scale_factor: number('float', 0.5) }), 'f.nc'), {
    scale: 2,
    offset: -273.15,
  });
  expect(packing).toMatchObject({ scale: 1, offset: -273.15, type: 'double' });
});

it('picks values from anywhere in a slab and puts them anywhere', () => {
  const packing = packingOf(variable('short', {}), 'f.nc');
  const target = new Float64Array(4);
  unpackPicked(Int16Array.of(1, 2, 3, 4, 5, 6), 3, Int32Array.of(2, 0), packing, target, 1);
  expect(Array.from(target)).toEqual([0, 6, 4, 0]);
});

describe('missing values', () => {
  it('_FillValue and each missing_value, compared before unpacking', () => {
    const attributes = {
      scale_factor: number('double', 0.1),
      _FillValue: number('short', -1),
      missing_value: number('short', -2, -3),
    };
    expect(unpack(Int16Array.of(-1, -2, -3, -4), 'short', attributes).map(Number.isNaN)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('a float is missing when the attribute, told as a double, rounds to it', () => {
    const attributes = { missing_value: number('double', 1e20) };
    expect(unpack(Float32Array.of(1e20, 1), 'float', attributes)).toEqual([Number.NaN, 1]);
  });

  it('NaN and infinities', () => {
    expect(unpack(Float64Array.of(Number.NaN, Infinity, -Infinity, 0), 'double')).toEqual([NaN, NaN, NaN, 0]);
  });

  it("NetCDF's own fill values, unless the file has its own, and never for bytes", () => {
    expect(unpack(Float32Array.of(9.969209968386869e36), 'float')).toEqual([NaN]);
    expect(unpack(Int16Array.of(-32767), 'short')).toEqual([NaN]);
    expect(unpack(Int16Array.of(-32767), 'short', { _FillValue: number('short', -1) })).toEqual([-32767]);
    expect(unpack(Int8Array.of(-127), 'byte')).toEqual([-127]);
  });

  it('outside valid_range, valid_min, valid_max; the bounds themselves are valid', () => {
    const raw = Int16Array.of(-1, 0, 100, 101);
    const inside = [NaN, 0, 100, NaN];
    expect(unpack(raw, 'short', { valid_range: number('short', 0, 100) })).toEqual(inside);
    expect(unpack(raw, 'short', { valid_min: number('short', 0), valid_max: number('short', 100) })).toEqual(inside);
  });

  it('a valid_range told in unpacked values, also with a negative scale', () => {
    for (const sign of [1, -1]) {
      const attributes = {
        scale_factor: number('float', sign * 0.5),
        add_offset: number('float', 200),
        valid_range: number('float', 200 - 10, 200 + 10),
      };
      expect(unpack(Int16Array.of(-21, -20, 20, 21), 'short', attributes).map(Number.isNaN)).toEqual([
        true,
        false,
        false,
        true,
      ]);
    }
  });
});

it('reads integers without a sign where _Unsigned says so, their fill value too', () => {
  const attributes = { _Unsigned: { type: 'char', value: 'true' } as Attribute, _FillValue: number('byte', -1) };
  expect(unpack(Int8Array.of(-1, -2, 3), 'byte', attributes)).toEqual([NaN, 254, 3]);
});

it('a valid range of integers without a sign is one too, though its numbers have one', () => {
  const attributes = {
    _Unsigned: { type: 'char', value: 'true' } as Attribute,
    valid_min: number('short', 1),
    valid_max: number('short', -2),
  };
  expect(unpack(Int16Array.of(0, 1, -2, -1), 'short', attributes)).toEqual([NaN, 1, 65534, NaN]);
});

it('reads integers with a sign where _Unsigned is false', () => {
  const attributes = { _Unsigned: { type: 'char', value: 'false' } as Attribute, _FillValue: number('ubyte', 128) };
  expect(unpack(Uint8Array.of(255, 128, 3), 'ubyte', attributes)).toEqual([-1, NaN, 3]);
});

it('knows what NetCDF-4 fills its own types with; bytes may all be values', () => {
  expect(unpack(Uint16Array.of(65534, 65535), 'ushort')).toEqual([65534, NaN]);
  expect(unpack(Uint32Array.of(4294967294, 4294967295), 'uint')).toEqual([4294967294, NaN]);
  expect(unpack(Float64Array.of(7, -(2 ** 63)), 'int64')).toEqual([7, NaN]);
  expect(unpack(Uint8Array.of(254, 255), 'ubyte')).toEqual([254, 255]);
});

it.each([
  ['text', variable('char', {})],
  ['texts', variable('string', {})],
  ['a scale of zero', variable('short', { scale_factor: number('double', 0) })],
  ['a scale that is text', variable('short', { scale_factor: { type: 'char', value: '0.01' } })],
  ['an offset that is no number', variable('short', { add_offset: number('double', NaN) })],
])('refuses %s', (_, odd) => {
  try {
    packingOf(odd, 'f.nc');
    expect.unreachable();
  } catch (error) {
    expect(isKernelcastError(error, 'CONVENTIONS') && error.where).toEqual({ file: 'f.nc', variable: 'v' });
  }
});
