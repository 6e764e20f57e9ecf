/**
 * The observation store: named datasets of hourly series.
 *
 *     observations/DATASET/manifest.json           stations, sources, and the segments with their checksums
 *     observations/DATASET/2024-03.1b2c3d4e.arrow  a segment: hours of one month, named by its content (`segments.ts`)
 *
 * The manifest is the commit point: segments are written first, the manifest replaces the old one atomically, files
 * that it no longer lists are removed after. A reader that loses a file to a merge reads the new manifest and begins anew.
 */
import { copyVariables } from '../../domain/align-stations.ts';
import { type Clock, systemClock } from '../../domain/clock.ts';
import type { Series } from '../../domain/series.ts';
import { emptyVariable, seriesVariableNames, withoutRejected } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../../domain/variables.ts';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson, fileEntry, MANIFEST_NAME, shortHash } from '../manifest.ts';
import { ManifestCache } from '../manifest-cache.ts';
import { checkName, checkStations, isSafeName } from '../names.ts';
import { openStorage } from '../open-storage.ts';
import type { Stamp } from '../stamp.ts';
import type { Draft, Storage } from '../storage.ts';
import { DatasetUpdate, type MergeResult } from './dataset-update.ts';
import {
  type ObservationManifest as Manifest,
  observationManifestSchema,
  type Withdrawal,
} from './observation-manifest.ts';
import type { Segment } from './segments.ts';
import { SeriesCache } from './series-cache.ts';
import { encodeSeries } from './series-file.ts';

export interface DatasetInfo {
  dataset: string;
  stations: readonly Station[];
  /** The first hour with a value. */
  from: Hour;
  /** The hour after the last with a value. */
  to: Hour;
  variables: VariableName[];
  /** What was merged, in the order of its first arrival. */
  sources: string[];
  /** What was taken back, in the order in which it was. */
  withdrawals: readonly Withdrawal[];
  /** ISO 8601. */
  updatedAt: string;
  /** Another text whenever anything of the dataset is another. */
  revision: string;
}

/** A span is cut to what a typed array can reasonably hold. */
const MAX_CELLS = 2 ** 30;
const PART = 'observations';

export interface ObservationStoreOptions {
  files?: Files;
  /** Dates `updatedAt`. */
  clock?: Clock;
  /** How long a merge waits for another writer of the dataset before it gives up with `BUSY`. */
  waitMs?: number;
  cacheBytes?: number;
}

export class ObservationStore {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #cache: SeriesCache;
  readonly #manifests: ManifestCache<Manifest>;

  /** @param root the data directory, which need not exist before the first merge, or the address of a bucket */
  constructor(root: string, options: ObservationStoreOptions = {}) {
    this.#storage = openStorage(root, options.files);
    this.#clock = options.clock ?? systemClock;
    this.#waitMs = options.waitMs ?? 5_000;
    this.#cache = new SeriesCache(this.#storage, options.cacheBytes);
    this.#manifests = new ManifestCache(this.#storage, observationManifestSchema);
  }

  /** The names of the datasets, sorted. */
  async list(): Promise<string[]> {
    const names = (await this.#storage.list(PART)).filter(isSafeName);
    const identities = await Promise.all(names.map((name) => this.#storage.manifestIdentity(folderOf(name))));
    return names.filter((_, index) => identities[index] !== undefined);
  }

  /** Another one when anything of the dataset is another. */
  stamp(dataset: string): Promise<Stamp> {
    return this.#storage.manifestStamp(isSafeName(dataset) ? folderOf(dataset) : PART);
  }

  /** @throws KernelcastError `NOT_FOUND` naming the datasets that there are */
  async describe(dataset: string): Promise<DatasetInfo> {
    return describeManifest(await this.#current(dataset));
  }

  /**
   * The hours [from, to), all stations and variables of the dataset; missing where nothing is known or what is known failed
   * a check of quality control, which its flag tells. Without bounds, the dataset's own. The result is the caller's to change.
   * @param stations ids; only these are read, in the dataset's order, and those that it has not are left out
   * @throws KernelcastError `NOT_FOUND`, `USAGE` on an impossible span, `STORE_CORRUPT`
   */
  async read(dataset: string, from?: Hour, to?: Hour, stations?: ReadonlySet<string>): Promise<Series> {
    for (;;) {
      const manifest = await this.#current(dataset);
      try {
        return await this.#readSpan(manifest, from, to, stations);
      } catch (error) {
        // A merge may have removed the files under our hands; then there is a new manifest.
        if (!isKernelcastError(error, 'STORE_CORRUPT') || (await this.#current(dataset)) === manifest) throw error;
      }
    }
  }

  /** Bytes of the dataset's segments on disk. @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  async size(dataset: string): Promise<number> {
    return (await this.#current(dataset)).segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Merges a series into a dataset, which is made when it does not exist. See `merge.ts` for the rule. Nothing is
   * written when nothing changes.
   * @throws KernelcastError `STATIONS`, `USAGE` on an impossible name, `BUSY`, `ENVIRONMENT`; the store is untouched then
   */
  async merge(dataset: string, series: Series, options: { source: string }): Promise<MergeResult> {
    checkStations(series.stations);
    return this.update(dataset, (update) => update.merge(series, options));
  }

  /**
   * Merges as many series as `work` has, all of them or none: they become visible together, once `work` is done, and not
   * at all when it fails. No other writer of the dataset has its turn meanwhile.
   * @throws KernelcastError as `merge` does, and what `work` throws; the store is untouched then
   */
  async update<T>(dataset: string, work: (update: DatasetUpdate) => Promise<T>): Promise<T> {
    checkName('dataset', dataset);
    const folder = folderOf(dataset);
    return this.#storage.update(folder, this.#waitMs, async (draft) => {
      const old = await this.#manifest(dataset);
      const written: Segment[] = [];
      const update = new DatasetUpdate(old, {
        read: (entry) => this.#cache.read(folder, entry.file, entry),
        write: async (month, series) => {
          const entry = await this.#writeSegment(draft, folder, month, series);
          written.push(entry);
          return entry;
        },
      });
      try {
        const result = await work(update);
        const state = await update.finish();
        if (!state) return result;
        const manifest: Manifest = {
          format: 'kernelcast-observations',
          version: 2,
          dataset,
          updatedAt: new Date(this.#clock.now()).toISOString(),
          sources: [...state.sources],
          stations: [...state.stations],
          segments: [...state.segments],
          ...((state.withdrawals ?? []).length > 0 && { withdrawals: [...state.withdrawals!] }),
        };
        await draft.commit(encodeJson(manifest));
        await this.#sweep(draft, folder, [...(old?.segments ?? []), ...written], manifest);
        return result;
      } catch (error) {
        await this.#discard(draft, folder, dataset, written);
        throw error;
      }
    });
  }

  /**
   * Takes values of a station back: see `DatasetUpdate.withdraw`. The manifest keeps who, when and why.
   * @returns how many values there were
   * @throws KernelcastError `NOT_FOUND` without the dataset or the station; as `merge` does
   */
  async withdraw(dataset: string, what: Omit<Withdrawal, 'values' | 'at'>): Promise<number> {
    await this.#current(dataset);
    const at = new Date(this.#clock.now()).toISOString();
    return this.update(dataset, (update) => update.withdraw({ ...what, at }));
  }

  /** Removes the segments of an update that failed; what cannot be removed now, the next merge removes. */
  async #discard(draft: Draft, folder: string, dataset: string, written: readonly Segment[]): Promise<void> {
    try {
      const listed = new Set((await this.#manifest(dataset))?.segments.map(({ file }) => file));
      const unlisted = written.filter(({ file }) => !listed.has(file));
      for (const entry of unlisted) this.#cache.forget(folder, entry.file, entry);
      await draft.discard(unlisted.map(({ file }) => file));
    } catch {
      // No manifest lists them: they do no harm.
    }
  }

  async #writeSegment(draft: Draft, folder: string, month: string, series: Series): Promise<Segment> {
    const bytes = encodeSeries(series);
    const entry = fileEntry(bytes);
    const file = `${month}.${entry.sha256.slice(0, 8)}.arrow`;
    await draft.write(file, bytes);
    this.#cache.put(folder, file, entry, series);
    return { month, file, ...entry, from: series.from, hours: series.hours, variables: seriesVariableNames(series) };
  }

  /** Removes segments that the manifest does not list, whoever left them. */
  async #sweep(draft: Draft, folder: string, known: readonly Segment[], current: Manifest): Promise<void> {
    const kept = new Map(current.segments.map((entry) => [entry.file, entry]));
    for (const entry of known) {
      if (!kept.has(entry.file)) this.#cache.forget(folder, entry.file, entry);
    }
    await draft.sweep(kept);
  }

  async #readSpan(manifest: Manifest, from?: Hour, to?: Hour, only?: ReadonlySet<string>): Promise<Series> {
    const info = describeManifest(manifest);
    const stations = only ? info.stations.filter(({ id }) => only.has(id)) : info.stations;
    const first = from ?? info.from;
    const hours = (to ?? info.to) - first;
    if (!(Number.isInteger(first) && Number.isInteger(hours) && hours >= 0)) {
      throw new KernelcastError('USAGE', `[${from}, ${to}) is not a span of whole hours`);
    }
    if (hours * stations.length > MAX_CELLS) {
      throw new KernelcastError('USAGE', `${hours} hours of ${stations.length} stations are too much at once`);
    }
    const series: Series = { stations, from: first, hours, variables: {} };
    for (const name of info.variables) series.variables[name] = emptyVariable(hours, stations.length);
    for (const entry of manifest.segments) {
      if (entry.from >= first + hours || entry.from + entry.hours <= first) continue;
      const month = await this.#cache.read(folderOf(manifest.dataset), entry.file, entry);
      copyVariables(month, series);
    }
    return withoutRejected(series);
  }

  async #current(dataset: string): Promise<Manifest> {
    const manifest = isSafeName(dataset) ? await this.#manifest(dataset) : undefined;
    if (manifest) return manifest;
    const known = await this.list();
    throw new KernelcastError('NOT_FOUND', `there is no dataset '${dataset.slice(0, 80)}'`, {
      where: { dataset: dataset.slice(0, 80), known: known.join(', ') || '(none)' },
      hint: known.length > 0 ? `Datasets: ${known.join(', ')}.` : 'Make one with `kernelcast ingest`.',
    });
  }

  async #manifest(dataset: string): Promise<Manifest | undefined> {
    const manifest = await this.#manifests.read(folderOf(dataset));
    if (manifest && manifest.dataset !== dataset) {
      throw new KernelcastError('STORE_CORRUPT', `the manifest is that of the dataset '${manifest.dataset}'`, {
        where: { file: this.#storage.nameOf(folderOf(dataset), MANIFEST_NAME) },
      });
    }
    return manifest;
  }
}

function folderOf(dataset: string): string {
  return `${PART}/${dataset}`;
}

function describeManifest(manifest: Manifest): DatasetInfo {
  const present = new Set(manifest.segments.flatMap((entry) => entry.variables));
  return {
    dataset: manifest.dataset,
    stations: manifest.stations,
    from: Math.min(...manifest.segments.map((entry) => entry.from)),
    to: Math.max(...manifest.segments.map((entry) => entry.from + entry.hours)),
    variables: VARIABLE_NAMES.filter((name) => present.has(name)),
    sources: manifest.sources,
    withdrawals: manifest.withdrawals ?? [],
    updatedAt: manifest.updatedAt,
    revision: revisionOf(manifest),
  };
}

/** Month files are named by their content, and nothing else changes without a new `updatedAt`. */
function revisionOf(manifest: Manifest): string {
  const parts = [manifest.updatedAt, ...manifest.segments.map((entry) => entry.sha256)];
  return shortHash(parts.join());
}
