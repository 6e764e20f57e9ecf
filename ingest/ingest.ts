/**
 * Files into the observation store: what `kernelcast ingest` and the jobs call.
 *
 * All or nothing: first every file is opened and all is checked that can be checked without its values, then all values are
 * read, and only then is anything written. What can still go wrong is the store itself (a full disk, a kill): the store
 * takes block by block (some months at a time), each block wholly or not at all, and the same command again completes it.
 * The series of all files together are held in memory in between; the files are not.
 */
import { basename } from 'node:path';
import { FLAG, type Series } from '../src/domain/series.ts';
import type { Station } from '../src/domain/station.ts';
import type { Hour } from '../src/domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../src/domain/variables.ts';
import { isKernelcastError, KernelcastError } from '../src/errors.ts';
import { mergeStations } from '../src/store/merge.ts';
import { checkName, checkStations } from '../src/store/names.ts';
import type { ObservationStore } from '../src/store/observations.ts';
import type { SourceOptions } from './open-source.ts';
import { type FileSummary, inspectFile, readFile } from './read-file.ts';
import { windAcross } from './wind.ts';

export interface IngestOptions extends SourceOptions {
  dataset: string;
  store: Pick<ObservationStore, 'describe' | 'merge'>;
  onProgress?: (progress: { file: string; done: number; total: number }) => void;
}

/** Values by the way they came about: hours x stations x variables. */
export interface Counts {
  observed: number;
  interpolated: number;
  missing: number;
}

export interface FileReport extends Counts {
  file: string;
  stations: number;
  /** Stations outside the grid that were left out. */
  outside: number;
  from: Hour;
  /** Exclusive. */
  to: Hour;
  /** The variables of the file that were read, and as what. */
  taken: readonly { name: VariableName; from: string }[];
  variables: readonly VariableName[];
}

export interface IngestReport extends Counts {
  dataset: string;
  files: FileReport[];
  stations: number;
  from: Hour;
  /** Exclusive. */
  to: Hour;
  variables: VariableName[];
  /** The months of the store that changed, and how many of their values are new or replaced. */
  months: string[];
  added: number;
  replaced: number;
}

/**
 * Reads files and merges them into a dataset.
 * @throws KernelcastError as `openSource`, `nativeHours` and the store do; before the store is touched, unless it is the
 * store that fails
 */
export async function ingestFiles(paths: readonly string[], options: IngestOptions): Promise<IngestReport> {
  checkName('dataset', options.dataset);
  if (paths.length === 0) throw new KernelcastError('USAGE', 'there is no file to ingest');
  const summaries: FileSummary[] = [];
  for (const path of paths) summaries.push(await inspectFile(path, options));
  checkMap(options, summaries);
  await checkStationTable(options, summaries);

  const total = summaries.reduce((sum, { times }) => sum + times, 0);
  let done = 0;
  const read: { file: string; blocks: Series[] }[] = [];
  for (const file of paths) {
    const blocks: Series[] = [];
    const onTimes = (count: number) => {
      done += count;
      options.onProgress?.({ file, done, total });
    };
    for await (const block of readFile(file, { ...options, onTimes })) blocks.push(block);
    read.push({ file, blocks });
  }
  const files = read.map(({ file, blocks }, index) => reportOf(file, blocks, summaries[index]));
  const changes = await merge(read, options);
  return { dataset: options.dataset, files, ...totals(files, read), ...changes };
}

function checkMap({ map = {} }: SourceOptions, summaries: readonly FileSummary[]): void {
  for (const [name, from] of Object.entries(map)) {
    if (summaries.some(({ taken }) => taken.some((one) => one.name === name && one.from === from))) continue;
    throw new KernelcastError('VARIABLE_MISSING', `no file has a variable '${from}' to be ${name}`, {
      where: { map: `${name}=${from}` },
    });
  }
}

/** What the store would refuse of the stations is refused before anything is read. */
async function checkStationTable({ store, dataset }: IngestOptions, summaries: readonly FileSummary[]): Promise<void> {
  let table: readonly Station[] = [];
  try {
    table = (await store.describe(dataset)).stations;
  } catch (error) {
    if (!isKernelcastError(error, 'NOT_FOUND')) throw error;
  }
  for (const { stations } of summaries) {
    checkStations(stations);
    table = mergeStations(table, stations);
  }
}

async function merge(read: readonly { file: string; blocks: Series[] }[], { store, dataset }: IngestOptions) {
  const months = new Set<string>();
  let added = 0;
  let replaced = 0;
  const put = async (series: Series, source: string) => {
    const change = await store.merge(dataset, series, { source: basename(source) });
    for (const month of change.months) months.add(month);
    added += change.added;
    replaced += change.replaced;
  };
  for (const { file, blocks } of read) for (const block of blocks) await put(block, file);
  for (const { series, source } of windBetween(read)) await put(series, source);
  return { months: [...months].sort(), added, replaced };
}

/** Wind whose parts lie in different files. */
function* windBetween(
  read: readonly { file: string; blocks: Series[] }[],
): Generator<{ series: Series; source: string }> {
  for (const [index, one] of read.entries()) {
    for (const other of read.slice(index + 1)) {
      for (const a of one.blocks) {
        for (const b of other.blocks) {
          const series = windAcross(a, b);
          if (series) yield { series, source: one.file };
        }
      }
    }
  }
}

function reportOf(file: string, blocks: readonly Series[], summary: FileSummary): FileReport {
  const counts: Counts = { observed: 0, interpolated: 0, missing: 0 };
  for (const { variables } of blocks) {
    for (const { flags } of Object.values(variables)) {
      for (const flag of flags) {
        if (flag === FLAG.OBSERVED) counts.observed++;
        else if (flag === FLAG.INTERPOLATED) counts.interpolated++;
        else counts.missing++;
      }
    }
  }
  const { stations, outside, taken, variables } = summary;
  const last = blocks[blocks.length - 1];
  const span = { from: blocks[0].from, to: last.from + last.hours };
  return { file, stations: stations.length, outside: outside.length, ...span, taken, variables, ...counts };
}

function totals(files: readonly FileReport[], read: readonly { blocks: Series[] }[]) {
  const sum = (key: keyof Counts) => files.reduce((total, file) => total + file[key], 0);
  const ids = new Set(read.flatMap(({ blocks }) => blocks[0].stations.map(({ id }) => id)));
  return {
    stations: ids.size,
    from: Math.min(...files.map(({ from }) => from)),
    to: Math.max(...files.map(({ to }) => to)),
    variables: VARIABLE_NAMES.filter((name) => files.some(({ variables }) => variables.includes(name))),
    observed: sum('observed'),
    interpolated: sum('interpolated'),
    missing: sum('missing'),
  };
}
