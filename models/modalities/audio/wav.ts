/**
 * WAV files: RIFF chunks, PCM of 8 to 32 bits or IEEE floats. Seventy lines, since the libraries for it on npm are no longer
 * kept; what is compressed is refused with the command that unpacks it.
 */
import { KernelcastError } from '../../../src/errors.ts';

export interface Waveform {
  /** Samples a second. */
  rate: number;
  /** A row a channel, in -1..1. */
  channels: Float64Array[];
}

const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];

export function isWav(head: Uint8Array): boolean {
  return textAt(head, 0) === 'RIFF' && textAt(head, 8) === 'WAVE';
}

/** @throws KernelcastError `FORMAT` when it is no WAV file, cut off, or compressed. */
export function decodeWav(bytes: Uint8Array, file: string): Waveform {
  const wrong = (message: string, hint?: string) => new KernelcastError('FORMAT', message, { where: { file }, hint });
  if (!isWav(bytes)) throw wrong('this is no WAV file', 'ffmpeg -i IN OUT.wav makes one.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: { code: number; count: number; rate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = textAt(bytes, at);
    const start = at + 8;
    // Writers of streams leave the length open; then the data go to the end of the file.
    const end = Math.min(bytes.length, start + view.getUint32(at + 4, true));
    if (name === 'fmt ') {
      if (end - start < 16) throw wrong('the header of the WAV file is cut off');
      const code = view.getUint16(start, true);
      format = {
        code: code === EXTENSIBLE && end - start >= 26 ? view.getUint16(start + 24, true) : code,
        count: view.getUint16(start + 2, true),
        rate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      };
    }
    if (name === 'data') {
      if (!format) throw wrong('the WAV file has samples before its header');
      const { code, count, rate, bits } = format;
      const read = sampleReader(view, code, bits);
      if (!read || count === 0 || rate === 0) {
        throw wrong(`the WAV file holds samples of a kind that is not read (format ${code}, ${bits} bits)`, UNPACK);
      }
      const width = bits / 8;
      const samples = Math.floor((end - start) / (width * count));
      const channels = Array.from({ length: count }, (_, channel) =>
        Float64Array.from({ length: samples }, (_, i) => read(start + (i * count + channel) * width)),
      );
      return { rate, channels };
    }
    at = end + (end % 2); // chunks begin at even bytes
  }
  throw wrong('the WAV file holds no samples');
}

const UNPACK = 'ffmpeg -i IN -c:a pcm_s16le OUT.wav unpacks it.';

function sampleReader(view: DataView, code: number, bits: number): ((at: number) => number) | undefined {
  if (code === FLOAT && bits === 32) return (at) => view.getFloat32(at, true);
  if (code === FLOAT && bits === 64) return (at) => view.getFloat64(at, true);
  if (code !== PCM) return undefined;
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 2 ** 7;
    case 16:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 24:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23;
    case 32:
      return (at) => view.getInt32(at, true) / 2 ** 31;
    default:
      return undefined;
  }
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
