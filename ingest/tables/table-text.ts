/** A table as text: unzipped, decoded, and without the lines in front of its rows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KernelcastError } from '../../src/errors.ts';
import { decodeAll, decoded, encodingOf, looksLikeUtf16 } from './encoding.ts';

const HEAD_BYTES = 64 * 1024;

export interface TableHead {
  /** The beginning of the text, as far as it can be read; undefined where it is no text. */
  lines(encoding?: string): string[] | undefined;
  /** All of the text. */
  text(encoding?: string): AsyncIterable<string>;
}

/** @returns undefined for what is no file, or cannot be opened: the reader of grids says what is wrong */
export async function readHead(path: string): Promise<TableHead | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return undefined;
  let magic: string;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead < 2) return undefined;
    magic = buffer.toString('latin1');
  } finally {
    await handle.close();
  }
  const gzipped = magic === '\x1f\x8b';
  const head = await firstBytes(path, gzipped);
  return {
    lines: (named) => linesOf(head, encodingOf(head, named), path),
    text: (named) => decoded(bytesOf(path, gzipped), { encoding: encodingOf(head, named), file: path }),
  };
}

function linesOf(head: Buffer, encoding: string, file: string): string[] | undefined {
  const isUtf16 = encoding.toLowerCase().startsWith('utf-16');
  // What is no UTF-8 is told later, where the mapping may have named another encoding.
  const text = isUtf16
    ? decodeAll(head.subarray(0, head.length - (head.length % 2)), { encoding, file: '' })
    : new TextDecoder(encoding).decode(head);
  if (!isUtf16 && looksLikeUtf16(head)) {
    throw new KernelcastError('FORMAT', 'this looks like text in UTF-16 without its mark', {
      where: { file },
      hint: 'Name the encoding in the mapping, "encoding": "utf-16le" (or "utf-16be"), or save it as UTF-8.',
    });
  }
  if (!isText(text)) return undefined;
  return text.split(/\r\n|\n|\r/);
}

async function firstBytes(path: string, gzipped: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of bytesOf(path, gzipped, gzipped ? undefined : HEAD_BYTES - 1)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (length === 0) throw error;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

function bytesOf(path: string, gzipped: boolean, end?: number): Readable {
  const file = createReadStream(path, end === undefined ? {} : { end });
  // A failure of one ends the others; whoever reads the last is told.
  return pipeline(file, gzipped ? createGunzip() : new PassThrough(), () => {});
}

/** Text holds no control characters but tabs and line breaks. */
function isText(head: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return !/[\x00-\x08\x0e-\x1f]/.test(head);
}

/** The text without its first lines. */
export async function* withoutLines(text: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count;
  for await (const chunk of text) {
    let at = 0;
    while (left > 0) {
      const end = chunk.indexOf('\n', at);
      if (end < 0) break;
      at = end + 1;
      left--;
    }
    if (left === 0) yield chunk.slice(at);
  }
}
