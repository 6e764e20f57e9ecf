/**
 * A copy of a data directory or a bucket that is whole, taken while the service works, and the way back, to either.
 *
 *     backup.json          length and SHA-256 of each file, written last
 *     files/observations/DATASET/manifest.json ...
 *
 * All that manifests list is taken as the manifest says; a dataset that changes meanwhile is taken anew.
 */
import { join, posix } from 'node:path';
import { z } from 'zod';
import { isBucket } from '../../config.ts';
import { hourSlug } from '../../domain/time.ts';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import { discard, makeFolder, temporaryName, writeAtomically } from '../disk/atomic.ts';
import { type Files, fileError, listFolder, nodeFiles } from '../disk/files.ts';
import {
  encodeJson,
  type FileEntry,
  fileEntry,
  fileEntrySchema,
  MANIFEST_NAME,
  parseJson,
  readJson,
  readText,
  readVerified,
} from '../manifest.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from '../models/models.ts';
import { isSafeName } from '../names.ts';
import { observationManifestSchema } from '../observations/observation-manifest.ts';
import { openStorage } from '../open-storage.ts';
import { listRunFolders } from '../runs/run-folders.ts';
import { runManifestSchema } from '../runs/runs.ts';
import { scoreManifestSchema } from '../scores/scores.ts';
import type { Storage } from '../storage.ts';

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
 * @param root the data directory, or the address of a bucket
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
 * Checks a backup as a whole, and only then makes a data directory of it, all of it or nothing. Into a bucket, folder after
 * folder appears, each as a whole.
 * @param root a data directory that is not there yet, or the address of an empty bucket
 * @throws KernelcastError `NOT_FOUND` where there is no backup, `STORE_CORRUPT` naming what is damaged, `USAGE` where
 * the target holds something already
 */
export async function restore(backup: string, root: string, files: Files = nodeFiles): Promise<BackupReport> {
  const manifest = await readJson(files, join(backup, BACKUP_NAME), backupSchema);
  if (!manifest) {
    throw new KernelcastError('NOT_FOUND', 'this folder holds no whole backup', {
      where: { folder: backup },
      hint: 'A backup that was broken off has no backup.json; take an older one.',
    });
  }
  const storage = openStorage(root, files);
  if ((await storage.list('')).length > 0) throw notEmpty(root, 'the data');
  const entries = Object.entries(manifest.files);
  const read = (path: string) => readVerified(files, join(backup, FILES_FOLDER), path, manifest.files[path]);
  for (const [path] of entries) await read(path);
  if (isBucket(root)) await restoreToBucket(storage, Object.keys(manifest.files), read);
  else await restoreToFolder(root, Object.keys(manifest.files), read, files);
  return report(new Map(entries));
}

async function restoreToFolder(
  root: string,
  paths: readonly string[],
  read: (path: string) => Promise<Uint8Array>,
  files: Files,
): Promise<void> {
  const temporary = join(root, '..', temporaryName());
  try {
    for (const path of paths) {
      const bytes = await read(path);
      await makeFolder(files, join(temporary, path, '..'));
      await writeAtomically(files, join(temporary, path), bytes);
    }
    await makeFolder(files, temporary);
    await files.rename(temporary, root);
  } catch (error) {
    await discard(files, temporary);
    throw fileError(error, 'restore a backup', root);
  }
}

/** The ledger of the jobs is no part of a bucket: a cluster has it in its database. */
async function restoreToBucket(
  storage: Storage,
  paths: readonly string[],
  read: (path: string) => Promise<Uint8Array>,
): Promise<void> {
  const isManifest = (name: string) => name === MANIFEST_NAME || name === MODEL_MANIFEST_NAME;
  for (const path of paths.filter((path) => isManifest(posix.basename(path)))) {
    const folder = posix.dirname(path);
    const others = paths.filter((other) => other !== path && posix.dirname(other) === folder);
    const names = [...others, path].map((each) => posix.basename(each));
    const entries = new Map<string, Uint8Array>();
    for (const name of names) entries.set(name, await read(`${folder}/${name}`));
    await storage.publish(folder, entries);
  }
}

class Copy {
  readonly taken = new Map<string, FileEntry>();
  readonly #root: string;
  readonly #storage: Storage;
  readonly #out: string;
  readonly #files: Files;

  constructor(root: string, out: string, files: Files) {
    this.#root = root;
    this.#storage = openStorage(root, files);
    this.#out = out;
    this.#files = files;
  }

  async observations(): Promise<void> {
    for (const dataset of await this.#names('observations')) {
      for (let tries = 1; ; tries++) {
        try {
          await this.#folder(`observations/${dataset}`, observationManifestSchema, ({ segments }) =>
            segments.map((segment) => [segment.file, segment]),
          );
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
      for (const init of await listRunFolders(this.#storage, part, dataset)) {
        await this.#folder(`${part}/${dataset}/${hourSlug(init)}`, schema, listed);
      }
    }
  }

  async models(): Promise<void> {
    for (const name of await this.#names('models')) {
      const listed = ({ files }: { files: Record<string, FileEntry> }) => Object.entries(files);
      await this.#folder(`models/${name}`, modelManifestSchema, listed, MODEL_MANIFEST_NAME);
    }
  }

  /** Up to their last whole line. A cluster has its ledger in its database. */
  async ledgers(): Promise<void> {
    if (isBucket(this.#root)) return;
    for (const name of await this.#names('jobs')) {
      const text = await readText(this.#files, join(this.#root, 'jobs', name, 'ledger.jsonl'));
      if (text === undefined) continue;
      await this.#put(`jobs/${name}/ledger.jsonl`, Buffer.from(text.slice(0, text.lastIndexOf('\n') + 1)));
    }
  }

  /** A folder that has no manifest is none; it may have been removed by its age meanwhile. */
  async #folder<T>(
    folder: string,
    schema: z.ZodType<T>,
    listed: (manifest: T) => [string, FileEntry][],
    name = MANIFEST_NAME,
  ): Promise<void> {
    const text = await this.#storage.readManifest(folder, name);
    if (text === undefined) return;
    const manifest = parseJson(text, this.#storage.nameOf(folder, name), schema);
    for (const [file, entry] of listed(manifest)) await this.#take(folder, file, entry);
    await this.#put(`${folder}/${name}`, Buffer.from(text));
  }

  async #names(part: string): Promise<string[]> {
    return (await this.#storage.list(part)).filter(isSafeName);
  }

  async #take(folder: string, name: string, entry: FileEntry): Promise<void> {
    const { bytes, sha256 } = this.taken.get(`${folder}/${name}`) ?? {};
    if (bytes === entry.bytes && sha256 === entry.sha256) return;
    await this.#put(`${folder}/${name}`, await this.#storage.readFile(folder, name, entry));
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
