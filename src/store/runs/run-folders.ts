/** Folders named by the initialisation time of a run, one for each run of a dataset: `DATASET/2024-03-01T06Z/`. */
import { formatHour, type Hour, hourSlug, parseHour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { isSafeName } from '../names.ts';
import type { Storage } from '../storage.ts';

const SLUG = /^\d{4}-\d{2}-\d{2}T\d{2}Z$/;

export function runFolder(part: string, dataset: string, init: Hour): string {
  return `${part}/${dataset}/${hourSlug(init)}`;
}

/** The initialisation times that have a folder, ascending; none for a dataset that is not there. */
export async function listRunFolders(storage: Storage, part: string, dataset: string): Promise<Hour[]> {
  if (!isSafeName(dataset)) return [];
  const names = await storage.list(`${part}/${dataset}`);
  return names.filter((name) => SLUG.test(name)).map((name) => parseHour(name.replace('Z', ':00Z')));
}

/** `NOT_FOUND` for a run (or the scores of one), naming the nearest that there is. */
export async function noSuchRun(
  storage: Storage,
  part: string,
  dataset: string,
  init: Hour,
  what: 'run' | 'scored run',
): Promise<KernelcastError> {
  const known = await listRunFolders(storage, part, dataset);
  const nearest = known.reduce<Hour | undefined>(
    (best, hour) => (best === undefined || Math.abs(hour - init) <= Math.abs(best - init) ? hour : best),
    undefined,
  );
  return new KernelcastError('NOT_FOUND', `there is no ${what} of '${dataset.slice(0, 80)}' at ${formatHour(init)}`, {
    where: { dataset: dataset.slice(0, 80), run: formatHour(init) },
    hint: nearest === undefined ? `The dataset has no ${what} yet.` : `The nearest ${what} is ${formatHour(nearest)}.`,
  });
}
