/**
 * Reads series files, each verified once: files of the store never change under their name and checksum, so what was
 * verified and decoded stays in memory, the least recently used leaving first.
 */
import { join } from 'node:path';
import type { Series } from '../domain/series.ts';
import type { Files } from './files.ts';
import type { FileEntry } from './manifest.ts';
import { readVerified } from './manifest.ts';
import { decodeSeries } from './series-file.ts';

const DEFAULT_BYTES = 128 * 2 ** 20;

interface Slot {
  bytes: number;
  series: Promise<Series>;
}

export class SeriesCache {
  readonly #files: Files;
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #slots = new Map<string, Slot>();
  #bytes = 0;

  constructor(files: Files, limit = DEFAULT_BYTES) {
    this.#files = files;
    this.#limit = limit;
  }

  /** The series of a file that a manifest lists; shared, so do not write to it. */
  read(folder: string, name: string, entry: FileEntry): Promise<Series> {
    const key = slotKey(folder, name, entry);
    const slot = this.#slots.get(key);
    if (slot) {
      this.#slots.delete(key);
      this.#slots.set(key, slot);
      return slot.series;
    }
    const series = readVerified(this.#files, folder, name, entry).then((bytes) =>
      decodeSeries(bytes, join(folder, name)),
    );
    this.#keep(key, { bytes: entry.bytes, series });
    series.catch(() => this.#drop(key));
    return series;
  }

  /** Remembers what was just written, so that it need not be read back. */
  put(folder: string, name: string, entry: FileEntry, series: Series): void {
    const key = slotKey(folder, name, entry);
    this.#drop(key);
    this.#keep(key, { bytes: entry.bytes, series: Promise.resolve(series) });
  }

  forget(folder: string, name: string, entry: FileEntry): void {
    this.#drop(slotKey(folder, name, entry));
  }

  #keep(key: string, slot: Slot): void {
    this.#slots.set(key, slot);
    this.#bytes += slot.bytes;
    for (const oldest of this.#slots.keys()) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const slot = this.#slots.get(key);
    if (!slot) return;
    this.#slots.delete(key);
    this.#bytes -= slot.bytes;
  }
}

function slotKey(folder: string, name: string, entry: FileEntry): string {
  return `${join(folder, name)} ${entry.sha256}`;
}
