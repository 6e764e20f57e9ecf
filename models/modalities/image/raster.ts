/**
 * Pictures as rows of red, green and blue bytes. PNG and JPEG files are read; their decoders are loaded when the first
 * picture comes, and by nobody else.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { KernelcastError } from '../../../src/errors.ts';

export interface Raster {
  width: number;
  height: number;
  /** width * height * 3, row by row. */
  rgb: Uint8Array;
}

const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];
/** More is no photograph but an attack on the memory. */
const MOST_PIXELS = 2 ** 27;

export function isPicture(head: Uint8Array): boolean {
  return [PNG, JPEG].some((mark) => mark.every((byte, i) => head[i] === byte));
}

/**
 * Transparency is dropped, and not blended, as PIL's `convert('RGB')` does; grey becomes three equal channels.
 * @throws KernelcastError `FORMAT` when the bytes are neither PNG nor JPEG, or damaged.
 */
export async function decodePicture(bytes: Uint8Array, file: string): Promise<Raster> {
  if (!isPicture(bytes)) {
    throw new KernelcastError('FORMAT', 'the picture is neither PNG nor JPEG', {
      where: { file },
      hint: 'Convert it: `convert IN OUT.png` of ImageMagick writes one of them.',
    });
  }
  try {
    return bytes[0] === PNG[0] ? await decodePng(bytes) : await decodeJpeg(bytes);
  } catch (cause) {
    throw new KernelcastError(
      'FORMAT',
      `the picture cannot be decoded: ${String((cause as Error)?.message ?? cause)}`,
      {
        where: { file },
        cause,
      },
    );
  }
}

async function decodePng(bytes: Uint8Array): Promise<Raster> {
  const { width, height } = pngSize(bytes);
  requireDecentSize(width, height);
  const { convertIndexedToRgb, decode } = await import('fast-png');
  const image = decode(bytes);
  // Colours above the depth of a byte keep their upper byte, as PIL's 16-bit conversion of RGB does.
  const shift = image.depth === 16 ? 8 : 0;
  const data = image.palette ? convertIndexedToRgb(image) : image.data;
  const channels = image.palette ? data.length / (width * height) : image.channels;
  const scale = !image.palette && image.depth < 8 ? 255 / (2 ** image.depth - 1) : 1;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = pixel * channels + (channels >= 3 ? channel : 0);
      rgb[pixel * 3 + channel] = (data[from] * scale) >> shift;
    }
  }
  return { width, height, rgb };
}

function pngSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

let jpegDecoder: Promise<(bytes: Uint8Array) => Promise<{ width: number; height: number; data: Uint8ClampedArray }>>;

/** mozjpeg as WebAssembly: the values of libjpeg-turbo, which PIL has too. */
async function decodeJpeg(bytes: Uint8Array): Promise<Raster> {
  jpegDecoder ??= openJpegDecoder();
  const decode = await jpegDecoder;
  const { width, height, data } = await decode(bytes);
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) rgb[pixel * 3 + channel] = data[pixel * 4 + channel];
  }
  return { width, height, rgb };
}

async function openJpegDecoder(): Promise<Awaited<typeof jpegDecoder>> {
  const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
  const wasm = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  await init(await WebAssembly.compile(await readFile(wasm)));
  // The decoder answers with the browser's class, which Node has not.
  (globalThis as { ImageData?: unknown }).ImageData ??= class {
    data: Uint8ClampedArray;
    width: number;
    height: number;
    constructor(data: Uint8ClampedArray, width: number, height: number) {
      this.data = data;
      this.width = width;
      this.height = height;
    }
  };
  return async (bytes) => {
    const size = jpegSize(bytes);
    if (size) requireDecentSize(size.width, size.height);
    return decode(bytes.slice().buffer);
  };
}

/** From the frame header, without decoding. */
function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes[at + 5] * 256 + bytes[at + 6], width: bytes[at + 7] * 256 + bytes[at + 8] };
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  return undefined;
}

function requireDecentSize(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return;
  throw new Error(`it says that it has ${width} x ${height} pixels`);
}
