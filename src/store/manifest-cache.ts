/** Manifests, parsed once for as long as they stay the same: their identity is asked for at each reading. */
import type { z } from 'zod';
import { MANIFEST_NAME, parseJson } from './manifest.ts';
import { Recent } from './recent.ts';
import type { Storage } from './storage.ts';

/** The manifests that stay in memory. */
const COUNT = 1000;

export class ManifestCache<T> {
  readonly #storage: Storage;
  readonly #schema: z.ZodType<T>;
  /** By folder. */
  readonly #known = new Recent<{ identity: string; manifest: T }>(COUNT);

  constructor(storage: Storage, schema: z.ZodType<T>) {
    this.#storage = storage;
    this.#schema = schema;
  }

  /**
   * The manifest of a folder: the same object until there is another. Shared, so do not write to it.
   * @returns undefined where there is none
   * @throws KernelcastError `STORE_CORRUPT`
   */
  async read(folder: string): Promise<T | undefined> {
    const identity = await this.#storage.manifestIdentity(folder);
    if (identity === undefined) return undefined;
    const known = this.#known.get(folder);
    if (known?.identity === identity) return known.manifest;
    const manifest = await readManifest(this.#storage, folder, this.#schema);
    // Where it was replaced between the two calls, the older identity only makes us read once more.
    if (manifest !== undefined) this.#known.set(folder, { identity, manifest });
    return manifest;
  }
}

/**
 * @returns undefined where there is none
 * @throws KernelcastError `STORE_CORRUPT`
 */
export async function readManifest<T>(
  storage: Storage,
  folder: string,
  schema: z.ZodType<T>,
  name?: string,
): Promise<T | undefined> {
  const text = await storage.readManifest(folder, name);
  return text === undefined ? undefined : parseJson(text, storage.nameOf(folder, name ?? MANIFEST_NAME), schema);
}
