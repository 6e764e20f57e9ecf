/**
 * The models that are at hand: artefact folders below the package's `models/pretrained` and the data directory's
 * `models`. A folder is a model when it has a `model.json`, which is its manifest; its other fields are the model's own.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { KernelcastError } from '../errors.ts';
import { type Files, listFolder, nodeFiles } from './files.ts';
import { fileEntrySchema, readJson, readVerified } from './manifest.ts';
import { isSafeName } from './names.ts';

export const MODEL_MANIFEST_NAME = 'model.json';

/** What every `model.json` holds. Further fields pass through unread. */
export const modelManifestSchema = z.looseObject({
  kind: z.enum(['forecaster', 'corrformer', 'backbone', 'baseline', 'station-set']),
  /** Short and stable: names the model in the API and in runs. */
  id: z.string().refine(isSafeName, 'not fit for an id'),
  /** For people. */
  name: z.string().min(1),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Length and SHA-256 of the folder's other files. */
  files: z.record(z.string(), fileEntrySchema),
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;

export interface StoredModel {
  folder: string;
  manifest: ModelManifest;
}

export class ModelStore {
  readonly #folders: readonly string[];
  readonly #files: Files;

  /** @param folders where to look for model folders; where two hold the same id, the first counts */
  constructor(folders: readonly string[], options: { files?: Files } = {}) {
    this.#folders = folders;
    this.#files = options.files ?? nodeFiles;
  }

  /**
   * All models, in the order of the folders and their names.
   * @throws KernelcastError `STORE_CORRUPT` naming the manifest that does not read as one
   */
  async list(): Promise<StoredModel[]> {
    const found = new Map<string, StoredModel>();
    for (const parent of this.#folders) {
      for (const name of await listFolder(this.#files, parent)) {
        if (!isSafeName(name)) continue;
        const folder = join(parent, name);
        const manifest = await readJson(this.#files, join(folder, MODEL_MANIFEST_NAME), modelManifestSchema);
        if (manifest && !found.has(manifest.id)) found.set(manifest.id, { folder, manifest });
      }
    }
    return [...found.values()];
  }

  /** A file that the model's manifest lists. @throws KernelcastError `STORE_CORRUPT` where it is not as listed */
  read({ folder, manifest }: StoredModel, name: string): Promise<Uint8Array> {
    return readVerified(this.#files, folder, name, manifest.files[name]);
  }

  /** @throws KernelcastError `NOT_FOUND` naming the models that there are */
  async find(id: string): Promise<StoredModel> {
    const models = await this.list();
    const model = models.find((candidate) => candidate.manifest.id === id);
    if (model) return model;
    const known = models.map((candidate) => candidate.manifest.id).join(', ') || '(none)';
    throw new KernelcastError('NOT_FOUND', `there is no model '${id.slice(0, 80)}'`, {
      where: { model: id.slice(0, 80), known },
      hint: `Models: ${known}.`,
    });
  }
}
