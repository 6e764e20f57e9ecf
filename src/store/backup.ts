/**
 * A copy of a data directory that is whole, taken while the service works, and the way back.
 *
 *     backup.json          length and SHA-256 of each file, written last
 *     files/observations/DATASET/manifest.json ...
 *
 * All that manifests list is taken as the manifest says; a dataset that changes meanwhile is taken anew.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { hourSlug } from '../domain/time.ts';
import { isKernelcastError, KernelcastError } from '../errors.ts';
import { discard, makeFolder, temporaryName, writeAtomically } from './atomic.ts';
import { type Files, fileError, listFolder, nodeFiles, systemCode } from './files.ts';
import {
  encodeJson,
  type FileEntry,
  fileEntry,
  fileEntrySchema,
  MANIFEST_NAME,
  readJson,
  readVerified,
} from './manifest.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from './models.ts';
import { isSafeName } from './names.ts';
import { observationManifestSchema } from './observation-manifest.ts';
import { listRunFolders } from './run-folders.ts';
import { runManifestSchema } from './runs.ts';
import { scoreManifestSchema } from './scores.ts';

const BACKUP_NAME = 'backup.json';
const FILES_FOLDER = 'files';
const TRIES = 5;

const backupSchema = z.object({
  format: z.literal('kernelcast-backup'),
  version: z.literal(1),
  /** ISO 8601. */
  createdAt: z.string(),
  /** By path from the data directory, with `/`. */
  files: z.record(
    z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\][^\\]*$/, 'not a path of the store'),
    fileEntrySchema,
  ),
});

export interface BackupReport {
  files: number;
  bytes: number;
}

/**
 * @param root the data directory
 * @param out a folder that is not there yet
 * @throws KernelcastError `USAGE` where `out` is there, `STORE_CORRUPT` naming what is damaged, `ENVIRONMENT`
 */
export async function backUp(root: string, out: string, files: Files = nodeFiles): Promise<BackupReport> {
  if ((await listFolder(files, out)).length > 0) throw notEmpty(out, 'the backup');
  const copy = new Copy(root, join(out, FILES_FOLDER), files);
  await copy.observations();
  await copy.folders('runs', runManifestSchema, ({ models }) => models.map(({ id, file }) => [`${id}.arrow`, file]));
  await copy.folders('scores', scoreManifestSchema, ({ file }) => [['scores.arrow', file]]);
  await copy.models();
  await copy.ledgers();
  const manifest = { format: 'kernelcast-backup', version: 1, createdAt: new Date().toISOString() };
  await writeAtomically(
    files,
    join(out, BACKUP_NAME),
    encodeJson({ ...manifest, files: Object.fromEntries(copy.taken) }),
  );
  return report(copy.taken);
}

/**
 * Checks a backup as a whole, and only then makes a data directory of it.
 * @throws KernelcastError `NOT_FOUND` where there is no backup, `STORE_CORRUPT` naming what is damaged, `USAGE` where
 * the data directory holds something already
 */
export async function restore(backup: string, root: string, files: Files = nodeFiles): Promise<BackupReport> {
  const manifest = await readJson(files, join(backup, BACKUP_NAME), backupSchema);
  if (!manifest) {
    throw new KernelcastError('NOT_FOUND', 'this folder holds no whole backup', {
      where: { folder: backup },
      hint: 'A backup that was broken off has no backup.json; take an older one.',
    });
  }
  if ((await listFolder(files, root)).length > 0) throw notEmpty(root, 'the data');
  const entries = Object.entries(manifest.files);
  for (const [path, entry] of entries) await readVerified(files, join(backup, FILES_FOLDER), path, entry);
  const temporary = join(root, '..', temporaryName());
  try {
    for (const [path, entry] of entries) {
      const bytes = await readVerified(files, join(backup, FILES_FOLDER), path, entry);
      await makeFolder(files, join(temporary, path, '..'));
      await writeAtomically(files, join(temporary, path), bytes);
    }
    await makeFolder(files, temporary);
    await files.rename(temporary, root);
  } catch (error) {
    await discard(files, temporary);
    throw fileError(error, 'restore a backup', root);
  }
  return report(new Map(entries));
}

class Copy {
  readonly taken = new Map<string, FileEntry>();
  readonly #root: string;
  readonly #out: string;
  readonly #files: Files;

  constructor(root: string, out: string, files: Files) {
    this.#root = root;
    this.#out = out;
    this.#files = files;
  }

  async observations(): Promise<void> {
    for (const dataset of await this.#names('observations')) {
      for (let tries = 1; ; tries++) {
        try {
          await this.#dataset(`observations/${dataset}`);
          break;
        } catch (error) {
          // A merge may have removed a segment under our hands; then there is a new manifest.
          if (!isKernelcastError(error, 'STORE_CORRUPT') || tries === TRIES) throw error;
        }
      }
    }
  }

  async folders<T>(part: string, schema: z.ZodType<T>, listed: (manifest: T) => [string, FileEntry][]): Promise<void> {
    for (const dataset of await this.#names(part)) {
      for (const init of await listRunFolders(this.#files, join(this.#root, part), dataset)) {
        const folder = `${part}/${dataset}/${hourSlug(init)}`;
        const bytes = await this.#manifest(`${folder}/${MANIFEST_NAME}`);
        const manifest = bytes && (await readJson(this.#files, join(this.#root, folder, MANIFEST_NAME), schema));
        // Removed by its age meanwhile.
        if (!manifest) continue;
        for (const [name, entry] of listed(manifest)) await this.#take(folder, name, entry);
        await this.#put(`${folder}/${MANIFEST_NAME}`, bytes);
      }
    }
  }

  async models(): Promise<void> {
    for (const name of await this.#names('models')) {
      const bytes = await this.#manifest(`models/${name}/${MODEL_MANIFEST_NAME}`);
      if (!bytes) continue;
      const manifest = modelManifestSchema.parse(JSON.parse(bytes.toString()));
      for (const [file, entry] of Object.entries(manifest.files)) await this.#take(`models/${name}`, file, entry);
      await this.#put(`models/${name}/${MODEL_MANIFEST_NAME}`, bytes);
    }
  }

  /** Up to their last whole line. */
  async ledgers(): Promise<void> {
    for (const name of await this.#names('jobs')) {
      const bytes = await this.#manifest(`jobs/${name}/ledger.jsonl`);
      if (bytes) await this.#put(`jobs/${name}/ledger.jsonl`, bytes.subarray(0, bytes.lastIndexOf('\n') + 1));
    }
  }

  async #dataset(folder: string): Promise<void> {
    const bytes = await this.#manifest(`${folder}/${MANIFEST_NAME}`);
    if (!bytes) return;
    const { segments } = observationManifestSchema.parse(JSON.parse(bytes.toString()));
    for (const segment of segments) await this.#take(folder, segment.file, segment);
    await this.#put(`${folder}/${MANIFEST_NAME}`, bytes);
  }

  async #names(part: string): Promise<string[]> {
    return (await listFolder(this.#files, join(this.#root, part))).filter(isSafeName);
  }

  async #manifest(path: string): Promise<Buffer | undefined> {
    try {
      return await this.#files.readFile(join(this.#root, path));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
      throw fileError(error, 'read a file', join(this.#root, path));
    }
  }

  async #take(folder: string, name: string, entry: FileEntry): Promise<void> {
    const { bytes, sha256 } = this.taken.get(`${folder}/${name}`) ?? {};
    if (bytes === entry.bytes && sha256 === entry.sha256) return;
    await this.#put(`${folder}/${name}`, await readVerified(this.#files, join(this.#root, folder), name, entry));
  }

  async #put(path: string, bytes: Uint8Array): Promise<void> {
    await makeFolder(this.#files, join(this.#out, path, '..'));
    await writeAtomically(this.#files, join(this.#out, path), bytes);
    this.taken.set(path, fileEntry(bytes));
  }
}

function report(taken: ReadonlyMap<string, FileEntry>): BackupReport {
  let bytes = 0;
  for (const entry of taken.values()) bytes += entry.bytes;
  return { files: taken.size, bytes };
}

function notEmpty(folder: string, what: string): KernelcastError {
  return new KernelcastError('USAGE', `the folder for ${what} is not empty`, {
    where: { folder },
    hint: 'Name one that is not there yet.',
  });
}
