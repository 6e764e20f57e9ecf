/**
 * Parts of a forecast that is cut into shards and computed by many workers: each the forecast of one model at some of the
 * stations. They lie here until the run is put together and published; then they are taken away.
 *
 *     parts/DATASET/2024-03-01T06Z/MODEL.3-of-8/{part.arrow, manifest.json}
 */
import { z } from 'zod';
import type { Quantiles } from '../../domain/quantiles.ts';
import { type Series, seriesVariableNames } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME, missingFile } from '../manifest.ts';
import { readManifest } from '../manifest-cache.ts';
import { checkName } from '../names.ts';
import { decodeSeries, encodeSeries } from '../observations/series-file.ts';
import { openStorage } from '../open-storage.ts';
import type { Storage } from '../storage.ts';
import { JoinedParts } from './joined-parts.ts';
import { listRunFolders, runFolder } from './run-folders.ts';

/** Which of how many shards, from 0. */
export interface Shard {
  index: number;
  count: number;
}

export interface JoinOptions {
  count: number;
  stations: readonly Station[];
  hours: number;
  wait?: () => Promise<void>;
}

const PART = 'parts';
const PART_NAME = 'part.arrow';
const manifestSchema = z.object({
  format: z.literal('kernelcast-part'),
  version: z.literal(1),
  /** Null where the model can say nothing of the shard's stations. */
  file: fileEntrySchema.nullable(),
});

export class PartStore {
  readonly #storage: Storage;

  /** @param root the data directory, or the address of a bucket */
  constructor(root: string, files?: Files) {
    this.#storage = openStorage(root, files);
  }

  /**
   * Once; the same shard of another worker says the same. Stations without a value are left out. It need not outlive a power
   * cut: waiting for the disk, shard after shard, would cost more than computing one again.
   */
  async publish(dataset: string, init: Hour, model: string, shard: Shard, forecast: Series): Promise<void> {
    checkName('dataset', dataset);
    checkName('model', model);
    const part = withoutEmptyStations(forecast);
    const bytes = part && encodeSeries(part);
    const manifest: z.infer<typeof manifestSchema> = {
      format: 'kernelcast-part',
      version: 1,
      file: bytes ? fileEntry(bytes) : null,
    };
    const entries = new Map<string, Uint8Array>(bytes ? [[PART_NAME, bytes]] : []);
    entries.set(MANIFEST_NAME, encodeJson(manifest));
    await this.#storage.publish(partFolder(dataset, init, model, shard), entries, { isDurable: false });
  }

  /** The indices of the shards that are there. */
  async list(dataset: string, init: Hour, model: string, count: number): Promise<Set<number>> {
    const names = new Set(await this.#storage.list(runFolder(PART, dataset, init)));
    const indices = Array.from({ length: count }, (_, index) => index);
    return new Set(indices.filter((index) => names.has(nameOf(model, { index, count }))));
  }

  /**
   * All parts as one forecast of the given stations. Each part is put in its place as soon as it is there, so that little is
   * left to do when the last one comes. One that a power cut has broken is taken away, to be computed again; the second time
   * it is the disk.
   * @param wait while parts are missing; by default that, and a broken one, is an error
   * @throws KernelcastError `STORE_CORRUPT`, and what `wait` throws
   */
  async join(
    dataset: string,
    init: Hour,
    model: string,
    { count, stations, hours, wait }: JoinOptions,
  ): Promise<Series> {
    const whole = new JoinedParts({ stations, from: init + 1, hours });
    const done = new Set<number>();
    const broken = new Set<number>();
    for (;;) {
      for (const index of await this.list(dataset, init, model, count)) {
        if (done.has(index)) continue;
        const folder = partFolder(dataset, init, model, { index, count });
        try {
          whole.add(await this.#read(folder));
          done.add(index);
        } catch (error) {
          if (!wait || broken.has(index) || !isKernelcastError(error, 'STORE_CORRUPT')) throw error;
          broken.add(index);
          await this.#storage.remove(folder);
        }
      }
      if (done.size === count) return whole.forecast();
      if (!wait) {
        throw new KernelcastError('STORE_CORRUPT', 'a part of the forecast is missing', {
          where: { folder: this.#storage.nameOf(runFolder(PART, dataset, init)), parts: `${done.size} of ${count}` },
        });
      }
      await wait();
    }
  }

  /** Undefined where the model can say nothing of the shard's stations. */
  async #read(folder: string): Promise<Series | undefined> {
    const manifest = await readManifest(this.#storage, folder, manifestSchema);
    if (!manifest) throw missingFile(this.#storage.nameOf(folder, MANIFEST_NAME));
    if (manifest.file === null) return undefined;
    const bytes = await this.#storage.readFile(folder, PART_NAME, manifest.file);
    return decodeSeries(bytes, this.#storage.nameOf(folder, PART_NAME));
  }

  /** Takes all parts of a run away; what cannot be removed is swept later. */
  async remove(dataset: string, init: Hour): Promise<void> {
    checkName('dataset', dataset);
    await this.#storage.remove(runFolder(PART, dataset, init)).catch(() => {});
  }

  /** Takes away what was left of runs before `init`: shards that a worker laid down after its run was published. */
  async sweep(dataset: string, init: Hour): Promise<void> {
    for (const old of await listRunFolders(this.#storage, PART, dataset)) {
      if (old < init) await this.remove(dataset, old);
    }
  }
}

function partFolder(dataset: string, init: Hour, model: string, shard: Shard): string {
  return `${runFolder(PART, dataset, init)}/${nameOf(model, shard)}`;
}

function nameOf(model: string, { index, count }: Shard): string {
  return `${model}.${index + 1}-of-${count}`;
}

/** Undefined where no station has a value. */
function withoutEmptyStations(series: Series): Series | undefined {
  const width = series.stations.length;
  const names = seriesVariableNames(series);
  const kept = [...series.stations.keys()].filter((s) =>
    names.some((name) => hasValue(series.variables[name]!.values, s, width)),
  );
  if (kept.length === 0) return undefined;
  if (kept.length === width) return series;
  const pick = <T extends Float32Array | Uint8Array>(source: T): T => {
    const picked = new (source.constructor as new (length: number) => T)(series.hours * kept.length);
    for (let t = 0; t < series.hours; t++) {
      for (const [s, station] of kept.entries()) picked[t * kept.length + s] = source[t * width + station];
    }
    return picked;
  };
  const part: Series = { ...series, stations: kept.map((s) => series.stations[s]), variables: {} };
  for (const name of names) {
    const { values, flags } = series.variables[name]!;
    part.variables[name] = { values: pick(values), flags: pick(flags) };
  }
  if (series.quantiles) {
    const levels = Object.entries(series.quantiles).map(([name, arrays]) => [name, arrays.map(pick)]);
    part.quantiles = Object.fromEntries(levels) as Quantiles;
  }
  return part;
}

function hasValue(values: Float32Array, station: number, width: number): boolean {
  for (let at = station; at < values.length; at += width) if (!Number.isNaN(values[at])) return true;
  return false;
}
