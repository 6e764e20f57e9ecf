/**
 * The safetensors format, read and written: 8 bytes of header length (little-endian), a JSON header that names each
 * tensor with its type, shape and place, then the tensors themselves (little-endian, PyTorch layouts).
 *
 *     const { tensors } = decodeSafetensors(await readFile(path), path);
 *     await writeFile(path, encodeSafetensors(tensors));
 *
 * Everything in a header is checked against the file before it is believed. Source of the format:
 * https://huggingface.co/docs/safetensors.
 */
import { z } from 'zod';
import { KernelcastError } from '../../src/errors.ts';
import { DECODERS, type ElementType, encodeFloat32 } from './element-types.ts';

/** A tensor on the host. */
export interface NamedTensor {
  shape: readonly number[];
  /** In row-major order. */
  values: Float32Array;
}

export type Weights = ReadonlyMap<string, NamedTensor>;

export interface SafetensorsFile {
  /** In the order of the header. */
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** As the reference implementation: a longer header is an attack or an accident. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

const size = z.int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });

/**
 * @param bytes of the whole file; the tensors may share their memory.
 * @param file names the file in errors.
 * @throws KernelcastError `MODEL` for a file that is truncated or damaged, naming the tensor where one is concerned.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsFile {
  const { header, dataStart } = readHeader(bytes, file);
  const data = bytes.subarray(dataStart);
  const tensors = new Map<string, NamedTensor>();
  const places: Place[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      const parsed = z.record(z.string(), z.string()).safeParse(value);
      if (!parsed.success) throw damaged(`the header's ${METADATA} is no table of texts`, { file });
      metadata = parsed.data;
      continue;
    }
    const place = readPlace(name, value, data.length, file);
    places.push(place);
    tensors.set(name, {
      shape: place.shape,
      values: DECODERS[place.type].decode(data.subarray(place.begin, place.end)),
    });
  }
  checkCover(places, data.length, file);
  return { tensors, metadata };
}

interface Place {
  name: string;
  type: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    throw damaged('the file is too short to be safetensors', { file, bytes: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw damaged(`the file says that its header has ${length} bytes: it is no safetensors file`, { file });
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    throw damaged('the file ends inside its header', { file, header: Number(length), bytes: bytes.length });
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart)));
  } catch (cause) {
    throw damaged('the header is not JSON', { file }, cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged('the header is no table of tensors', { file });
  }
  return { header: header as Record<string, unknown>, dataStart };
}

function readPlace(name: string, value: unknown, dataBytes: number, file: string): Place {
  const where = { file, tensor: name };
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw damaged(`the header's entry of the tensor '${name}' is malformed`, where, parsed.error);
  const { dtype, shape, data_offsets } = parsed.data;
  const [begin, end] = data_offsets;
  if (!Object.hasOwn(DECODERS, dtype)) {
    throw new KernelcastError('MODEL', `the tensor '${name}' is of type ${dtype}, which is not read`, {
      where,
      hint: `Convert it to one of ${Object.keys(DECODERS).join(', ')}.`,
    });
  }
  const type = dtype as ElementType;
  const needed = shape.reduce((product, length) => product * length, DECODERS[type].bytes);
  if (end - begin !== needed) {
    throw damaged(
      `the tensor '${name}' of shape [${shape}] takes ${needed} bytes, the header gives it ${end - begin}`,
      where,
    );
  }
  if (end > dataBytes) {
    throw damaged(`the file ends inside the tensor '${name}'`, { ...where, needed: end, present: dataBytes });
  }
  return { name, type, shape, begin, end };
}

/** Tensors lie one after the other, and fill the file: no byte belongs to two or to none. */
function checkCover(places: Place[], dataBytes: number, file: string): void {
  let at = 0;
  for (const { name, begin, end } of places.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const what = begin < at ? 'overlaps with another' : `follows ${begin - at} bytes that belong to none`;
      throw damaged(`the tensor '${name}' ${what}`, { file, tensor: name });
    }
    at = end;
  }
  if (at !== dataBytes) throw damaged(`${dataBytes - at} bytes follow the last tensor`, { file });
}

function damaged(message: string, where: Record<string, string | number>, cause?: unknown): KernelcastError {
  return new KernelcastError('MODEL', message, {
    where,
    hint: 'The file is damaged or no safetensors file: copy or convert it again.',
    cause,
  });
}

/** Writes float32 tensors in the order of their names, so that equal weights give equal bytes. */
export function encodeSafetensors(tensors: Weights, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { [METADATA]: metadata } : {};
  const names = [...tensors.keys()].sort();
  let end = 0;
  for (const name of names) {
    const { shape, values } = tensors.get(name)!;
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = LENGTH_BYTES + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + end).fill(0x20, LENGTH_BYTES, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true);
  bytes.set(text, LENGTH_BYTES);
  let at = dataStart;
  for (const name of names) {
    const encoded = encodeFloat32(tensors.get(name)!.values);
    bytes.set(encoded, at);
    at += encoded.length;
  }
  return bytes;
}
