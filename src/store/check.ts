/**
 * Looks at all that is in a data directory: each manifest, and the length and SHA-256 of each file that one lists. What is
 * damaged is named with what it belongs to, and what can be done about it:
 *
 *     const { checked, findings } = await checkStore(root);
 */
import { join } from 'node:path';
import { hourSlug } from '../domain/time.ts';
import { describeShort, isKernelcastError } from '../errors.ts';
import { LEFTOVER_AGE_MS, TEMPORARY } from './atomic.ts';
import { type Files, listFolder, nodeFiles } from './files.ts';
import { type FileEntry, MANIFEST_NAME, readJson, readVerified } from './manifest.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from './models.ts';
import { isSafeName } from './names.ts';
import { type ObservationManifest, observationManifestSchema } from './observation-manifest.ts';
import { listRunFolders } from './run-folders.ts';
import { runManifestSchema } from './runs.ts';
import { scoreManifestSchema } from './scores.ts';
import type { Segment } from './segments.ts';

/** `leftover`: nobody lists it; it does no harm. All others are damage. */
export type Finding =
  | { kind: 'leftover'; path: string }
  | { kind: 'segment'; path: string; dataset: string; segment: Segment; problem: string }
  | { kind: 'dataset'; path: string; dataset: string; problem: string }
  | { kind: 'run' | 'scores' | 'model'; path: string; problem: string };

export interface StoreCheck {
  /** Files whose content was read and compared. */
  checked: number;
  bytes: number;
  findings: Finding[];
}

/** @param root the data directory */
export async function checkStore(root: string, files: Files = nodeFiles, now = Date.now()): Promise<StoreCheck> {
  const check: StoreCheck = { checked: 0, bytes: 0, findings: [] };
  const verify = async (folder: string, name: string, entry: FileEntry): Promise<string | undefined> => {
    try {
      check.bytes += (await readVerified(files, folder, name, entry)).byteLength;
      check.checked += 1;
      return undefined;
    } catch (error) {
      if (!isKernelcastError(error, 'STORE_CORRUPT')) throw error;
      return describeShort(error);
    }
  };
  await checkObservations(join(root, 'observations'), { files, now, check, verify });
  for (const [part, kind] of [
    ['runs', 'run'],
    ['scores', 'scores'],
  ] as const) {
    for (const dataset of (await listFolder(files, join(root, part))).filter(isSafeName)) {
      const parent = join(root, part, dataset);
      await findLeftovers(parent, { files, now, check });
      for (const init of await listRunFolders(files, join(root, part), dataset)) {
        const path = join(parent, hourSlug(init));
        const problem = await problemOf(() => (kind === 'run' ? checkRun(path) : checkScores(path)));
        if (problem !== undefined) check.findings.push({ kind, path, problem });
      }
    }
  }
  for (const name of (await listFolder(files, join(root, 'models'))).filter(isSafeName)) {
    const path = join(root, 'models', name);
    const problem = await problemOf(() => checkModel(path));
    if (problem !== undefined) check.findings.push({ kind: 'model', path, problem });
  }
  return check;

  async function checkRun(path: string): Promise<string | undefined> {
    const manifest = await readJson(files, join(path, MANIFEST_NAME), runManifestSchema);
    if (!manifest) return 'has no manifest';
    for (const { id, file } of manifest.models) {
      const problem = await verify(path, `${id}.arrow`, file);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async function checkScores(path: string): Promise<string | undefined> {
    const manifest = await readJson(files, join(path, MANIFEST_NAME), scoreManifestSchema);
    return manifest ? verify(path, 'scores.arrow', manifest.file) : 'has no manifest';
  }

  async function checkModel(path: string): Promise<string | undefined> {
    const manifest = await readJson(files, join(path, MODEL_MANIFEST_NAME), modelManifestSchema);
    for (const [name, entry] of Object.entries(manifest?.files ?? {})) {
      const problem = await verify(path, name, entry);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

interface Looking {
  files: Files;
  now: number;
  check: StoreCheck;
}

async function checkObservations(
  root: string,
  looking: Looking & { verify: (folder: string, name: string, entry: FileEntry) => Promise<string | undefined> },
): Promise<void> {
  const { files, check, verify } = looking;
  for (const dataset of (await listFolder(files, root)).filter(isSafeName)) {
    const folder = join(root, dataset);
    const path = join(folder, MANIFEST_NAME);
    let manifest: ObservationManifest | undefined;
    const problem = await problemOf(async () => {
      manifest = await readJson(files, path, observationManifestSchema);
      return undefined;
    });
    if (problem !== undefined) check.findings.push({ kind: 'dataset', path, dataset, problem });
    if (!manifest) continue;
    for (const segment of manifest.segments) {
      const wrong = await verify(folder, segment.file, segment);
      if (wrong === undefined) continue;
      check.findings.push({ kind: 'segment', path: join(folder, segment.file), dataset, segment, problem: wrong });
    }
    const listed = new Set(manifest.segments.map(({ file }) => file));
    for (const name of await listFolder(files, folder)) {
      if (!name.endsWith('.arrow') || listed.has(name)) continue;
      if (await isOld(join(folder, name), looking)) check.findings.push({ kind: 'leftover', path: join(folder, name) });
    }
    await findLeftovers(folder, looking);
  }
}

async function findLeftovers(folder: string, looking: Looking): Promise<void> {
  for (const name of await listFolder(looking.files, folder)) {
    const path = join(folder, name);
    if (TEMPORARY.test(name) && (await isOld(path, looking))) looking.check.findings.push({ kind: 'leftover', path });
  }
}

/** Young ones may belong to a writer that is at work. */
async function isOld(path: string, { files, now }: Looking): Promise<boolean> {
  const { mtimeMs } = await files.stat(path).catch(() => ({ mtimeMs: now }));
  return now - mtimeMs > LEFTOVER_AGE_MS;
}

async function problemOf(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isKernelcastError(error, 'STORE_CORRUPT')) throw error;
    return describeShort(error);
  }
}
