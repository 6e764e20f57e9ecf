/** What a command is to read: a dataset of the store, or a file of stations, which needs no store. */
import { existsSync, statSync } from 'node:fs';
import { dataDirectory } from '../config.ts';
import { emptyVariable, type Series, seriesVariableNames } from '../domain/series.ts';
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
 * All hours of a dataset or of a file.
 * @throws KernelcastError `USAGE` when neither is given; see `ObservationStore.read` and `readFile` for others
 */
export async function openObservations({ dataset, data }: ObservationsChoice): Promise<NamedObservations> {
  const isFolder = data !== undefined && existsSync(data) && statSync(data).isDirectory();
  const name = dataset ?? (isFolder ? undefined : data);
  if (name === undefined) {
    throw new KernelcastError('USAGE', 'it is not said which observations', {
      hint: 'Give --dataset NAME, or the path of a CF file of stations in its place.',
    });
  }
  if (existsSync(name) && statSync(name).isFile()) return { name, observations: await readStationFile(name) };
  const { ObservationStore } = await import('../store/observations.ts');
  const store = new ObservationStore(dataDirectory(dataset === undefined ? undefined : data));
  return { name, observations: await store.read(name) };
}

async function readStationFile(path: string): Promise<Series> {
  const { readFile } = await import('../../ingest/read-file.ts');
  const blocks: Series[] = [];
  for await (const block of readFile(path, {})) blocks.push(block);
  return joinBlocks(blocks);
}

/** Blocks of the same stations in the order of time as one series; hours between them are missing. */
function joinBlocks(blocks: readonly Series[]): Series {
  const [{ stations, from }] = blocks;
  const last = blocks[blocks.length - 1];
  const hours = last.from + last.hours - from;
  const variables: Series['variables'] = {};
  for (const block of blocks) {
    for (const name of seriesVariableNames(block)) {
      variables[name] ??= emptyVariable(hours, stations.length);
      const at = (block.from - from) * stations.length;
      variables[name].values.set(block.variables[name]!.values, at);
      variables[name].flags.set(block.variables[name]!.flags, at);
    }
  }
  return { stations, from, hours, variables };
}
