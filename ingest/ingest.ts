/**
 * Files into the observation store: what `kernelcast ingest` and the jobs call.
 *
 * All or nothing: first every file is opened and all is checked that can be checked without its values; then the files are read
 * and merged block by block within one update of the dataset, which nobody sees before the last block is in. A file that ends
 * early, a full disk or a kill leave the dataset as it was. Memory is that of a block (a month or so of hours), and of the
 * months of the dataset that it touches.
 */
import { basename } from 'node:path';
import { copyVariables, sameStations } from '../src/domain/align-stations.ts';
import { emptyVariable, FLAG, isRejected, monthsBetween, type Series } from '../src/domain/series.ts';
import type { Station } from '../src/domain/station.ts';
import { type Hour, monthSpan } from '../src/domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../src/domain/variables.ts';
import { isKernelcastError, KernelcastError } from '../src/errors.ts';
import { checkName, checkStations } from '../src/store/names.ts';
import type { DatasetUpdate } from '../src/store/observations/dataset-update.ts';
import { mergeStations } from '../src/store/observations/merge.ts';
import type { ObservationStore } from '../src/store/observations/observations.ts';
import { completedNames, windAcross } from './hourly/both-winds.ts';
import { type FileSummary, inspectFile, readFile } from './hourly/read-hours.ts';
import type { OpenOptions } from './opened/open-file.ts';
import { type LeftOut, LeftOutTally } from './quality/left-out.ts';
import { addRejected, noneRejected, type QualityReport, QualityTally, type Rejected } from './quality/report.ts';

export interface IngestOptions extends OpenOptions {
  dataset: string;
  /** What to call a file in the report and among the dataset's sources, where its path says nothing. */
  names?: ReadonlyMap<string, string>;
  store: Pick<ObservationStore, 'describe' | 'update'>;
  onProgress?: (progress: { file: string; done: number; total: number }) => void;
}

/** Values by the way they came about: hours x stations x variables. */
export interface Counts {
  observed: number;
  interpolated: number;
  /** Observed, and failed a check of quality control. */
  rejected: number;
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
  quality: QualityReport;
  /** What the file has and was not taken, by reason. */
  leftOut: readonly LeftOut[];
}

export interface IngestReport extends Counts {
  dataset: string;
  files: FileReport[];
  stations: number;
  from: Hour;
  /** Exclusive. */
  to: Hour;
  variables: VariableName[];
  /** Values by the check that they failed. */
  rejectedBy: Rejected;
  /** What the files have and was not taken, by reason. */
  leftOut: LeftOut[];
  /** The months of the store that changed, and how many of their values are new or replaced. */
  months: string[];
  added: number;
  replaced: number;
}

/**
 * Reads files and merges them into a dataset.
 * @throws KernelcastError as `openFile`, `nativeHours` and the store do; before the store is touched, unless it is the
 * store that fails
 */
export async function ingestFiles(paths: readonly string[], options: IngestOptions): Promise<IngestReport> {
  checkName('dataset', options.dataset);
  if (paths.length === 0) throw new KernelcastError('USAGE', 'there is no file to ingest');
  const all: FileSummary[] = [];
  for (const path of paths) all.push(await inspectFile(path, options));
  const used = paths.filter((_, index) => all[index].times > 0);
  const summaries = all.filter(({ times }) => times > 0);
  if (used.length === 0) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'no file has hours of the span that is asked for', {
      where: { file: paths[0], files: paths.length },
    });
  }
  checkMap(options, summaries);
  await checkStationTable(options, summaries);

  const total = summaries.reduce((sum, { times }) => sum + times, 0);
  let done = 0;
  return options.store.update(options.dataset, async (update) => {
    const changes = new Changes(update);
    const files: FileReport[] = [];
    for (const [index, file] of used.entries()) {
      const name = options.names?.get(file) ?? file;
      const tally = new FileTally(name, summaries[index]);
      const onTimes = (count: number) => {
        done += count;
        options.onProgress?.({ file, done, total });
      };
      for await (const block of readFile(file, { ...options, keepRejected: true, onTimes })) {
        tally.add(block);
        await changes.merge(block, name);
      }
      files.push(tally.report());
    }
    await mergeWindBetween(files, summaries, update, changes);
    return { dataset: options.dataset, files, ...totals(files, summaries), ...changes.counts() };
  });
}

/** The last part of a path, or of an address without its query. */
function sourceName(file: string): string {
  return basename(URL.canParse(file) && /^https?:/.test(file) ? new URL(file).pathname : file);
}

/** What an update has changed so far. */
class Changes {
  readonly #update: DatasetUpdate;
  readonly #months = new Set<string>();
  #added = 0;
  #replaced = 0;

  constructor(update: DatasetUpdate) {
    this.#update = update;
  }

  async merge(series: Series, file: string): Promise<void> {
    const change = await this.#update.merge(series, { source: sourceName(file) });
    for (const month of change.months) this.#months.add(month);
    this.#added += change.added;
    this.#replaced += change.replaced;
  }

  counts() {
    return { months: [...this.#months].sort(), added: this.#added, replaced: this.#replaced };
  }
}

/**
 * Wind whose parts lie in different files, u in one and v in another: made of the hours that both have, a month at a time, from
 * what the dataset holds of them now.
 */
async function mergeWindBetween(
  files: readonly FileReport[],
  summaries: readonly FileSummary[],
  update: DatasetUpdate,
  changes: Changes,
): Promise<void> {
  for (const [index, one] of files.entries()) {
    for (const [offset, other] of files.slice(index + 1).entries()) {
      const [a, b] = [summaries[index], summaries[index + 1 + offset]];
      if (!completeEachOther(a, b)) continue;
      const span = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
      for (const month of span.to > span.from ? monthsBetween(span.from, span.to) : []) {
        const from = Math.max(span.from, monthSpan(month).from);
        const to = Math.min(span.to, monthSpan(month).to);
        const known = await update.read(from, to);
        const series = windAcross(partOf(known, a), partOf(known, b));
        if (series) await changes.merge(series, one.file);
      }
    }
  }
}

function checkMap({ map = {} }: OpenOptions, summaries: readonly FileSummary[]): void {
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

/** Whether two files have together what neither has alone, at the same stations. */
function completeEachOther(a: FileSummary, b: FileSummary): boolean {
  const names = [...new Set([...a.variables, ...b.variables])];
  return sameStations(a.stations, b.stations) && completedNames(names).some((name) => !names.includes(name));
}

/** The stations and variables of a file in a series. */
function partOf(series: Series, { stations, variables }: FileSummary): Series {
  const part: Series = { stations, from: series.from, hours: series.hours, variables: {} };
  for (const name of variables) {
    if (series.variables[name]) part.variables[name] = emptyVariable(series.hours, stations.length);
  }
  copyVariables(series, part);
  return part;
}

/** Counts the blocks of a file. */
class FileTally {
  readonly #file: string;
  readonly #summary: FileSummary;
  readonly #quality = new QualityTally();
  readonly #counts: Counts = { observed: 0, interpolated: 0, rejected: 0, missing: 0 };
  #from: Hour | undefined;
  #to: Hour | undefined;

  constructor(file: string, summary: FileSummary) {
    this.#file = file;
    this.#summary = summary;
  }

  add(block: Series): void {
    this.#from ??= block.from;
    this.#to = block.from + block.hours;
    this.#quality.add(block);
    for (const { flags } of Object.values(block.variables)) {
      for (const flag of flags) {
        if (flag === FLAG.OBSERVED) this.#counts.observed++;
        else if (flag === FLAG.INTERPOLATED) this.#counts.interpolated++;
        else if (isRejected(flag)) this.#counts.rejected++;
        else this.#counts.missing++;
      }
    }
  }

  report(): FileReport {
    const { stations, outside, taken, variables, duplicates, leftOut } = this.#summary;
    return {
      file: this.#file,
      stations: stations.length,
      outside: outside.length,
      from: this.#from!,
      to: this.#to!,
      taken,
      variables,
      ...this.#counts,
      quality: this.#quality.report(duplicates),
      leftOut,
    };
  }
}

function totals(files: readonly FileReport[], summaries: readonly FileSummary[]) {
  const sum = (key: keyof Counts) => files.reduce((total, file) => total + file[key], 0);
  const ids = new Set(summaries.flatMap(({ stations }) => stations.map(({ id }) => id)));
  const rejectedBy = noneRejected();
  const leftOut = new LeftOutTally();
  for (const file of files) {
    addRejected(rejectedBy, file.quality.rejected);
    leftOut.addAll(file.leftOut);
  }
  return {
    stations: ids.size,
    from: Math.min(...files.map(({ from }) => from)),
    to: Math.max(...files.map(({ to }) => to)),
    variables: VARIABLE_NAMES.filter((name) => files.some(({ variables }) => variables.includes(name))),
    observed: sum('observed'),
    interpolated: sum('interpolated'),
    rejected: sum('rejected'),
    missing: sum('missing'),
    rejectedBy,
    leftOut: leftOut.list(),
  };
}
