/**
 * Repairs what `checkStore` finds, as far as the store itself can: what is damaged is put aside, never deleted, so that the
 * rest can be read and what is missing be made anew. Leftovers are removed.
 *
 *     const { aside, missing } = await repairStore(root, findings);
 */
import { basename, join, relative } from 'node:path';
import { hourSlug } from '../domain/time.ts';
import { discard, makeFolder, writeAtomically } from './atomic.ts';
import type { Finding } from './check.ts';
import { type Files, fileError, nodeFiles } from './files.ts';
import { withLock } from './lock.ts';
import { encodeJson, MANIFEST_NAME, readJson } from './manifest.ts';
import { observationManifestSchema } from './observation-manifest.ts';
import type { Segment } from './segments.ts';

export interface Repair {
  /** Where what was damaged is now; undefined where nothing was. */
  aside: string | undefined;
  /** Hours of a dataset that are to be ingested anew, and the sources that it was made of. */
  missing: { dataset: string; segments: Segment[]; sources: string[] }[];
  /** What only a person can put right. */
  left: Finding[];
}

const WAIT_MS = 30_000;

/** @param root the data directory */
export async function repairStore(
  root: string,
  findings: readonly Finding[],
  files: Files = nodeFiles,
  now = Date.now(),
): Promise<Repair> {
  const aside = join(root, 'damaged', hourSlug(Math.floor(now / 3_600_000)));
  const repair: Repair = { aside: undefined, missing: [], left: [] };
  const put = async (path: string) => {
    await putAside(files, root, path, aside);
    repair.aside = aside;
  };
  for (const finding of findings) {
    if (finding.kind === 'leftover') await discard(files, finding.path);
    // The next forecast or verification makes these anew; what is read of them meanwhile is nothing, not nonsense.
    else if (finding.kind === 'run' || finding.kind === 'scores') await put(finding.path);
    else if (finding.kind !== 'segment') repair.left.push(finding);
  }
  const segments = findings.filter((finding) => finding.kind === 'segment');
  for (const dataset of new Set(segments.map((finding) => finding.dataset))) {
    const damaged = segments.filter((finding) => finding.dataset === dataset);
    const folder = join(root, 'observations', dataset);
    const sources = await dropSegments(files, folder, new Set(damaged.map(({ segment }) => segment.file)));
    if (sources === undefined) {
      repair.left.push(...damaged);
      continue;
    }
    for (const { path } of damaged) await put(path);
    repair.missing.push({ dataset, segments: damaged.map(({ segment }) => segment), sources });
  }
  return repair;
}

/** @returns the sources of the dataset; undefined where no segment would be left */
async function dropSegments(files: Files, folder: string, damaged: ReadonlySet<string>): Promise<string[] | undefined> {
  return withLock(files, join(folder, '.lock'), WAIT_MS, async (check) => {
    const path = join(folder, MANIFEST_NAME);
    const manifest = await readJson(files, path, observationManifestSchema);
    const segments = manifest?.segments.filter(({ file }) => !damaged.has(file)) ?? [];
    if (!manifest || segments.length === 0) return undefined;
    await check();
    await writeAtomically(files, path, encodeJson({ ...manifest, segments, updatedAt: new Date().toISOString() }));
    return manifest.sources;
  });
}

async function putAside(files: Files, root: string, path: string, aside: string): Promise<void> {
  const target = join(aside, relative(root, path));
  try {
    await makeFolder(files, join(target, '..'));
    await files.rename(path, target);
  } catch (error) {
    // A file that is missing is as much aside as it can be.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw fileError(error, `put ${basename(path)} aside`, path);
  }
}
