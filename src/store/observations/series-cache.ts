/**
 * Reads series files, each verified once: files of the store never change under their name and checksum, so what was
 * verified and decoded stays in memory, up to a limit.
 */
import type { Series } from '../../domain/series.ts';
import type { FileEntry } from '../manifest.ts';
import { Recent } from '../recent.ts';
import type { Storage } from '../storage.ts';
import { decodeSeries } from './series-file.ts';

const DEFAULT_BYTES = 128 * 2 ** 20;

export class SeriesCache {
  readonly #storage: Storage;
  readonly #series: Recent<Promise<Series>>;

  constructor(storage: Storage, limitBytes = DEFAULT_BYTES) {
    this.#storage = storage;
    this.#series = new Recent(limitBytes);
  }

  /** The series of a file that a manifest lists; shared, so do not write to it. */
  read(folder: string, name: string, entry: FileEntry): Promise<Series> {
    const key = keyOf(folder, name, entry);
    const known = this.#series.get(key);
    if (known) return known;
    const series = this.#load(folder, name, entry);
    this.#series.set(key, series, entry.bytes);
    series.catch(() => this.#series.delete(key));
    return series;
  }

  /** Remembers what was just written, so that it need not be read back. */
  put(folder: string, name: string, entry: FileEntry, series: Series): void {
    this.#series.set(keyOf(folder, name, entry), Promise.resolve(series), entry.bytes);
  }

  forget(folder: string, name: string, entry: FileEntry): void {
    this.#series.delete(keyOf(folder, name, entry));
  }

  async #load(folder: string, name: string, entry: FileEntry): Promise<Series> {
    return decodeSeries(await this.#storage.readFile(folder, name, entry), this.#storage.nameOf(folder, name));
  }
}

function keyOf(folder: string, name: string, entry: FileEntry): string {
  return `${folder}/${name} ${entry.sha256}`;
}
