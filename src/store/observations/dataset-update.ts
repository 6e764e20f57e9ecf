/**
 * An update of a dataset, of any length, which nobody sees before it is committed: series are merged into months, of which
 * the last few are held in memory and the others written, under names that no manifest lists yet. Of a month only the hours that change are
 * read and written; see `segments.ts`.
 */
import { FLAG, monthsBetween, type Series, seriesVariableNames, withoutRejected } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import { type Hour, monthSpan } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { checkStations } from '../names.ts';
import { mergeMonth, mergeStations } from './merge.ts';
import type { Withdrawal } from './observation-manifest.ts';
import { endOf, joined, joinPast, readSegments, type Segment, type SegmentFiles, withChange } from './segments.ts';

export interface MergeResult {
  /** The months that changed, in order. */
  months: string[];
  /** Values that were missing before. */
  added: number;
  /** Values that differ now, or that have another flag now. */
  replaced: number;
}

export interface DatasetState {
  stations: readonly Station[];
  /** By month, and in a month in the order in which they count. */
  segments: readonly Segment[];
  sources: readonly string[];
  withdrawals?: readonly Withdrawal[];
}

/** Two: what is merged next often touches the month of what was merged last, or the one before it. */
const MONTHS_IN_MEMORY = 2;

export class DatasetUpdate {
  readonly #files: SegmentFiles;
  readonly #segments = new Map<string, readonly Segment[]>();
  /** Changed and not written yet, in the order of their last change: of each month the hours from the first change to the last. */
  readonly #changed = new Map<string, Series>();
  readonly #sources: Set<string>;
  readonly #before: DatasetState | undefined;
  readonly #withdrawals: Withdrawal[];
  #stations: readonly Station[];

  constructor(state: DatasetState | undefined, files: SegmentFiles) {
    this.#files = files;
    this.#before = state;
    this.#stations = state?.stations ?? [];
    for (const segment of state?.segments ?? []) {
      this.#segments.set(segment.month, [...(this.#segments.get(segment.month) ?? []), segment]);
    }
    this.#sources = new Set(state?.sources);
    this.#withdrawals = [...(state?.withdrawals ?? [])];
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
      const span = monthSpan(month);
      const from = Math.max(span.from, series.from);
      const to = Math.min(span.to, series.from + series.hours);
      const merged = mergeMonth(await this.#known(month, from, to), series, from, to, this.#stations);
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

  /**
   * Takes values of a station back: they stay in the store, and nobody is given them any more.
   * @returns how many there were
   * @throws KernelcastError `NOT_FOUND`: no such station
   */
  async withdraw(what: Omit<Withdrawal, 'values'>): Promise<number> {
    const station = this.#stations.findIndex(({ id }) => id === what.station);
    if (station < 0) {
      throw new KernelcastError('NOT_FOUND', `no station is called '${what.station.slice(0, 80)}'`, {
        hint: 'Give an id of the dataset; `kernelcast inspect` lists them.',
      });
    }
    let values = 0;
    for (const month of monthsBetween(what.from, what.to)) {
      const span = monthSpan(month);
      const [from, to] = [Math.max(what.from, span.from), Math.min(what.to, span.to)];
      const known = await this.#known(month, from, to);
      if (!known) continue;
      const series = joined([known], { from: known.from, to: endOf(known), stations: this.#stations });
      const count = markWithdrawn(series, station, { ...what, from, to });
      values += count;
      if (count > 0) this.#changed.set(month, series);
      if (this.#changed.size > MONTHS_IN_MEMORY) await this.#writeOldest();
    }
    if (values > 0) this.#withdrawals.push({ ...what, values });
    return values;
  }

  /** The hours [from, to) as they are in the midst of the update, all stations and variables; values that failed a check are missing. */
  async read(from: Hour, to: Hour): Promise<Series> {
    const parts: Series[] = [];
    for (const month of monthsBetween(from, to)) {
      const span = monthSpan(month);
      const known = await this.#known(month, Math.max(from, span.from), Math.min(to, span.to));
      if (known) parts.push(known);
    }
    return withoutRejected(joined(parts, { from, to, stations: this.#stations }));
  }

  /** Writes what is not written yet. @returns the state to be committed, undefined where nothing has changed */
  async finish(): Promise<DatasetState | undefined> {
    while (this.#changed.size > 0) await this.#writeOldest();
    const before = this.#before?.segments ?? [];
    const isSame = (segments: readonly Segment[]) =>
      segments.length === before.length && segments.every(({ file }, index) => file === before[index].file);
    const isUnchanged = isSame(this.#all());
    if (isUnchanged && (before.length === 0 || this.#stations === this.#before?.stations)) return undefined;
    if (!isUnchanged) await this.#joinPast();
    return {
      stations: this.#stations,
      segments: this.#all(),
      sources: [...this.#sources],
      withdrawals: this.#withdrawals,
    };
  }

  /**
   * What is known of the hours [from, to) of a month and, where some of it is changed already, of all hours up to that: the
   * change that is kept in memory has no gaps.
   */
  async #known(month: string, from: Hour, to: Hour): Promise<Series | undefined> {
    const changed = this.#changed.get(month);
    const first = Math.min(from, changed?.from ?? from);
    const last = Math.max(to, changed ? endOf(changed) : to);
    if (changed && changed.from === first && endOf(changed) === last) return changed;
    const how = { stations: this.#stations, files: this.#files };
    const written = await readSegments(this.#segments.get(month) ?? [], { from: first, to: last, ...how });
    if (!changed || !written) return changed ?? written;
    const span = { from: Math.min(written.from, changed.from), to: Math.max(endOf(written), endOf(changed)) };
    return joined([written, changed], { ...span, stations: this.#stations });
  }

  async #writeOldest(): Promise<void> {
    const [[month, change]] = this.#changed;
    // The table may have grown since.
    const series = change.stations === this.#stations ? change : this.#withAllStations(change);
    this.#segments.set(month, await withChange(this.#segments.get(month) ?? [], month, series, this.#files));
    this.#changed.delete(month);
  }

  #withAllStations(change: Series): Series {
    return joined([change], { from: change.from, to: endOf(change), stations: this.#stations });
  }

  async #joinPast(): Promise<void> {
    for (const [month, segments] of this.#byMonth().slice(0, -1)) {
      this.#segments.set(month, await joinPast(segments, month, { stations: this.#stations, files: this.#files }));
    }
  }

  #all(): Segment[] {
    return this.#byMonth().flatMap(([, segments]) => [...segments]);
  }

  #byMonth(): [string, readonly Segment[]][] {
    return [...this.#segments].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function markWithdrawn(
  series: Series,
  station: number,
  { from, to, variables }: Pick<Withdrawal, 'from' | 'to' | 'variables'>,
): number {
  let count = 0;
  for (const name of seriesVariableNames(series)) {
    if (!variables.includes(name)) continue;
    const { flags } = series.variables[name]!;
    for (let hour = Math.max(from, series.from); hour < Math.min(to, endOf(series)); hour++) {
      const at = (hour - series.from) * series.stations.length + station;
      if (flags[at] === FLAG.MISSING || flags[at] === FLAG.WITHDRAWN) continue;
      flags[at] = FLAG.WITHDRAWN;
      count++;
    }
  }
  return count;
}
