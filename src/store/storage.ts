/**
 * Where all state is kept, as the stores see it: folders that are published as a whole, behind a manifest, and a few whose
 * manifest is replaced by another. A reader sees the old state or the new one, whatever becomes of the writer. Folders are
 * named from the root, with `/`.
 *
 *     await storage.publish('runs/demo/2024-03-01T06Z', new Map([['one.arrow', bytes], ['manifest.json', manifest]]));
 */

import type { FileEntry } from './manifest.ts';
import type { Stamp } from './stamp.ts';

export interface Storage {
  /** What people call a folder, or a file of it. */
  nameOf(folder: string, name?: string): string;
  /** The names of what is in a folder, sorted; none where it does not exist. */
  list(folder: string): Promise<string[]>;
  /** Another one when anything was published in a folder, or taken away. It may be a second old where a look costs money. */
  stampOf(folder: string): Promise<Stamp>;
  /** Another one when the folder has another manifest. It may be a second old, too. */
  manifestStamp(folder: string): Promise<Stamp>;
  /** As of now: another text when the folder has another manifest, undefined where it has none. */
  manifestIdentity(folder: string): Promise<string | undefined>;
  /** @returns undefined where the folder has no manifest, or is not there */
  readManifest(folder: string, name?: string): Promise<string | undefined>;
  /**
   * A file that a manifest lists.
   * @throws KernelcastError `STORE_CORRUPT` when it is missing, or not as the manifest says
   */
  readFile(folder: string, name: string, entry: FileEntry): Promise<Uint8Array>;
  /**
   * All of it or nothing.
   * @param entries the manifest is the last; each is written as it comes
   * @returns 'exists' when the folder is there already; it stays as it is
   */
  publish(folder: string, entries: Entries, options?: PublishOptions): Promise<'published' | 'exists'>;
  /** Takes a folder away, with what was published below it, before a reader sees half of it; one that is not there stays away. */
  remove(folder: string): Promise<void>;
  /**
   * The one way to change what is there: one writer of a folder at a time.
   * @param waitMs how long to wait for another writer
   * @throws KernelcastError `BUSY` naming the other writer, and what `work` throws
   */
  update<T>(folder: string, waitMs: number, work: (draft: Draft) => Promise<T>): Promise<T>;
  /**
   * What crashes left in a folder and those below it, once it is too old to belong to a writer at work.
   * @param isListed whether a manifest lists a file, by its path from the folder; `hash` is the beginning of its SHA-256, where known
   */
  leftovers(folder: string, isListed: (path: string, hash?: string) => boolean, now: number): Promise<string[]>;
  /** @param leftover as `leftovers` names it */
  discard(leftover: string): Promise<void>;
  /**
   * Moves a folder, or one file of it, to where nobody reads it.
   * @param aside a folder below the root
   */
  putAside(aside: string, folder: string, file?: { name: string; entry: FileEntry }): Promise<void>;
}

/** Files by their names. */
export type Entries = Iterable<readonly [string, Uint8Array]> | AsyncIterable<readonly [string, Uint8Array]>;

export interface PublishOptions {
  /**
   * Whether it outlives a power cut; it does by default. What does not can be written faster, and may be found broken after
   * one: `STORE_CORRUPT` when it is read.
   */
  isDurable?: boolean;
}

/** A change of a folder, seen by nobody before its commit. */
export interface Draft {
  write(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Puts the manifest in the place of the one that was there when the update began.
   * @throws KernelcastError `BUSY` when another writer took the folder over
   */
  commit(manifest: Uint8Array): Promise<void>;
  /** After the commit: removes the files that are not among those of the manifest. What cannot be removed does no harm. */
  sweep(kept: ReadonlyMap<string, FileEntry>): Promise<void>;
  /** Instead of a commit: removes files that were written. What cannot be removed does no harm. */
  discard(names: readonly string[]): Promise<void>;
}
