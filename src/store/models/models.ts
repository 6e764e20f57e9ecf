/**
 * The models that are at hand: artefact folders below the package's `models/pretrained` and the data directory's
 * `models`. A folder is a model when it has a `model.json`, which is its manifest; its other fields are the model's own.
 */
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { fileEntrySchema } from '../manifest.ts';
import { readManifest } from '../manifest-cache.ts';
import { isSafeName } from '../names.ts';
import { openStorage } from '../open-storage.ts';
import type { Storage } from '../storage.ts';

export const MODEL_MANIFEST_NAME = 'model.json';

/** What every `model.json` holds. Further fields pass through unread. */
export const modelManifestSchema = z.looseObject({
  kind: z.enum(['forecaster', 'corrformer', 'backbone', 'baseline', 'station-set', 'universal']),
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
  /** A file that the manifest lists. @throws KernelcastError `STORE_CORRUPT` where it is not as listed */
  read(name: string): Promise<Uint8Array>;
}

/** Where models lie: `models` below a data directory (or in a bucket), `models/pretrained` below the package. */
export interface ModelPlace {
  root: string;
  folder: string;
}

export class ModelStore {
  readonly #places: readonly { storage: Storage; folder: string }[];

  /** @param places where to look for models; where two hold the same id, the first counts */
  constructor(places: readonly ModelPlace[]) {
    this.#places = places.map(({ root, folder }) => ({ storage: openStorage(root), folder }));
  }

  /**
   * All models, in the order of the places and their names.
   * @throws KernelcastError `STORE_CORRUPT` naming the manifest that does not read as one
   */
  async list(): Promise<StoredModel[]> {
    const found = new Map<string, StoredModel>();
    for (const { storage, folder: parent } of this.#places) {
      for (const name of await storage.list(parent)) {
        if (!isSafeName(name)) continue;
        const folder = `${parent}/${name}`;
        const manifest = await readManifest(storage, folder, modelManifestSchema, MODEL_MANIFEST_NAME);
        if (!manifest || found.has(manifest.id)) continue;
        const read = (file: string) => storage.readFile(folder, file, manifest.files[file]);
        found.set(manifest.id, { folder: storage.nameOf(folder), manifest, read });
      }
    }
    return [...found.values()];
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
