/**
 * NumPy's `.npy`: one array of numbers or of times, C or Fortran order. Arrays of Python objects are pickles, which are programs:
 * they are refused.
 */
import { KernelcastError } from '../../../src/errors.ts';

export interface NpyArray {
  shape: number[];
  /** In C order. Times are milliseconds since 1970; texts of times are read as such. */
  values: Float64Array;
}

const MAGIC = '\u0093NUMPY';
/** Milliseconds of numpy's units of time. */
const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5, D: 864e5 };

/** @throws KernelcastError `FORMAT` when it is no such file, cut off, or holds objects. */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const wrong = (message: string, hint?: string) => new KernelcastError('FORMAT', message, { where: { file }, hint });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || latin(bytes.subarray(0, 6)) !== MAGIC) throw wrong('this is no .npy file of NumPy');
  const isShort = bytes[6] === 1;
  const start = isShort ? 10 : 12;
  const end = start + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = latin(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1].match(/\d+/g)?.map(Number) ?? [];
  if (type?.includes('O')) {
    throw wrong(
      'the array holds Python objects, which are programs',
      "np.save(OUT, np.load(IN, allow_pickle=True).astype('datetime64[h]')) makes times of them.",
    );
  }
  const element = type ? readerOf(type) : undefined;
  if (!element) throw wrong(`arrays of the type '${type ?? 'none'}' are not read`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - end < count * element.size) throw wrong('the .npy file ends before its last value');
  const stored = Float64Array.from({ length: count }, (_, i) => element.read(view, end + i * element.size));
  return { shape, values: /'fortran_order':\s*True/.test(header) ? toRows(stored, shape) : stored };
}

interface Element {
  size: number;
  read(view: DataView, at: number): number;
}

function readerOf(type: string): Element | undefined {
  const [, order, kind, width, unit] = /^([<>|=])([a-zA-Z])(\d+)(?:\[(\w+)\])?$/.exec(type) ?? [];
  const [size, little] = [Number(width), order !== '>'];
  switch (`${kind}${width}`) {
    case 'f4':
      return { size, read: (view, at) => view.getFloat32(at, little) };
    case 'f8':
      return { size, read: (view, at) => view.getFloat64(at, little) };
    case 'i1':
      return { size, read: (view, at) => view.getInt8(at) };
    case 'u1':
      return { size, read: (view, at) => view.getUint8(at) };
    case 'i2':
      return { size, read: (view, at) => view.getInt16(at, little) };
    case 'i4':
      return { size, read: (view, at) => view.getInt32(at, little) };
    case 'i8':
      return { size, read: (view, at) => Number(view.getBigInt64(at, little)) };
    case 'M8':
      return UNITS[unit] === undefined
        ? undefined
        : { size, read: (view, at) => Number(view.getBigInt64(at, little)) * UNITS[unit] };
  }
  if (kind !== 'U') return undefined;
  return { size: 4 * size, read: (view, at) => timeOf(view, at, size, little) };
}

/** `2019-01-01 00:00:00`, in UTC. */
function timeOf(view: DataView, at: number, letters: number, little: boolean): number {
  const codes = Array.from({ length: letters }, (_, i) => view.getUint32(at + 4 * i, little)).filter(
    (code) => code > 0,
  );
  const text = String.fromCharCode(...codes)
    .trim()
    .replace(' ', 'T');
  return Date.parse(/[Z+]/.test(text) ? text : `${text.length === 10 ? `${text}T00:00` : text}Z`);
}

function toRows(columns: Float64Array, shape: readonly number[]): Float64Array {
  const rows = new Float64Array(columns.length);
  for (let i = 0; i < columns.length; i++) {
    let [rest, to] = [i, 0];
    const places = shape.map((size) => {
      const place = rest % size;
      rest = Math.floor(rest / size);
      return place;
    });
    for (const [axis, size] of shape.entries()) to = to * size + places[axis];
    rows[to] = columns[i];
  }
  return rows;
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
