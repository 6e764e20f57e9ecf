/**
 * The element types of checkpoints, decoded to float32. Integers are there for the counters that PyTorch stores beside
 * batch norms; float64 loses what float32 cannot hold.
 */
export type ElementType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32';

interface Decoder {
  /** Of one element. */
  bytes: number;
  decode(bytes: Uint8Array): Float32Array;
}

function decoder(bytes: number, read: (view: DataView, at: number) => number): Decoder {
  return {
    bytes,
    decode(data) {
      const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
      return Float32Array.from({ length: data.length / bytes }, (_, i) => read(view, i * bytes));
    },
  };
}

export const DECODERS: Readonly<Record<ElementType, Decoder>> = {
  F64: decoder(8, (view, at) => view.getFloat64(at, true)),
  F32: { bytes: 4, decode: decodeFloat32 },
  F16: decoder(2, (view, at) => halfToNumber(view.getUint16(at, true))),
  BF16: { bytes: 2, decode: decodeBrain16 },
  I64: decoder(8, (view, at) => Number(view.getBigInt64(at, true))),
  I32: decoder(4, (view, at) => view.getInt32(at, true)),
};

const LITTLE_ENDIAN_HOST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function decodeFloat32(data: Uint8Array): Float32Array {
  if (LITTLE_ENDIAN_HOST) {
    // Weights are large: where they lie well, they are not copied.
    const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
    return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  }
  return decoder(4, (view, at) => view.getFloat32(at, true)).decode(data);
}

export function encodeFloat32(values: Float32Array): Uint8Array {
  if (LITTLE_ENDIAN_HOST) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true);
  return bytes;
}

/** bfloat16 is the upper half of a float32. */
function decodeBrain16(data: Uint8Array): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = Uint32Array.from({ length: data.length / 2 }, (_, i) => view.getUint16(i * 2, true) << 16);
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
