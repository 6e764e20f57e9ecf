/**
 * The score store: how far each run was from what was observed since. Written once for a run, when all of its hours
 * have been observed, as sums, so that the scores of many runs add up.
 *
 *     scores/DATASET/2024-03-01T06Z/scores.arrow    one row for each model, variable and lead time
 *     scores/DATASET/2024-03-01T06Z/manifest.json
 */
import { dirname, join } from 'node:path';
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { z } from 'zod';
import type { ScoreRow } from '../domain/scoring.ts';
import type { Hour } from '../domain/time.ts';
import { VARIABLE_NAMES } from '../domain/variables.ts';
import { KernelcastError } from '../errors.ts';
import { publishFolder, sweepTemporary } from './atomic.ts';
import { type Files, nodeFiles } from './files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME, readVerified } from './manifest.ts';
import { ManifestCache } from './manifest-cache.ts';
import { checkName, isSafeName } from './names.ts';
import { Recent } from './recent.ts';
import { listRunFolders, noSuchRun, runFolder } from './run-folders.ts';
import { type Stamp, stampOf } from './stamp.ts';

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
  readonly #root: string;
  readonly #files: Files;
  readonly #manifests: ManifestCache<Manifest>;
  /** By file and checksum: rows that were read never change. */
  readonly #rows = new Recent<readonly ScoreRow[]>(COUNT);

  /** @param root the data directory */
  constructor(root: string, options: { files?: Files } = {}) {
    this.#root = join(root, 'scores');
    this.#files = options.files ?? nodeFiles;
    this.#manifests = new ManifestCache(this.#files, scoreManifestSchema);
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
    const folder = runFolder(this.#root, dataset, init);
    const entries = new Map([
      [SCORES_NAME, bytes],
      [MANIFEST_NAME, encodeJson(manifest)],
    ]);
    const outcome = await publishFolder(this.#files, folder, entries);
    await sweepTemporary(this.#files, dirname(folder), Date.now()).catch(() => {});
    return outcome;
  }

  /** Another one when scores of the dataset were published or taken away. */
  stamp(dataset: string): Promise<Stamp> {
    return stampOf(this.#files, join(this.#root, isSafeName(dataset) ? dataset : ''));
  }

  /** The initialisation times of the runs that have scores, ascending. */
  list(dataset: string): Promise<Hour[]> {
    return listRunFolders(this.#files, this.#root, dataset);
  }

  /**
   * The rows of a run, as they were published; shared, so do not write to them.
   * @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT`
   */
  async read(dataset: string, init: Hour): Promise<readonly ScoreRow[]> {
    const folder = runFolder(this.#root, dataset, init);
    const path = join(folder, MANIFEST_NAME);
    const manifest = isSafeName(dataset) ? await this.#manifests.read(path) : undefined;
    if (!manifest) throw await noSuchRun(this.#files, this.#root, dataset, init, 'scored run');
    const key = `${folder} ${manifest.file.sha256}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const bytes = await readVerified(this.#files, folder, SCORES_NAME, manifest.file);
    const rows = decodeRows(bytes, join(folder, SCORES_NAME));
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
