/**
 * Looks at all that is in a data directory or bucket: each manifest, and the length and SHA-256 of each file that one lists.
 * What is damaged is named with what it belongs to, and what can be done about it:
 *
 *     const { checked, findings } = await checkStore(root);
 */
import { hourSlug } from '../../domain/time.ts';
import { describeShort, isKernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { type FileEntry, MANIFEST_NAME } from '../manifest.ts';
import { readManifest } from '../manifest-cache.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from '../models/models.ts';
import { isSafeName } from '../names.ts';
import { type ObservationManifest, observationManifestSchema } from '../observations/observation-manifest.ts';
import type { Segment } from '../observations/segments.ts';
import { openStorage } from '../open-storage.ts';
import { listRunFolders } from '../runs/run-folders.ts';
import { runManifestSchema } from '../runs/runs.ts';
import { scoreManifestSchema } from '../scores/scores.ts';
import type { Storage } from '../storage.ts';

/** `path` is for people. `leftover`: nobody lists it; it does no harm. All others are damage. */
export type Finding =
  | { kind: 'leftover'; path: string }
  | { kind: 'segment'; path: string; dataset: string; segment: Segment; problem: string }
  | { kind: 'dataset'; path: string; dataset: string; problem: string }
  /** `folder` from the root. */
  | { kind: 'run' | 'scores' | 'model'; path: string; folder: string; problem: string };

export interface StoreCheck {
  /** Files whose content was read and compared. */
  checked: number;
  bytes: number;
  findings: Finding[];
}

/** The files of a manifest by name, or undefined where there is no manifest. */
type Listing = ReadonlyMap<string, FileEntry> | undefined;

/** @param root the data directory, or the address of a bucket */
export async function checkStore(root: string, files?: Files, now = Date.now()): Promise<StoreCheck> {
  const storage = openStorage(root, files);
  const looking = { storage, now, check: { checked: 0, bytes: 0, findings: [] } as StoreCheck };
  for (const dataset of (await storage.list('observations')).filter(isSafeName)) await checkDataset(dataset, looking);
  for (const [part, kind] of [
    ['runs', 'run'],
    ['scores', 'scores'],
  ] as const) {
    for (const dataset of (await storage.list(part)).filter(isSafeName)) {
      const slugs = (await listRunFolders(storage, part, dataset)).map(hourSlug);
      await checkFolders(`${part}/${dataset}`, slugs, kind, looking);
    }
  }
  await checkFolders('models', (await storage.list('models')).filter(isSafeName), 'model', looking);
  return looking.check;
}

const LISTINGS: Record<'run' | 'scores' | 'model', (storage: Storage, folder: string) => Promise<Listing>> = {
  async run(storage, folder) {
    const manifest = await readManifest(storage, folder, runManifestSchema);
    return manifest && new Map(manifest.models.map(({ id, file }) => [`${id}.arrow`, file]));
  },
  async scores(storage, folder) {
    const manifest = await readManifest(storage, folder, scoreManifestSchema);
    return manifest && new Map([['scores.arrow', manifest.file]]);
  },
  async model(storage, folder) {
    const manifest = await readManifest(storage, folder, modelManifestSchema, MODEL_MANIFEST_NAME);
    // A folder without a manifest is no model: a training may be at work there.
    return new Map(Object.entries(manifest?.files ?? {}));
  },
};

interface Looking {
  storage: Storage;
  now: number;
  check: StoreCheck;
}

/** The folders `names` below `parent`, each published as a whole. */
async function checkFolders(
  parent: string,
  names: readonly string[],
  kind: keyof typeof LISTINGS,
  looking: Looking,
): Promise<void> {
  const { storage, check } = looking;
  const listings = new Map<string, Listing>();
  for (const name of names) {
    const folder = `${parent}/${name}`;
    const problem = await problemOf(async () => {
      const listing = await LISTINGS[kind](storage, folder);
      listings.set(name, listing);
      if (!listing) return 'has no manifest';
      return checkFiles(folder, listing, looking);
    });
    if (problem !== undefined) check.findings.push({ kind, path: storage.nameOf(folder), folder, problem });
  }
  const known = new Set(names);
  await findLeftovers(parent, looking, (path, hash) => {
    const [name, ...file] = path.split('/');
    // Of a manifest that cannot be read, nobody knows what it lists.
    if (known.has(name) && !listings.get(name)) return true;
    return isListed(listings.get(name), file.join('/'), hash);
  });
}

/** @returns what is wrong with the first that is not as its manifest says */
async function checkFiles(
  folder: string,
  listing: ReadonlyMap<string, FileEntry>,
  { storage, check }: Looking,
): Promise<string | undefined> {
  for (const [name, entry] of listing) {
    const problem = await problemOf(async () => {
      check.bytes += (await storage.readFile(folder, name, entry)).byteLength;
      check.checked += 1;
      return undefined;
    });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function checkDataset(dataset: string, looking: Looking): Promise<void> {
  const { storage, check } = looking;
  const folder = `observations/${dataset}`;
  let manifest: ObservationManifest | undefined;
  const problem = await problemOf(async () => {
    manifest = await readManifest(storage, folder, observationManifestSchema);
    return undefined;
  });
  if (problem !== undefined) {
    check.findings.push({ kind: 'dataset', path: storage.nameOf(folder, MANIFEST_NAME), dataset, problem });
  }
  if (!manifest) return;
  const listing = new Map(manifest.segments.map((segment) => [segment.file, segment]));
  for (const segment of manifest.segments) {
    const { file } = segment;
    const wrong = await checkFiles(folder, new Map([[file, segment]]), looking);
    if (wrong === undefined) continue;
    check.findings.push({ kind: 'segment', path: storage.nameOf(folder, file), dataset, segment, problem: wrong });
  }
  await findLeftovers(folder, looking, (path, hash) => isListed(listing, path, hash));
}

function isListed(listing: Listing, name: string, hash = ''): boolean {
  return listing?.get(name)?.sha256.startsWith(hash) ?? false;
}

async function findLeftovers(
  folder: string,
  { storage, now, check }: Looking,
  isListed: (path: string, hash?: string) => boolean,
): Promise<void> {
  for (const path of await storage.leftovers(folder, isListed, now)) check.findings.push({ kind: 'leftover', path });
}

async function problemOf(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isKernelcastError(error, 'STORE_CORRUPT')) throw error;
    return describeShort(error);
  }
}
