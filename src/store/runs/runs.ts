/**
 * The run store: the forecasts of each execution, published as one folder, never changed after.
 *
 *     runs/DATASET/2024-03-01T06Z/MODEL.arrow     the forecast of one model, a series of `leadHours` from init + 1, with
 *                                                 quantiles, and rank paths, where the model tells its uncertainty
 *     runs/DATASET/2024-03-01T06Z/manifest.json   the run: its models and files, with checksums
 */
import { z } from 'zod';
import type { Series } from '../../domain/series.ts';
import type { Hour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME } from '../manifest.ts';
import { ManifestCache } from '../manifest-cache.ts';
import { checkName, checkStations, isSafeName } from '../names.ts';
import { SeriesCache } from '../observations/series-cache.ts';
import { encodeSeries } from '../observations/series-file.ts';
import { openStorage } from '../open-storage.ts';
import type { Stamp } from '../stamp.ts';
import type { Storage } from '../storage.ts';
import { listRunFolders, noSuchRun, runFolder } from './run-folders.ts';

const PART = 'runs';

const runModelSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['network', 'baseline']),
  /** Tells the exact weights; null for a model that has none. */
  weightsSha256: z.string().nullable(),
});
export type RunModel = z.infer<typeof runModelSchema>;

export interface Run {
  dataset: string;
  init: Hour;
  /** Valid times are init + 1 .. init + leadHours. */
  leadHours: number;
  /** ISO 8601. */
  createdAt: string;
  /** The first is the default. */
  models: RunModel[];
}

export interface OpenedRun {
  run: Run;
  /** The forecast of one model; shared, so do not write to it. @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  read(modelId: string): Promise<Series>;
}

export const runManifestSchema = z.object({
  format: z.literal('kernelcast-run'),
  version: z.literal(1),
  dataset: z.string(),
  init: z.number().int(),
  leadHours: z.number().int().positive(),
  createdAt: z.string(),
  models: z.array(runModelSchema.extend({ file: fileEntrySchema })).min(1),
});
type Manifest = z.infer<typeof runManifestSchema>;

export class RunStore {
  readonly #storage: Storage;
  readonly #cache: SeriesCache;
  readonly #manifests: ManifestCache<Manifest>;

  /** @param root the data directory, or the address of a bucket */
  constructor(root: string, options: { files?: Files; cacheBytes?: number } = {}) {
    this.#storage = openStorage(root, options.files);
    this.#cache = new SeriesCache(this.#storage, options.cacheBytes);
    this.#manifests = new ManifestCache(this.#storage, runManifestSchema);
  }

  /**
   * Publishes a run, all of it or nothing.
   * @param forecasts by model id, each of the hours init + 1 .. init + leadHours; those of the other models are written while
   *   the default model's is waited for
   * @returns 'exists' when the run is there already; it stays as it is
   */
  async publish(run: Run, forecasts: ReadonlyMap<string, Series | Promise<Series>>): Promise<'published' | 'exists'> {
    checkRun(run, forecasts);
    const { dataset, init, leadHours, createdAt } = run;
    const files = run.models.map(async ({ id, name, kind, weightsSha256 }) => {
      const forecast = checkForecast(run, id, await forecasts.get(id));
      const bytes = encodeSeries(forecast);
      return { bytes, model: { id, name, kind, weightsSha256, file: fileEntry(bytes) } };
    });
    const all = Promise.all(files);
    // What fails is thrown when its turn comes.
    all.catch(() => {});

    async function* entries(): AsyncGenerator<[string, Uint8Array]> {
      for (const file of files.toReversed()) {
        const { bytes, model } = await file;
        yield [fileName(model.id), bytes];
      }
      const models = (await all).map(({ model }) => model);
      const manifest: Manifest = { format: 'kernelcast-run', version: 1, dataset, init, leadHours, createdAt, models };
      yield [MANIFEST_NAME, encodeJson(manifest)];
    }
    try {
      // The disk is left alone until there is something to write.
      await files.at(-1);
      return await this.#storage.publish(runFolder(PART, dataset, init), entries());
    } finally {
      // Also where the run was there, or the disk is full: nothing is at work any more when this returns.
      await all.catch(() => {});
    }
  }

  /**
   * Takes a run away for good, all of it at once; one that is not there stays away.
   * @throws KernelcastError `ENVIRONMENT`
   */
  async remove(dataset: string, init: Hour): Promise<void> {
    checkName('dataset', dataset);
    await this.#storage.remove(runFolder(PART, dataset, init));
  }

  /** The initialisation times of a dataset's runs, ascending; none for a dataset without runs. */
  list(dataset: string): Promise<Hour[]> {
    return listRunFolders(this.#storage, PART, dataset);
  }

  /** Another one when a run of the dataset was published or taken away. */
  stamp(dataset: string): Promise<Stamp> {
    return this.#storage.stampOf(isSafeName(dataset) ? `${PART}/${dataset}` : PART);
  }

  async latest(dataset: string): Promise<Hour | undefined> {
    return (await this.list(dataset)).at(-1);
  }

  /** Bytes of the run's forecasts on disk. */
  async size(dataset: string, init: Hour): Promise<number> {
    const { models } = await this.#manifest(dataset, init);
    return models.reduce((sum, { file }) => sum + file.bytes, 0);
  }

  /** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  async describe(dataset: string, init: Hour): Promise<Run> {
    return (await this.open(dataset, init)).run;
  }

  /**
   * The forecast of one model of a run; shared between callers, so do not write to it.
   * @throws KernelcastError `NOT_FOUND` naming the run's models, `STORE_CORRUPT`
   */
  async read(dataset: string, init: Hour, modelId: string): Promise<Series> {
    return (await this.open(dataset, init)).read(modelId);
  }

  /** A run whose forecasts can be read without asking again whether it is there. @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  async open(dataset: string, init: Hour): Promise<OpenedRun> {
    const manifest = await this.#manifest(dataset, init);
    const models = manifest.models.map(({ id, name, kind, weightsSha256 }) => ({ id, name, kind, weightsSha256 }));
    const { leadHours, createdAt } = manifest;
    return {
      run: { dataset, init, leadHours, createdAt, models },
      read: (modelId) => this.#read(manifest, modelId),
    };
  }

  async #read({ dataset, init, models }: Manifest, modelId: string): Promise<Series> {
    const model = models.find((candidate) => candidate.id === modelId);
    if (!model) {
      const known = models.map((candidate) => candidate.id).join(', ');
      throw new KernelcastError('NOT_FOUND', `the run has no model '${modelId.slice(0, 80)}'`, {
        where: { model: modelId.slice(0, 80), known },
        hint: `Models of this run: ${known}.`,
      });
    }
    return this.#cache.read(runFolder(PART, dataset, init), fileName(model.id), model.file);
  }

  async #manifest(dataset: string, init: Hour): Promise<Manifest> {
    const folder = runFolder(PART, dataset, init);
    const manifest = isSafeName(dataset) ? await this.#manifests.read(folder) : undefined;
    if (!manifest) throw await noSuchRun(this.#storage, PART, dataset, init, 'run');
    if (manifest.dataset !== dataset || manifest.init !== init) {
      throw new KernelcastError('STORE_CORRUPT', 'the manifest is that of another run', {
        where: { file: this.#storage.nameOf(folder, MANIFEST_NAME) },
      });
    }
    return manifest;
  }
}

function fileName(modelId: string): string {
  return `${modelId}.arrow`;
}

/** What the run says of itself must be true of its forecasts; a caller that mixes them up is a defect, not an input. */
function checkRun(run: Run, forecasts: ReadonlyMap<string, unknown>): void {
  checkName('dataset', run.dataset);
  if (run.models.length === 0) throw new Error('a run has at least one model');
  if (new Set(run.models.map((model) => model.id)).size !== run.models.length) throw new Error('a model occurs twice');
  for (const { id } of run.models) {
    checkName('model', id);
    if (!forecasts.has(id)) throw new Error(`the forecast of ${id} is missing`);
  }
}

function checkForecast({ init, leadHours }: Run, id: string, forecast: Series | undefined): Series {
  if (!forecast) throw new Error(`the run has no forecast of ${id}`);
  const { stations, from, hours } = forecast;
  checkStations(stations);
  if (from !== init + 1 || hours !== leadHours) {
    throw new Error(`the forecast of ${id} is not of the hours init + 1 .. init + ${leadHours}`);
  }
  return forecast;
}
