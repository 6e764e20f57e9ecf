/** What a command is to read: a dataset of the store, or a file of stations, which needs no store. */
import { existsSync, statSync } from 'node:fs';
import { dataDirectory } from '../config.ts';
import type { Series } from '../domain/series.ts';
import type { Hour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';

export interface ObservationsChoice {
  /** The name of a dataset, or the path of a file. */
  dataset?: string;
  /** The folder of all state; or, without `dataset`, what `dataset` may be. */
  data?: string;
}

export interface NamedObservations {
  /** The dataset, or the file. */
  name: string;
  observations: Series;
}

/**
 * The hours of a dataset or of a file, from the first to `until` (exclusive) or the last; nothing after it is read.
 * @throws KernelcastError `USAGE` when neither is given; see `ObservationStore.read` and `openStationSeries` for others
 */
export async function openObservations(
  { dataset, data }: ObservationsChoice,
  until = Number.POSITIVE_INFINITY,
): Promise<NamedObservations> {
  const isFolder = data !== undefined && existsSync(data) && statSync(data).isDirectory();
  const name = dataset ?? (isFolder ? undefined : data);
  if (name === undefined) {
    throw new KernelcastError('USAGE', 'it is not said which observations', {
      hint: 'Give --dataset NAME, or the path of a CF file of stations in its place.',
    });
  }
  if (existsSync(name) && statSync(name).isFile()) return { name, observations: await readStationFile(name, until) };
  const { ObservationStore } = await import('../store/observations/observations.ts');
  const store = new ObservationStore(dataDirectory(dataset === undefined ? undefined : data));
  const { from, to } = await store.describe(name);
  return { name, observations: await store.read(name, from, lastOf(from, to, until)) };
}

async function readStationFile(path: string, until: Hour): Promise<Series> {
  const { openStationSeries } = await import('../../ingest/hourly/station-series.ts');
  const file = await openStationSeries(path);
  try {
    return await file.read(file.from, lastOf(file.from, file.to, until));
  } finally {
    await file.close();
  }
}

function lastOf(from: Hour, to: Hour, until: Hour): Hour {
  return Math.max(from, Math.min(to, until));
}
