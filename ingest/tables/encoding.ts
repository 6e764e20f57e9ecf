/**
 * From the bytes of a table to text. A byte order mark tells UTF-8 and UTF-16; without one the text is UTF-8, or what the mapping names
 * (`"encoding": "latin1"`). Bytes that are no UTF-8 are refused: guessed letters would make other stations of the same names.
 */
import { KernelcastError } from '../../src/errors.ts';

const HINT =
  'Name the encoding in the mapping, "encoding": "latin1" (or "windows-1252", "utf-16le", ...), or save it as UTF-8.';

/** Whether Node knows an encoding by this name. */
export function isEncoding(name: string): boolean {
  try {
    return Boolean(new TextDecoder(name));
  } catch {
    return false;
  }
}

/**
 * The encoding that the first bytes tell.
 * @param named what the mapping says; a mark in the file counts more
 */
export function encodingOf(head: Uint8Array, named?: string): string {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return named ?? 'utf-8';
}

/** Whether nearly every second byte is zero, as in Latin letters of UTF-16 whose mark was lost. */
export function looksLikeUtf16(head: Uint8Array): boolean {
  const part = head.subarray(0, 64);
  if (part.length < 16) return false;
  const zeros = [0, 0];
  for (const [index, byte] of part.entries()) if (byte === 0) zeros[index % 2]++;
  return Math.max(...zeros) >= 0.4 * part.length && Math.min(...zeros) === 0;
}

/**
 * The text of a stream of bytes, without its mark.
 * @throws KernelcastError `FORMAT` where the bytes are no text of the encoding
 */
export async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  { encoding, file }: { encoding: string; file: string },
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of bytes) yield decode(decoder, file, chunk);
  yield decode(decoder, file);
}

/** All of a small file, as `decoded` does. */
export function decodeAll(bytes: Uint8Array, { encoding, file }: { encoding: string; file: string }): string {
  return decode(new TextDecoder(encoding, { fatal: true }), file, bytes, false);
}

function decode(decoder: TextDecoder, file: string, chunk?: Uint8Array, stream = chunk !== undefined): string {
  try {
    return decoder.decode(chunk, { stream });
  } catch (cause) {
    throw new KernelcastError('FORMAT', `the text is not ${decoder.encoding.toUpperCase()}`, {
      where: { file },
      hint: HINT,
      cause,
    });
  }
}
