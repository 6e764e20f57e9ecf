/** State in a folder of a disk, which many machines may share: renames are atomic, and a lock names its holder. */
import { dirname, join, relative } from 'node:path';
import { type FileEntry, MANIFEST_NAME, readText, readVerified } from '../manifest.ts';
import { NOTHING, type Stamp, stampOf } from '../stamp.ts';
import type { Draft, Entries, PublishOptions, Storage } from '../storage.ts';
import {
  discard,
  LEFTOVER_AGE_MS,
  makeFolder,
  publishFolder,
  sweepTemporary,
  TEMPORARY,
  temporaryName,
  writeAtomically,
} from './atomic.ts';
import { type Files, fileError, listFolder, nodeFiles, systemCode } from './files.ts';
import { withLock } from './lock.ts';

const LOCK_NAME = '.lock';

export class FolderStorage implements Storage {
  readonly #root: string;
  readonly #files: Files;

  constructor(root: string, files: Files = nodeFiles) {
    this.#root = root;
    this.#files = files;
  }

  nameOf(folder: string, name = ''): string {
    return join(this.#root, folder, name);
  }

  list(folder: string): Promise<string[]> {
    return listFolder(this.#files, this.nameOf(folder));
  }

  stampOf(folder: string): Promise<Stamp> {
    return stampOf(this.#files, this.nameOf(folder));
  }

  manifestStamp(folder: string): Promise<Stamp> {
    return stampOf(this.#files, this.nameOf(folder, MANIFEST_NAME));
  }

  async manifestIdentity(folder: string): Promise<string | undefined> {
    const { identity } = await this.manifestStamp(folder);
    return identity === NOTHING.identity ? undefined : identity;
  }

  readManifest(folder: string, name = MANIFEST_NAME): Promise<string | undefined> {
    return readText(this.#files, this.nameOf(folder, name));
  }

  readFile(folder: string, name: string, entry: FileEntry): Promise<Uint8Array> {
    return readVerified(this.#files, this.nameOf(folder), name, entry);
  }

  async publish(folder: string, entries: Entries, { isDurable }: PublishOptions = {}): Promise<'published' | 'exists'> {
    const path = this.nameOf(folder);
    const outcome = await publishFolder(this.#files, path, entries, isDurable);
    await sweepTemporary(this.#files, dirname(path), Date.now()).catch(() => {});
    return outcome;
  }

  async remove(folder: string): Promise<void> {
    const path = this.nameOf(folder);
    const temporary = join(dirname(path), temporaryName());
    try {
      await this.#files.rename(path, temporary);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw fileError(error, 'remove a folder', path);
    }
    await discard(this.#files, temporary);
  }

  async update<T>(folder: string, waitMs: number, work: (draft: Draft) => Promise<T>): Promise<T> {
    const path = this.nameOf(folder);
    await makeFolder(this.#files, path);
    return withLock(this.#files, join(path, LOCK_NAME), waitMs, (check) => work(this.#draft(path, check)));
  }

  #draft(path: string, check: () => Promise<void>): Draft {
    const files = this.#files;
    return {
      write: (name, bytes) => writeAtomically(files, join(path, name), bytes),
      async commit(manifest) {
        await check();
        await writeAtomically(files, join(path, MANIFEST_NAME), manifest);
      },
      async sweep(kept) {
        try {
          for (const name of await listFolder(files, path)) {
            if (name.endsWith('.arrow') && !kept.has(name)) await files.unlink(join(path, name));
          }
          await sweepTemporary(files, path, Date.now());
        } catch {
          // The change is committed; what is left over is swept after the next.
        }
      },
      async discard(names) {
        for (const name of names) await files.unlink(join(path, name)).catch(() => {});
      },
    };
  }

  async leftovers(folder: string, isListed: (path: string) => boolean, now: number): Promise<string[]> {
    const found: string[] = [];
    for (const name of await this.list(folder)) {
      if (!TEMPORARY.test(name) && (!name.endsWith('.arrow') || isListed(name))) continue;
      const path = this.nameOf(folder, name);
      const { mtimeMs } = await this.#files.stat(path).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > LEFTOVER_AGE_MS) found.push(path);
    }
    return found;
  }

  discard(leftover: string): Promise<void> {
    return discard(this.#files, leftover);
  }

  async putAside(aside: string, folder: string, file?: { name: string }): Promise<void> {
    const path = this.nameOf(folder, file?.name);
    const target = join(this.#root, aside, relative(this.#root, path));
    try {
      await makeFolder(this.#files, dirname(target));
      await this.#files.rename(path, target);
    } catch (error) {
      // What is missing is as much aside as it can be.
      if (systemCode(error) === 'ENOENT') return;
      throw fileError(error, 'put something aside', path);
    }
  }
}
