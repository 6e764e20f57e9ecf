/**
 * The score store: how far each run was from what was observed since. Written once for a run, when all of its hours
 * have been observed, as sums, so that the scores of many runs add up.
 *
 *     scores/DATASET/2024-03-01T06Z/scores.arrow    one row for each model, variable and lead time
 *     scores/DATASET/2024-03-01T06Z/manifest.json
 */
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { z } from 'zod';
import type { ScoreRow } from '../../domain/scoring.ts';
import type { Hour } from '../../domain/time.ts';
import { VARIABLE_NAMES } from '../../domain/variables.ts';
import { KernelcastError } from '../../errors.ts';
import type { Files } from '../disk/files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME } from '../manifest.ts';
import { ManifestCache } from '../manifest-cache.ts';
import { checkName, isSafeName } from '../names.ts';
import { openStorage } from '../open-storage.ts';
import { Recent } from '../recent.ts';
import { listRunFolders, noSuchRun, runFolder } from '../runs/run-folders.ts';
import type { Stamp } from '../stamp.ts';
import type { Storage } from '../storage.ts';

const PART = 'scores';
const SCORES_NAME = 'scores.arrow';
/** The runs whose scores stay in memory. */
const COUNT = 1000;

const rowSchema = z.object({
  model: z.string(),
  variable: z.enum(VARIABLE_NAMES),
  lead: z.number().int().positive(),
  count: z.number().int().nonnegative(),
  sumSquaredError: z.number(),
  sumAbsoluteError: z.number(),
  sumError: z.number(),
});

/** Columns that files have since forecasts carry quantiles. */
const quantileColumnsSchema = z.object({
  quantileCount: z.number().int().nonnegative().default(0),
  sumCrps: z.number().default(0),
  inside50: z.number().int().nonnegative().default(0),
  inside80: z.number().int().nonnegative().default(0),
});

export const scoreManifestSchema = z.object({
  format: z.literal('kernelcast-scores'),
  version: z.literal(1),
  dataset: z.string(),
  init: z.number().int(),
  file: fileEntrySchema,
});
type Manifest = z.infer<typeof scoreManifestSchema>;

export class ScoreStore {
  readonly #storage: Storage;
  readonly #manifests: ManifestCache<Manifest>;
  /** By file and checksum: rows that were read never change. */
  readonly #rows = new Recent<readonly ScoreRow[]>(COUNT);

  /** @param root the data directory, or the address of a bucket */
  constructor(root: string, options: { files?: Files } = {}) {
    this.#storage = openStorage(root, options.files);
    this.#manifests = new ManifestCache(this.#storage, scoreManifestSchema);
  }

  /** @returns 'exists' when the run has its scores already; they stay as they are */
  async publish(dataset: string, init: Hour, rows: readonly ScoreRow[]): Promise<'published' | 'exists'> {
    checkName('dataset', dataset);
    const bytes = encodeRows(rows);
    const manifest: Manifest = {
      format: 'kernelcast-scores',
      version: 1,
      dataset,
      init,
      file: fileEntry(bytes),
    };
    const entries = new Map([
      [SCORES_NAME, bytes],
      [MANIFEST_NAME, encodeJson(manifest)],
    ]);
    return this.#storage.publish(runFolder(PART, dataset, init), entries);
  }

  /** Another one when scores of the dataset were published or taken away. */
  stamp(dataset: string): Promise<Stamp> {
    return this.#storage.stampOf(isSafeName(dataset) ? `${PART}/${dataset}` : PART);
  }

  /** The initialisation times of the runs that have scores, ascending. */
  list(dataset: string): Promise<Hour[]> {
    return listRunFolders(this.#storage, PART, dataset);
  }

  /**
   * The rows of a run, as they were published; shared, so do not write to them.
   * @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT`
   */
  async read(dataset: string, init: Hour): Promise<readonly ScoreRow[]> {
    const folder = runFolder(PART, dataset, init);
    const manifest = isSafeName(dataset) ? await this.#manifests.read(folder) : undefined;
    if (!manifest) throw await noSuchRun(this.#storage, PART, dataset, init, 'scored run');
    const key = `${folder} ${manifest.file.sha256}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const bytes = await this.#storage.readFile(folder, SCORES_NAME, manifest.file);
    const rows = decodeRows(bytes, this.#storage.nameOf(folder, SCORES_NAME));
    this.#rows.set(key, rows);
    return rows;
  }
}

function encodeRows(rows: readonly ScoreRow[]): Uint8Array {
  return tableToIPC(
    tableFromArrays({
      model: rows.map((row) => row.model),
      variable: rows.map((row) => row.variable as string),
      lead: Int32Array.from(rows, (row) => row.lead),
      count: Float64Array.from(rows, (row) => row.count),
      sumSquaredError: Float64Array.from(rows, (row) => row.sumSquaredError),
      sumAbsoluteError: Float64Array.from(rows, (row) => row.sumAbsoluteError),
      sumError: Float64Array.from(rows, (row) => row.sumError),
      quantileCount: Float64Array.from(rows, (row) => row.quantiles?.count ?? 0),
      sumCrps: Float64Array.from(rows, (row) => row.quantiles?.sumCrps ?? 0),
      inside50: Float64Array.from(rows, (row) => row.quantiles?.inside50 ?? 0),
      inside80: Float64Array.from(rows, (row) => row.quantiles?.inside80 ?? 0),
    }),
    'file',
  );
}

function decodeRows(bytes: Uint8Array, file: string): ScoreRow[] {
  try {
    return tableFromIPC(bytes)
      .toArray()
      .map((row) => decodeRow(row?.toJSON()));
  } catch (cause) {
    throw new KernelcastError('STORE_CORRUPT', 'not a score file as Kernelcast writes it', { where: { file }, cause });
  }
}

function decodeRow(columns: unknown): ScoreRow {
  const row = rowSchema.parse(columns);
  const { quantileCount, ...sums } = quantileColumnsSchema.parse(columns);
  return quantileCount === 0 ? row : { ...row, quantiles: { count: quantileCount, ...sums } };
}
