/**
 * A model artefact is a folder that stands for itself: `model.json` (what the network is, and the length and checksum of
 * every other file), `weights.safetensors` and, where the model is to be served, `model.onnx`.
 *
 *     await writeArtefact('models/pretrained/demo', { kind: 'forecaster', id, name, architecture, ... }, files);
 *     const artefact = await readArtefact('models/pretrained/demo', forecasterSchema);
 *     const weights = await artefact.read('weights.safetensors');
 *
 * The manifest may carry any further fields; `artefactSchema.extend({...})` describes them to the reader.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { KernelcastError } from '../../src/errors.ts';
import { publishFolder } from '../../src/store/disk/atomic.ts';
import { type Files, nodeFiles } from '../../src/store/disk/files.ts';
import { encodeJson, fileEntry, readJson, readVerified } from '../../src/store/manifest.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from '../../src/store/models/models.ts';

export const WEIGHTS_FILE = 'weights.safetensors';
export const ONNX_FILE = 'model.onnx';

/** The fields of every manifest. Further ones pass through unread. */
export const artefactSchema = modelManifestSchema.extend({
  /** What the network is built from; the reader of the kind knows its form. */
  architecture: z.unknown(),
});

export type Artefact = z.infer<typeof artefactSchema>;

export interface OpenArtefact<M extends Artefact> {
  folder: string;
  manifest: M;
  /**
   * The content of one of the manifest's files.
   * @throws KernelcastError `MODEL` when the manifest does not list it, `STORE_CORRUPT` when it is missing or is not
   * what was written.
   */
  read(name: string): Promise<Uint8Array>;
}

/**
 * Publishes a model artefact as a whole; it is never replaced. `manifest` is everything but `files`.
 * @throws KernelcastError `USAGE` when the folder exists already.
 */
export async function writeArtefact(
  folder: string,
  manifest: Pick<Artefact, 'kind' | 'id' | 'name' | 'createdAt' | 'architecture'> & Record<string, unknown>,
  files: ReadonlyMap<string, Uint8Array>,
  storage: Files = nodeFiles,
): Promise<Artefact> {
  const entries = Object.fromEntries([...files].map(([name, bytes]) => [name, fileEntry(bytes)]));
  const whole: Artefact = { ...manifest, files: entries };
  const outcome = await publishFolder(storage, folder, new Map([...files, [MODEL_MANIFEST_NAME, encodeJson(whole)]]));
  if (outcome === 'exists') {
    throw new KernelcastError('USAGE', 'the folder for the model exists already', {
      where: { folder },
      hint: 'Name another folder, or remove this one first.',
    });
  }
  return whole;
}

/**
 * Reads the manifest of a model artefact; its files are read (and checked) when asked for.
 * @throws KernelcastError `NOT_FOUND` where there is no manifest, `STORE_CORRUPT` naming the field where it is not what
 * `schema` describes.
 */
export async function readArtefact<M extends Artefact>(folder: string, schema: z.ZodType<M>): Promise<OpenArtefact<M>> {
  const path = join(folder, MODEL_MANIFEST_NAME);
  const manifest = await readJson(nodeFiles, path, schema);
  if (!manifest) throw new KernelcastError('NOT_FOUND', 'this folder holds no model', { where: { file: path } });
  const read = (name: string) => {
    const entry = manifest.files[name];
    if (!entry) throw new KernelcastError('MODEL', `the model has no file '${name}'`, { where: { folder } });
    return readVerified(nodeFiles, folder, name, entry);
  };
  return { folder, manifest, read: async (name) => read(name) };
}
