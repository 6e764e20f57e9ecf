/**
 * Parts of a forecast that is cut into shards and computed by many workers: each the forecast of one model at some of the
 * stations. They lie here until the run is put together and published; then they are taken away.
 *
 *     parts/DATASET/2024-03-01T06Z/MODEL.0a1b2c3d4e5f6071.3-of-8/{part.arrow, manifest.json}
 *
 * Where a forecast is cut follows from the table of the stations, so parts bear its hash: those of another table are strangers,
 * and have no place in the run.
 */
import { z } from 'zod';
import { pickColumns } from '../../domain/align-stations.ts';
import type { Series } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME, missingFile, shortHash } from '../manifest.ts';
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

/** How a forecast is cut: into how many shards, of which table of stations, as `tableOf` names it. */
export interface Cut {
  count: number;
  table: string;
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
  async publish(dataset: string, init: Hour, model: string, shard: Shard & Cut, forecast: Series): Promise<void> {
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
  async list(dataset: string, init: Hour, model: string, { count, table }: Cut): Promise<Set<number>> {
    const names = new Set(await this.#storage.list(runFolder(PART, dataset, init)));
    const indices = Array.from({ length: count }, (_, index) => index);
    return new Set(indices.filter((index) => names.has(nameOf(model, { index, count, table }))));
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
    const cut = { count, table: tableOf(stations) };
    const whole = new JoinedParts({ stations, from: init + 1, hours });
    const done = new Set<number>();
    const broken = new Set<number>();
    for (;;) {
      for (const index of await this.list(dataset, init, model, cut)) {
        if (done.has(index)) continue;
        const folder = partFolder(dataset, init, model, { index, ...cut });
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

function partFolder(dataset: string, init: Hour, model: string, shard: Shard & Cut): string {
  return `${runFolder(PART, dataset, init)}/${nameOf(model, shard)}`;
}

function nameOf(model: string, { index, count, table }: Shard & Cut): string {
  return `${model}.${table}.${index + 1}-of-${count}`;
}

const tables = new WeakMap<readonly Station[], string>();

/** Names a table of stations by all that a forecast makes of it: which stations, in which order, and where they are. */
export function tableOf(stations: readonly Station[]): string {
  const known = tables.get(stations);
  if (known !== undefined) return known;
  const places = stations.map(({ id, latitude, longitude, elevation }) => [id, latitude, longitude, elevation]);
  const table = shortHash(JSON.stringify(places));
  tables.set(stations, table);
  return table;
}

/** Undefined where no station has a value. */
function withoutEmptyStations(series: Series): Series | undefined {
  const { stations } = series;
  const all = Object.values(series.variables);
  const kept = [...stations.keys()].filter((s) => all.some(({ values }) => hasValue(values, s, stations.length)));
  if (kept.length === 0) return undefined;
  const own = kept.map((s) => stations[s]);
  return kept.length === stations.length ? series : pickColumns(series, own, kept);
}

function hasValue(values: Float32Array, station: number, width: number): boolean {
  for (let at = station; at < values.length; at += width) if (!Number.isNaN(values[at])) return true;
  return false;
}
