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
import type { Hour } from '../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../domain/variables.ts';
import { KernelcastError } from '../errors.ts';
import { publishFolder, sweepTemporary } from './atomic.ts';
import { type Files, nodeFiles } from './files.ts';
import { encodeJson, fileEntry, fileEntrySchema, MANIFEST_NAME, readJson, readVerified } from './manifest.ts';
import { checkName, isSafeName } from './names.ts';
import { listRunFolders, noSuchRun, runFolder } from './run-folders.ts';

const SCORES_NAME = 'scores.arrow';

const rowSchema = z.object({
  model: z.string(),
  variable: z.enum(VARIABLE_NAMES),
  lead: z.number().int().positive(),
  count: z.number().int().nonnegative(),
  sumSquaredError: z.number(),
  sumAbsoluteError: z.number(),
  sumError: z.number(),
});

/** Sums over stations, of one model, variable and lead time. Errors are forecast minus observation, in internal units. */
export interface ScoreRow {
  model: string;
  variable: VariableName;
  /** Hours after init. */
  lead: number;
  /** The pairs of forecast and observation. */
  count: number;
  sumSquaredError: number;
  sumAbsoluteError: number;
  sumError: number;
}

const manifestSchema = z.object({
  format: z.literal('kernelcast-scores'),
  version: z.literal(1),
  dataset: z.string(),
  init: z.number().int(),
  file: fileEntrySchema,
});

export class ScoreStore {
  readonly #root: string;
  readonly #files: Files;

  /** @param root the data directory */
  constructor(root: string, options: { files?: Files } = {}) {
    this.#root = join(root, 'scores');
    this.#files = options.files ?? nodeFiles;
  }

  /** @returns 'exists' when the run has its scores already; they stay as they are */
  async publish(dataset: string, init: Hour, rows: readonly ScoreRow[]): Promise<'published' | 'exists'> {
    checkName('dataset', dataset);
    const bytes = encodeRows(rows);
    const manifest: z.infer<typeof manifestSchema> = {
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

  /** The initialisation times of the runs that have scores, ascending. */
  list(dataset: string): Promise<Hour[]> {
    return listRunFolders(this.#files, this.#root, dataset);
  }

  /** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  async read(dataset: string, init: Hour): Promise<ScoreRow[]> {
    const folder = runFolder(this.#root, dataset, init);
    const path = join(folder, MANIFEST_NAME);
    const manifest = isSafeName(dataset) ? await readJson(this.#files, path, manifestSchema) : undefined;
    if (!manifest) throw await noSuchRun(this.#files, this.#root, dataset, init, 'scored run');
    const bytes = await readVerified(this.#files, folder, SCORES_NAME, manifest.file);
    return decodeRows(bytes, join(folder, SCORES_NAME));
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
    }),
    'file',
  );
}

function decodeRows(bytes: Uint8Array, file: string): ScoreRow[] {
  try {
    return z.array(rowSchema).parse(
      tableFromIPC(bytes)
        .toArray()
        .map((row) => row?.toJSON()),
    );
  } catch (cause) {
    throw new KernelcastError('STORE_CORRUPT', 'not a score file as Kernelcast writes it', { where: { file }, cause });
  }
}
