/** A Zarr hierarchy in a zip file: an entry a key. Each entry is held against its length and its CRC-32. */
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import type { AbsolutePath, RangeQuery } from 'zarrita';
import { KernelcastError } from '../../../src/errors.ts';
import { broken, checkSize, cut, type ZarrStore } from './store.ts';

/** Where the hierarchy begins: at the root of the archive, or in the one folder that it holds. */
const MARKS = /^(.*\/)?(\.zgroup|\.zmetadata|zarr\.json)$/;

/** @throws KernelcastError `FORMAT`: no zip file, or none with a Zarr hierarchy in it */
export async function openZipStore(path: string): Promise<ZarrStore> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { autoClose: false });
  } catch (cause) {
    throw broken(path, `the zip file cannot be read: ${(cause as Error).message}`, {}, cause);
  }
  try {
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
    const roots = [...entries.keys()].map((name) => MARKS.exec(name)).filter((match) => match !== null);
    const root = roots.map(([, folder = '']) => folder).sort((a, b) => a.length - b.length)[0];
    if (root === undefined) {
      throw new KernelcastError('FORMAT', 'this is a zip file, and the files in it are what is to be read', {
        where: { file: path, entries: [...entries.keys()].slice(0, 5).join(', ') },
        hint: 'Unzip it, and give the files in it: unzip FILE -d FOLDER. (Of zip files only those that hold Zarr are read as they are.)',
      });
    }
    return new ZipStore(path, zip, entries, root);
  } catch (error) {
    zip.close();
    throw error instanceof Error && error.name === 'KernelcastError'
      ? error
      : broken(path, `the zip file cannot be read: ${(error as Error).message}`, {}, error);
  }
}

class ZipStore implements ZarrStore {
  readonly path: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #root: string;
  /** The value read last: the chunks of a shard are asked for one after the other. */
  #last: { key: string; value: Promise<Uint8Array> } | undefined;

  constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>, root: string) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.#root = root;
  }

  async get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(this.#root + key.slice(1));
    return entry && this.#read(key, entry);
  }

  async getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(this.#root + key.slice(1));
    if (!entry) return undefined;
    if (this.#last?.key !== key) this.#last = { key, value: this.#read(key, entry) };
    return cut(this.path, key, await this.#last.value, range);
  }

  async list(): Promise<string[]> {
    const names = [...this.#entries.keys()].filter((name) => name.startsWith(this.#root));
    return [...new Set(names.map((name) => name.slice(this.#root.length).split('/')[0]))];
  }

  async close(): Promise<void> {
    this.#zip.close();
  }

  async #read(key: string, entry: Entry): Promise<Uint8Array> {
    checkSize(this.path, key, entry.uncompressedSize);
    let bytes: Uint8Array;
    try {
      bytes = await buffer(await this.#zip.openReadStreamPromise(entry));
    } catch (cause) {
      throw broken(
        this.path,
        `an entry of the zip file cannot be unpacked: ${(cause as Error).message}`,
        { key },
        cause,
      );
    }
    if (crc32(bytes) !== entry.crc32) throw broken(this.path, 'the CRC-32 of an entry is wrong', { key });
    return bytes;
  }
}
