/**
 * An update of a dataset, of any length, which nobody sees before it is committed: series are merged into months, of which
 * the last few are held in memory and the others written, under names that no manifest lists yet.
 */
import { emptyVariable, monthsBetween, type Series, withoutRejected } from '../domain/series.ts';
import type { Station } from '../domain/station.ts';
import { type Hour, monthSpan } from '../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../domain/variables.ts';
import type { FileEntry } from './manifest.ts';
import { copyVariable, mergeMonth, mergeStations } from './merge.ts';
import { checkStations } from './names.ts';

export interface MergeResult {
  /** The months that changed, in order. */
  months: string[];
  /** Values that were missing before. */
  added: number;
  /** Values that differ now, or that have another flag now. */
  replaced: number;
}

/** A month file, as the manifest lists it. */
export interface MonthEntry extends FileEntry {
  month: string;
  file: string;
  from: Hour;
  hours: number;
  variables: VariableName[];
}

export interface DatasetState {
  stations: readonly Station[];
  months: readonly MonthEntry[];
  sources: readonly string[];
}

export interface MonthFiles {
  read(entry: MonthEntry): Promise<Series>;
  write(month: string, series: Series): Promise<MonthEntry>;
}

/** Two: what is merged next often touches the month of what was merged last, or the one before it. */
const MONTHS_IN_MEMORY = 2;

export class DatasetUpdate {
  readonly #files: MonthFiles;
  readonly #entries: Map<string, MonthEntry>;
  /** Changed and not written yet, in the order of their last change. */
  readonly #changed = new Map<string, Series>();
  readonly #sources: Set<string>;
  readonly #before: DatasetState | undefined;
  #stations: readonly Station[];

  constructor(state: DatasetState | undefined, files: MonthFiles) {
    this.#files = files;
    this.#before = state;
    this.#stations = state?.stations ?? [];
    this.#entries = new Map(state?.months.map((entry) => [entry.month, entry]));
    this.#sources = new Set(state?.sources);
  }

  /**
   * See `merge.ts` for the rule.
   * @throws KernelcastError `STATIONS`, `STORE_CORRUPT`, `ENVIRONMENT`; do not commit then
   */
  async merge(series: Series, { source }: { source: string }): Promise<MergeResult> {
    checkStations(series.stations);
    this.#stations = mergeStations(this.#stations, series.stations);
    this.#sources.add(source);
    const result: MergeResult = { months: [], added: 0, replaced: 0 };
    for (const month of monthsBetween(series.from, series.from + series.hours)) {
      const { from, to } = monthSpan(month);
      const merged = mergeMonth(await this.#month(month), series, from, to, this.#stations);
      if (!merged) continue;
      this.#changed.delete(month);
      this.#changed.set(month, merged.series);
      result.months.push(month);
      result.added += merged.added;
      result.replaced += merged.replaced;
      if (this.#changed.size > MONTHS_IN_MEMORY) await this.#writeOldest();
    }
    return result;
  }

  /** The hours [from, to) as they are in the midst of the update, all stations and variables; values that failed a check are missing. */
  async read(from: Hour, to: Hour): Promise<Series> {
    const months: Series[] = [];
    for (const month of monthsBetween(from, to)) months.push(...[(await this.#month(month)) ?? []].flat());
    const names = VARIABLE_NAMES.filter((name) => months.some((month) => month.variables[name]));
    const series: Series = { stations: this.#stations, from, hours: to - from, variables: {} };
    for (const name of names) {
      series.variables[name] = emptyVariable(to - from, this.#stations.length);
      for (const month of months) copyVariable(month, series, name);
    }
    return withoutRejected(series);
  }

  /** Writes what is not written yet. @returns the state to be committed, undefined where nothing has changed */
  async finish(): Promise<DatasetState | undefined> {
    while (this.#changed.size > 0) await this.#writeOldest();
    const months = [...this.#entries.values()].sort((a, b) => a.from - b.from);
    const before = this.#before?.months ?? [];
    const isSame = months.length === before.length && months.every((entry, index) => entry.file === before[index].file);
    if (isSame && (months.length === 0 || this.#stations === this.#before?.stations)) return undefined;
    return { stations: this.#stations, months, sources: [...this.#sources] };
  }

  async #month(month: string): Promise<Series | undefined> {
    const entry = this.#entries.get(month);
    return this.#changed.get(month) ?? (entry && this.#files.read(entry));
  }

  async #writeOldest(): Promise<void> {
    const [[month, series]] = this.#changed;
    this.#entries.set(month, await this.#files.write(month, series));
    this.#changed.delete(month);
  }
}
