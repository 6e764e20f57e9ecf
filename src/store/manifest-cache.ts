/** Manifests, parsed once for as long as their files stay the same: the identity of a file is asked for at each reading. */
import type { z } from 'zod';
import { type Files, fileError, systemCode } from './files.ts';
import { readJson } from './manifest.ts';
import { Recent } from './recent.ts';

/** The manifests that stay in memory. */
const COUNT = 1000;

export class ManifestCache<T> {
  readonly #files: Files;
  readonly #schema: z.ZodType<T>;
  /** By path. */
  readonly #known = new Recent<{ identity: string; manifest: T }>(COUNT);

  constructor(files: Files, schema: z.ZodType<T>) {
    this.#files = files;
    this.#schema = schema;
  }

  /**
   * The manifest at a path: the same object until the file is another. Shared, so do not write to it.
   * @returns undefined where there is no such file
   * @throws KernelcastError `STORE_CORRUPT`
   */
  async read(path: string): Promise<T | undefined> {
    const identity = await identityOf(this.#files, path);
    if (identity === undefined) return undefined;
    const known = this.#known.get(path);
    if (known?.identity === identity) return known.manifest;
    const manifest = await readJson(this.#files, path, this.#schema);
    // Where the file was replaced between the two calls, the older identity only makes us read once more.
    if (manifest !== undefined) this.#known.set(path, { identity, manifest });
    return manifest;
  }
}

/** Inode, size and time of a file, or undefined where there is none: files are replaced by others, never written to. */
export async function identityOf(files: Files, path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await files.stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    // ENOTDIR: a plain file stands where the folder would be.
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError(error, 'look at a file', path);
  }
}
