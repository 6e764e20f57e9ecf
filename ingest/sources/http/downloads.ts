/**
 * Files from HTTP servers, kept in a folder: asked for again only where the server has another one (`If-None-Match`,
 * `If-Modified-Since`), and gone on with where an attempt broke off (`Range`, `If-Range`; RFC 9110, 13 and 14).
 *
 *     downloads/4f3a....json    what the file is: its URL, length, SHA-256, ETag; written last
 *     downloads/4f3a....1b2c3d4e.air.nc
 *     downloads/4f3a....part    what has come so far, and beside it (.part.json) of which version
 *
 * Nothing but a whole answer of status 200 or 206 is ever kept.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { KernelcastError } from '../../../src/errors.ts';
import { writeAtomically } from '../../../src/store/disk/atomic.ts';
import { fileError, nodeFiles, systemCode } from '../../../src/store/disk/files.ts';
import { encodeJson } from '../../../src/store/manifest.ts';
import { type Answer, checkLength, drained, type HttpClient, PassingFailure } from './client.ts';

const entrySchema = z.object({
  url: z.string(),
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
});
type Entry = z.infer<typeof entrySchema>;

const versionSchema = z.object({ url: z.string(), validator: z.string() });

export interface Downloaded {
  path: string;
  url: string;
  /** Whether the server was asked and has nothing newer. */
  unchanged: boolean;
}

const HEAD_BYTES = 512;

export class Downloads {
  readonly #client: HttpClient;
  readonly #folder: string;
  readonly #onProgress: ((bytes: number, total: number) => void) | undefined;

  /** @param onProgress called as a file comes, where the server says how long it is */
  constructor(client: HttpClient, folder: string, onProgress?: (bytes: number, total: number) => void) {
    this.#client = client;
    this.#folder = folder;
    this.#onProgress = onProgress;
  }

  /**
   * The file at an address, as it is there now; undefined where there is none (404, 410).
   * @param check throws where the first bytes are not what was asked for; nothing is kept then
   * @throws KernelcastError `ENVIRONMENT`: unreachable, refused, or the disk fails; `USAGE`: a host that is not allowed
   */
  async fetch(
    url: string,
    check: (head: Buffer, url: string) => void = refuseErrorPages,
  ): Promise<Downloaded | undefined> {
    try {
      await mkdir(this.#folder, { recursive: true });
      return await this.#client.withRetries(url, () => this.#attempt(url, check));
    } catch (error) {
      if (systemCode(error)?.startsWith('E') && (error as { syscall?: string }).syscall) {
        throw fileError(error, 'keep a download', this.#folder);
      }
      throw error;
    }
  }

  /** Forgets a file that turned out to be no good. */
  async forget(url: string): Promise<void> {
    const entry = await this.#entry(url);
    await rm(this.#path(url, '.json'), { force: true });
    if (entry) await rm(join(this.#folder, entry.file), { force: true });
    await this.#dropPart(url);
  }

  async #attempt(url: string, check: (head: Buffer, url: string) => void): Promise<Downloaded | undefined> {
    const entry = await this.#entry(url);
    const part = await this.#part(url);
    const headers: Record<string, string> = {};
    if (part) {
      headers.range = `bytes=${part.bytes}-`;
      headers['if-range'] = part.validator;
    } else if (entry) {
      if (entry.etag) headers['if-none-match'] = entry.etag;
      if (entry.lastModified) headers['if-modified-since'] = entry.lastModified;
    }
    const answer = await this.#client.get(url, headers);
    if (answer.status === 304 && entry) {
      await drained(answer);
      return { path: join(this.#folder, entry.file), url, unchanged: true };
    }
    if (answer.status === 404 || answer.status === 410) {
      await drained(answer);
      return undefined;
    }
    if (answer.status === 416 || (answer.status === 206 && !goesOn(answer, part?.bytes))) {
      await drained(answer);
      await this.#dropPart(url);
      throw new PassingFailure('the server does not go on where the answer broke off');
    }
    if (answer.status !== 200 && answer.status !== 206) {
      throw new KernelcastError('ENVIRONMENT', `the source cannot be used: the server answers ${answer.status}`, {
        where: { url },
      });
    }
    await this.#receive(url, answer, answer.status === 206 ? part!.bytes : 0);
    const known = await this.#keep(url, answer, check, entry);
    return { path: join(this.#folder, known.file), url, unchanged: false };
  }

  /** Appends an answer to what has come so far; all of it, or a failure. */
  async #receive(url: string, answer: Answer, from: number): Promise<void> {
    const path = this.#path(url, '.part');
    const validator = validatorOf(answer);
    if (from === 0) {
      await rm(path, { force: true });
      const version = this.#path(url, '.part.json');
      if (validator === undefined) await rm(version, { force: true });
      else await writeFile(version, JSON.stringify({ url, validator }));
    }
    const handle = await open(path, from === 0 ? 'w' : 'a');
    const length = Number(answer.headers['content-length'] ?? 0);
    let bytes = 0;
    try {
      for await (const chunk of answer.body) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
        if (length > 0) this.#onProgress?.(from + bytes, from + length);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      checkLength(answer, bytes);
    } catch (error) {
      // More than was told is worth nothing; less can be gone on with.
      if (bytes > Number(answer.headers['content-length'])) await this.#dropPart(url);
      throw error;
    }
    const total = Number(/\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
    if (!Number.isNaN(total) && from + bytes !== total) {
      throw new PassingFailure(`the server sent ${from + bytes} of ${total} bytes`);
    }
  }

  async #keep(
    url: string,
    answer: Answer,
    check: (head: Buffer, url: string) => void,
    old: Entry | undefined,
  ): Promise<Entry> {
    const path = this.#path(url, '.part');
    try {
      check(await headOf(path), url);
    } catch (error) {
      await this.#dropPart(url);
      throw error;
    }
    const { size } = await stat(path);
    const sha256 = await sha256Of(path);
    const file = `${this.#name(url)}.${sha256.slice(0, 8)}.${lastNameOf(url)}`;
    const { etag, 'last-modified': lastModified } = answer.headers;
    const entry: Entry = { url, file, bytes: size, sha256, etag, lastModified };
    await rename(path, join(this.#folder, file));
    await writeAtomically(nodeFiles, this.#path(url, '.json'), encodeJson(entry));
    await rm(this.#path(url, '.part.json'), { force: true });
    if (old && old.file !== file) await rm(join(this.#folder, old.file), { force: true });
    return entry;
  }

  /** What is kept of an address, if it is whole. */
  async #entry(url: string): Promise<Entry | undefined> {
    const entry = await this.#json(this.#path(url, '.json'), entrySchema);
    if (entry?.url !== url) return undefined;
    const found = await stat(join(this.#folder, entry.file)).catch(() => undefined);
    return found?.size === entry.bytes && (await sha256Of(join(this.#folder, entry.file))) === entry.sha256
      ? entry
      : undefined;
  }

  /** What has come so far, where the server can tell whether it still has that version. */
  async #part(url: string): Promise<{ bytes: number; validator: string } | undefined> {
    const version = await this.#json(this.#path(url, '.part.json'), versionSchema);
    const found = await stat(this.#path(url, '.part')).catch(() => undefined);
    if (version?.url !== url || !found || found.size === 0) return undefined;
    return { bytes: found.size, validator: version.validator };
  }

  async #dropPart(url: string): Promise<void> {
    await truncate(this.#path(url, '.part')).catch(() => {});
    await rm(this.#path(url, '.part'), { force: true });
    await rm(this.#path(url, '.part.json'), { force: true });
  }

  async #json<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
    } catch {
      // Not there, or not whole: it is fetched anew.
      return undefined;
    }
  }

  #path(url: string, ending: string): string {
    return join(this.#folder, `${this.#name(url)}${ending}`);
  }

  #name(url: string): string {
    return createHash('sha256').update(url).digest('hex').slice(0, 32);
  }
}

/** Whether a 206 is the rest that was asked for. */
function goesOn({ headers }: Answer, from: number | undefined): boolean {
  return from !== undefined && headers['content-range']?.startsWith(`bytes ${from}-`) === true;
}

/** A strong one only: of weakly equal answers the bytes may differ (RFC 9110, 13.1.5). */
function validatorOf({ headers }: Answer): string | undefined {
  const { etag, 'last-modified': lastModified } = headers;
  return etag && !etag.startsWith('W/') ? etag : lastModified;
}

/** Some formats tell something by the name of the file. */
function lastNameOf(url: string): string {
  const name = basename(new URL(url).pathname).replace(/[^A-Za-z0-9._-]/g, '_');
  return name.slice(-80) || 'file';
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Servers send pages that say what is wrong with status 200; no format of ours begins as they do. */
export function refuseErrorPages(head: Buffer, url: string): void {
  const text = head.toString('latin1').trimStart();
  if (head.length > 0 && !/^[<{]/.test(text)) return;
  throw new KernelcastError(
    'FORMAT',
    head.length === 0 ? 'the server sent an empty file' : 'the server sent a page instead of data',
    {
      where: { url, answer: text.replace(/\s+/g, ' ').slice(0, 200) },
    },
  );
}
