/**
 * Which model serves a dataset: the newest that the training job published for it, else the one that the service was begun with.
 * A trained model says in its manifest for whom it was made and how it was judged.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { isBucket } from '../../src/config.ts';
import { localFolder } from '../../src/store/bucket/bucket-address.ts';
import { publishFolder } from '../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import { readManifest } from '../../src/store/manifest-cache.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from '../../src/store/models/models.ts';
import { isSafeName } from '../../src/store/names.ts';
import { openStorage } from '../../src/store/open-storage.ts';

/** In the manifest of a model that the training job made. */
export const servesSchema = z.object({
  dataset: z.string(),
  /** The hour of the training, ISO 8601. */
  slot: z.string(),
  trial: z.object({
    from: z.string(),
    to: z.string(),
    /** Of mean squared errors to those of the model that served, the geometric mean over the variables. */
    ratio: z.number(),
    against: z.string(),
  }),
});
export type Serves = z.infer<typeof servesSchema>;

const trainedSchema = modelManifestSchema.extend({ serves: servesSchema.optional() });

export interface TrainedModel {
  /** Below `models`. */
  name: string;
  serves: Serves;
}

/** The models that were trained for a dataset, the newest first. */
export async function listTrained(root: string, dataset: string): Promise<TrainedModel[]> {
  const storage = openStorage(root);
  const trained: TrainedModel[] = [];
  for (const name of (await storage.list('models')).filter(isSafeName)) {
    const manifest = await readManifest(storage, `models/${name}`, trainedSchema, MODEL_MANIFEST_NAME);
    if (manifest?.serves?.dataset === dataset) trained.push({ name, serves: manifest.serves });
  }
  return trained.sort((a, b) => b.serves.slot.localeCompare(a.serves.slot));
}

/** The folder of a model on this machine; from a bucket it is fetched first, once. */
export async function modelFolder(root: string, name: string): Promise<string> {
  const storage = openStorage(root);
  if (!isBucket(root)) return storage.nameOf(`models/${name}`);
  const text = (await storage.readManifest(`models/${name}`, MODEL_MANIFEST_NAME))!;
  const { files } = modelManifestSchema.parse(JSON.parse(text));
  const entries = new Map<string, Uint8Array>();
  for (const [file, entry] of Object.entries(files)) {
    entries.set(file, await storage.readFile(`models/${name}`, file, entry));
  }
  entries.set(MODEL_MANIFEST_NAME, Buffer.from(text));
  const folder = join(localFolder(root), 'models', name);
  await publishFolder(nodeFiles, folder, entries);
  return folder;
}
