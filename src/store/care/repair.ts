/**
 * Repairs what `checkStore` finds, as far as the store itself can: what is damaged is put aside, never deleted, so that the
 * rest can be read and what is missing be made anew. Leftovers are removed.
 *
 *     const { aside, missing } = await repairStore(root, findings);
 */
import { hourSlug } from '../../domain/time.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson } from '../manifest.ts';
import { readManifest } from '../manifest-cache.ts';
import { observationManifestSchema } from '../observations/observation-manifest.ts';
import type { Segment } from '../observations/segments.ts';
import { openStorage } from '../open-storage.ts';
import type { Storage } from '../storage.ts';
import type { Finding } from './check.ts';

export interface Repair {
  /** Where what was damaged is now; undefined where nothing was. */
  aside: string | undefined;
  /** Hours of a dataset that are to be ingested anew, and the sources that it was made of. */
  missing: { dataset: string; segments: Segment[]; sources: string[] }[];
  /** What only a person can put right. */
  left: Finding[];
}

const WAIT_MS = 30_000;

/** @param root the data directory, or the address of a bucket */
export async function repairStore(
  root: string,
  findings: readonly Finding[],
  files?: Files,
  now = Date.now(),
): Promise<Repair> {
  const storage = openStorage(root, files);
  const aside = `damaged/${hourSlug(Math.floor(now / 3_600_000))}`;
  const repair: Repair = { aside: undefined, missing: [], left: [] };
  for (const finding of findings) {
    if (finding.kind === 'leftover') await storage.discard(finding.path);
    // The next forecast or verification makes these anew; what is read of them meanwhile is nothing, not nonsense.
    else if (finding.kind === 'run' || finding.kind === 'scores') await storage.putAside(aside, finding.folder);
    else if (finding.kind !== 'segment') repair.left.push(finding);
  }
  const segments = findings.filter((finding) => finding.kind === 'segment');
  for (const dataset of new Set(segments.map((finding) => finding.dataset))) {
    const damaged = segments.filter((finding) => finding.dataset === dataset);
    const folder = `observations/${dataset}`;
    const sources = await dropSegments(storage, folder, new Set(damaged.map(({ segment }) => segment.file)));
    if (sources === undefined) {
      repair.left.push(...damaged);
      continue;
    }
    for (const { segment } of damaged) {
      await storage.putAside(aside, folder, { name: segment.file, entry: segment });
    }
    repair.missing.push({ dataset, segments: damaged.map(({ segment }) => segment), sources });
  }
  const isAnyAside = repair.missing.length > 0 || findings.some(({ kind }) => kind === 'run' || kind === 'scores');
  return { ...repair, aside: isAnyAside ? storage.nameOf(aside) : undefined };
}

/** @returns the sources of the dataset; undefined where no segment would be left */
async function dropSegments(
  storage: Storage,
  folder: string,
  damaged: ReadonlySet<string>,
): Promise<string[] | undefined> {
  return storage.update(folder, WAIT_MS, async (draft) => {
    const manifest = await readManifest(storage, folder, observationManifestSchema);
    const segments = manifest?.segments.filter(({ file }) => !damaged.has(file)) ?? [];
    if (!manifest || segments.length === 0) return undefined;
    await draft.commit(encodeJson({ ...manifest, segments, updatedAt: new Date().toISOString() }));
    return manifest.sources;
  });
}
