/** A Zarr hierarchy in a folder: a file a key. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AbsolutePath, RangeQuery } from 'zarrita';
import { fileError, systemCode } from '../../../src/store/disk/files.ts';
import { broken, checkSize, placeOf, type ZarrStore } from './store.ts';

/** No such key: the file, or a folder on the way to it, is not there, or is a folder itself. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'EISDIR'];

export class FolderStore implements ZarrStore {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    return this.#read(key, undefined);
  }

  getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined> {
    return this.#read(key, range);
  }

  async list(): Promise<string[]> {
    return readdir(this.path);
  }

  async close(): Promise<void> {}

  async #read(key: AbsolutePath, range: RangeQuery | undefined): Promise<Uint8Array | undefined> {
    const file = join(this.path, key);
    try {
      const handle = await open(file, 'r');
      try {
        const stat = await handle.stat();
        if (!stat.isFile()) return undefined;
        const place = range ? placeOf(range, stat.size) : { offset: 0, length: stat.size };
        if (!place) throw broken(this.path, `an index points past the ${stat.size} bytes of its value`, { key });
        checkSize(this.path, key, place.length);
        const bytes = new Uint8Array(place.length);
        for (let done = 0; done < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, place.offset + done);
          if (bytesRead === 0) throw broken(this.path, 'a file became shorter while it was read', { key });
          done += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    } catch (error) {
      const code = systemCode(error);
      if (code !== undefined && ABSENT.includes(code)) return undefined;
      throw code === undefined ? error : fileError(error, 'read a file', file);
    }
  }
}
