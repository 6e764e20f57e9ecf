import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../models/weights/safetensors.ts';
import { isKernelcastError } from '../../../src/errors.ts';

const FILE = 'weights.safetensors';

/** A file with any header, true or lying. */
function file(header: unknown, data: ArrayLike<number> = [], headerLength?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(Uint8Array.from(data), 8 + text.length);
  return bytes;
}

function entry(dtype: string, shape: number[], data_offsets: number[]) {
  return { dtype, shape, data_offsets };
}

const two = new Map<string, NamedTensor>([
  ['b.weight', { shape: [2, 2], values: Float32Array.of(1, -2, 3.5, 1e-30) }],
  ['a.bias', { shape: [3], values: Float32Array.of(0, 1, Number.NaN) }],
]);

describe('reading', () => {
  test.each([
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5],
    ['F32', [0, 0, 0xc0, 0xbf], -1.5],
    ['F16', [0, 0x3e], 1.5],
    ['F16', [1, 0], 2 ** -24],
    ['F16', [0, 0xfc], Number.NEGATIVE_INFINITY],
    ['F16', [0xff, 0x7b], 65504],
    ['F16', [1, 0x7c], Number.NaN],
    ['BF16', [0xc0, 0xbf], -1.5],
    ['I64', [7, 0, 0, 0, 0, 0, 0, 0], 7],
    ['I32', [0xff, 0xff, 0xff, 0xff], -1],
  ])('%s %j is %d', (dtype, bytes, value) => {
    const { tensors } = decodeSafetensors(file({ x: entry(dtype, [1], [0, bytes.length]) }, bytes), FILE);
    expect(tensors.get('x')).toEqual({ shape: [1], values: Float32Array.of(value) });
  });

  test('tensors may lie in another order than the header lists them', () => {
    const header = { x: entry('F32', [1], [4, 8]), y: entry('F32', [], [0, 4]) };
    const { tensors } = decodeSafetensors(file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]), FILE);
    expect([...tensors.keys()]).toEqual(['x', 'y']);
    expect(tensors.get('x')!.values[0]).toBe(2);
    expect(tensors.get('y')!.values[0]).toBe(1);
  });

  test('a tensor of no elements is allowed', () => {
    expect(decodeSafetensors(file({ x: entry('F32', [0, 3], [0, 0]) }), FILE).tensors.get('x')!.values.length).toBe(0);
  });

  test('bytes that do not start at a multiple of four are read all the same', () => {
    const whole = encodeSafetensors(two);
    const shifted = new Uint8Array(whole.length + 1);
    shifted.set(whole, 1);
    expect(decodeSafetensors(shifted.subarray(1), FILE).tensors.get('b.weight')).toEqual(two.get('b.weight'));
  });
});

describe('a damaged file is one error that says where', () => {
  const ok = entry('F32', [2], [0, 8]);
  const zeros = new Uint8Array(8);
  test.each<[string, Uint8Array, RegExp, string | undefined]>([
    ['empty', new Uint8Array(0), /too short/, undefined],
    ['a header longer than the file', file({ x: ok }, zeros, 5000), /ends inside its header/, undefined],
    ['a header of absurd length', file({ x: ok }, zeros, 2 ** 52), /no safetensors file/, undefined],
    ['a header that is no JSON', file('{"x": ', zeros), /not JSON/, undefined],
    ['a header that is no UTF-8', file({ x: ok }, zeros).fill(0xff, 9, 11), /not JSON/, undefined],
    ['a header that is a list', file([]), /no table/, undefined],
    ['metadata that is no table of texts', file({ __metadata__: { a: 1 } }), /__metadata__/, undefined],
    ['an entry without a shape', file({ x: { dtype: 'F32', data_offsets: [0, 8] } }, zeros), /malformed/, 'x'],
    ['a negative size', file({ x: entry('F32', [-2], [0, 8]) }, zeros), /malformed/, 'x'],
    ['a fractional offset', file({ x: entry('F32', [2], [0.5, 8.5]) }, zeros), /malformed/, 'x'],
    ['an unknown type', file({ x: entry('F8_E5M2', [8], [0, 8]) }, zeros), /type F8_E5M2/, 'x'],
    ['a type that is a method of objects', file({ x: entry('toString', [8], [0, 8]) }, zeros), /type toString/, 'x'],
    ['a shape that needs more bytes', file({ x: entry('F32', [3], [0, 8]) }, zeros), /takes 12 bytes.* 8/, 'x'],
    ['a shape whose product overflows', file({ x: entry('F32', [2 ** 40, 2 ** 40], [0, 8]) }, zeros), /takes/, 'x'],
    ['an end before the begin', file({ x: entry('F32', [2], [8, 0]) }, zeros), /takes 8 bytes/, 'x'],
    ['truncated data', file({ x: ok }, new Uint8Array(7)), /ends inside the tensor 'x'/, 'x'],
    ['overlap', file({ x: ok, y: entry('F32', [1], [4, 8]) }, zeros), /'y' overlaps/, 'y'],
    ['a gap', file({ x: ok, y: entry('F32', [1], [12, 16]) }, new Uint8Array(16)), /'y' follows 4 bytes/, 'y'],
    ['bytes after the last tensor', file({ x: ok }, new Uint8Array(11)), /3 bytes follow/, undefined],
  ])('%s', (_, bytes, message, tensor) => {
    const error = thrown(() => decodeSafetensors(bytes, FILE));
    expect(error).toMatchObject({ code: 'MODEL', where: tensor ? { file: FILE, tensor } : { file: FILE } });
    expect((error as Error).message).toMatch(message);
  });

  test('any cut and any changed byte of the header give a typed error or a file of the same shape of things', () => {
    const whole = encodeSafetensors(two);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const bytes = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) bytes[at] = value;
        const error = thrown(() => decodeSafetensors(bytes, FILE));
        if (cut) expect(error).toBeDefined();
        if (error !== undefined) expect(isKernelcastError(error, 'MODEL')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

function thrown(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('writing', () => {
  test('what is written is read back, bit for bit, with its metadata', () => {
    const { tensors, metadata } = decodeSafetensors(encodeSafetensors(two, { format: 'pt' }), FILE);
    expect(metadata).toEqual({ format: 'pt' });
    expect(new Map([...tensors].sort())).toEqual(new Map([...two].sort()));
  });

  test('equal weights give equal bytes, whatever the order they came in', () => {
    expect(encodeSafetensors(new Map([...two].reverse()))).toEqual(encodeSafetensors(two));
  });

  test('the data begins at a multiple of eight, as readers that map the file want it', () => {
    const bytes = encodeSafetensors(two);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  test('a part of a larger array is written as that part only', () => {
    const part = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const { tensors } = decodeSafetensors(encodeSafetensors(new Map([['x', { shape: [2], values: part }]])), FILE);
    expect([...tensors.get('x')!.values]).toEqual([1, 2]);
  });
});
