/**
 * A small search over fields of a training configuration, by validation alone: each trial trains for the same number of steps.
 * What is found is kept trial by trial, and an interrupted search goes on, within a trial too:
 *
 *     OUT/search.json      what is searched: another search is refused here
 *     OUT/results.jsonl    a line a trial: its values and its validation, or why it failed
 *     OUT/trial-3/         the checkpoints of the trial under way
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../src/domain/clock.ts';
import { isKernelcastError, KernelcastError } from '../../../src/errors.ts';
import { discard, makeFolder, writeAtomically } from '../../../src/store/disk/atomic.ts';
import { nodeFiles, systemCode } from '../../../src/store/disk/files.ts';
import { withLock } from '../../../src/store/disk/lock.ts';
import { encodeJson, readJson } from '../../../src/store/manifest.ts';
import type { ObservationSource } from '../data/observation-source.ts';
import { DEFAULT_KIND } from '../kinds/model-kinds.ts';
import { differencesOf } from '../progress/checkpoints.ts';
import type { TrainProgress } from '../trainer.ts';
import { type DataConfig, parseTrainingConfig, trainingConfigSchema } from '../training-config.ts';
import { runTraining } from '../training-run.ts';
import { type Choice, gridChoices, randomChoices, searchSpaceSchema, withChoice } from './search-space.ts';

const tuneConfigSchema = z.strictObject({
  /** A training configuration, its data included. */
  base: trainingConfigSchema,
  model: z.string().default(DEFAULT_KIND),
  strategy: z.enum(['random', 'grid']).default('random'),
  /** Of a random search; a grid has as many as it has. */
  trials: z.int().positive().default(20),
  /** Of each trial. */
  steps: z.int().positive(),
  /** Of what is drawn; the trainings have their own. */
  seed: z.int().default(1),
  search: searchSpaceSchema,
});

export type TuneConfig = z.infer<typeof tuneConfigSchema>;

/** @throws KernelcastError `USAGE` naming the field that is wrong. */
export function parseTuneConfig(value: unknown, file: string): TuneConfig {
  const result = tuneConfigSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new KernelcastError('USAGE', `the configuration of the search is not valid: ${issue.message}`, {
      where: { file, field: issue.path.join('.') || '(the whole)' },
    });
  }
  if (result.data.base.data) return result.data;
  throw new KernelcastError('USAGE', 'the configuration to search around has no data', {
    where: { file, field: 'base.data' },
  });
}

const resultSchema = z.object({
  trial: z.int(),
  values: z.record(z.string(), z.unknown()),
  /** Of the best step; missing when it failed. */
  validation: z.record(z.string(), z.number()).optional(),
  bestStep: z.int().optional(),
  parameters: z.int().optional(),
  seconds: z.number().optional(),
  error: z.string().optional(),
});

export type TrialResult = z.infer<typeof resultSchema>;

export interface TuneOptions {
  config: TuneConfig;
  /** Of the data that a trial names. */
  openSources: (data: DataConfig) => Promise<ObservationSource[]>;
  out: string;
  checkpointMinutes: number;
  signal?: AbortSignal;
  clock: Clock;
  onNotice: (notice: string) => void;
  onProgress: (trial: number, trials: number, progress: TrainProgress) => void;
  onResult: (result: TrialResult) => void;
}

export interface TuneResult {
  results: TrialResult[];
  /** Whether all trials are done; else the same call goes on. */
  finished: boolean;
  /** With the steps of the base configuration. */
  best: { result: TrialResult; config: unknown } | undefined;
}

/** @throws KernelcastError `USAGE` naming a wrong field, `BUSY` when another process searches there */
export async function tune(options: TuneOptions): Promise<TuneResult> {
  await makeFolder(nodeFiles, options.out);
  return withLock(nodeFiles, join(options.out, '.lock'), 0, () => tuneLocked(options));
}

async function tuneLocked(options: TuneOptions): Promise<TuneResult> {
  const { config, out, signal, onResult } = options;
  const { base, strategy, trials, seed, search } = config;
  const { selectBy } = base.training;
  const choices = strategy === 'grid' ? gridChoices(search) : randomChoices(search, trials, seed);
  await refuseOther(join(out, 'search.json'), config);
  const path = join(out, 'results.jsonl');
  const results = await readResults(path);
  for (const [trial, choice] of choices.entries()) {
    if (signal?.aborted) break;
    if (results.some((result) => result.trial === trial)) continue;
    const result = await runTrial(options, trial, choices.length, choice);
    if (!result) break;
    results.push(result);
    await writeAtomically(nodeFiles, path, Buffer.from(results.map((each) => `${JSON.stringify(each)}\n`).join('')));
    await discard(nodeFiles, trialFolder(out, trial));
    onResult(result);
  }
  const judged = results.filter(({ validation }) => validation && Number.isFinite(validation[selectBy]));
  const [best] = judged.sort((a, b) => a.validation![selectBy] - b.validation![selectBy]);
  return {
    results,
    finished: results.length >= choices.length,
    best: best && { result: best, config: withChoice(base, best.values) },
  };
}

/** @returns undefined when it was stopped */
async function runTrial(
  options: TuneOptions,
  trial: number,
  trials: number,
  choice: Choice,
): Promise<TrialResult | undefined> {
  const { config, openSources, onProgress } = options;
  let sources: ObservationSource[] = [];
  try {
    const given = parseTrainingConfig(withChoice(config.base, choice), `trial ${trial}`);
    const data = given.data!;
    sources = await openSources(data);
    const { result, parameters } = await runTraining(trialFolder(options.out, trial), {
      ...options,
      kind: config.model,
      config: { ...given, data, training: { ...given.training, steps: config.steps } },
      sources,
      resume: true,
      onProgress: (progress) => onProgress(trial, trials, progress),
    });
    if (result.outcome === 'stopped') return undefined;
    const { best, last } = result;
    const seconds = Math.round(last.seconds);
    return { trial, values: choice, validation: best?.validation, bestStep: best?.step, parameters, seconds };
  } catch (error) {
    // A choice that cannot be, or that runs away, is an answer too.
    if (isKernelcastError(error, 'MODEL')) return { trial, values: choice, error: error.message };
    throw error;
  } finally {
    for (const source of sources) await source.close?.();
  }
}

function trialFolder(out: string, trial: number): string {
  return join(out, `trial-${trial}`);
}

/** More trials may be asked for later; nothing else may change. */
async function refuseOther(path: string, config: TuneConfig): Promise<void> {
  const { trials: _, ...identity } = config;
  const kept = await readJson(nodeFiles, path, z.record(z.string(), z.unknown()));
  const differences = kept ? differencesOf(kept, JSON.parse(JSON.stringify(identity))) : [];
  if (differences.length > 0) {
    throw new KernelcastError('USAGE', 'another search is kept here', {
      where: { file: path, ...Object.fromEntries(differences) },
      hint: 'Give what it was begun with to go on, or another --out.',
    });
  }
  if (!kept) await writeAtomically(nodeFiles, path, encodeJson(identity));
}

async function readResults(path: string): Promise<TrialResult[]> {
  try {
    const lines = (await nodeFiles.readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => resultSchema.parse(JSON.parse(line)));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw new KernelcastError('STORE_CORRUPT', 'the results of the search cannot be read', {
      where: { file: path },
      cause: error,
    });
  }
}
