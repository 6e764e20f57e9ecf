/**
 * One training from a configuration, with a folder beside it that a crash leaves whole: checkpoints, and the log so far. What
 * becomes of the weights is the caller's affair.
 */
import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Clock } from '../../src/domain/clock.ts';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';
import { makeFolder } from '../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import { withLock } from '../../src/store/disk/lock.ts';
import { countParameters, type ParameterSpec } from '../engine/parameters.ts';
import { openTensorFlow } from '../engine/tensorflow-backend.ts';
import { encodeSafetensors } from '../weights/safetensors.ts';
import type { ObservationSource } from './data/observation-source.ts';
import { type OpenTrainingData, openTrainingData } from './data/training-data.ts';
import { modelKind } from './kinds/model-kinds.ts';
import { Checkpoints } from './progress/checkpoints.ts';
import { logLine } from './progress/training-log.ts';
import { freshSnapshot, type Snapshot } from './progress/training-state.ts';
import { readStartWeights } from './start-weights.ts';
import { type TrainProgress, type TrainResult, train } from './trainer.ts';
import type { DataConfig, TrainingConfig } from './training-config.ts';

export const LOG_FILE = 'training.jsonl';

const MILLISECONDS_PER_MINUTE = 60_000;

export interface TrainingRunOptions {
  /** See `model-kinds.ts`. */
  kind: string;
  config: TrainingConfig & { data: DataConfig };
  /** In the configuration's order. */
  sources: readonly ObservationSource[];
  /** Folder of the weights to begin with. */
  from?: string;
  /** Goes on from a checkpoint where there is one; else begins anew, and forgets it. */
  resume: boolean;
  checkpointMinutes: number;
  signal?: AbortSignal;
  clock: Clock;
  /** Told once, in plain words: where it begins. */
  onNotice: (notice: string) => void;
  onProgress: (progress: TrainProgress) => void;
}

export interface TrainingRun {
  result: TrainResult;
  /** Checked, defaults filled in. */
  architecture: unknown;
  data: OpenTrainingData;
  parameters: number;
  engine: string;
  /** Lines of JSON, before an interruption too. */
  log: readonly string[];
}

/**
 * @param folder of the checkpoints; made where it is not there. Remove it when the weights are safe elsewhere.
 * @throws KernelcastError `USAGE` where a checkpoint is that of another training; `MODEL` naming the step when the loss is no
 * number any more; `BUSY` when another process trains there
 */
export async function runTraining(folder: string, options: TrainingRunOptions): Promise<TrainingRun> {
  await makeFolder(nodeFiles, folder);
  return withLock(nodeFiles, join(folder, '.lock'), 0, () => runLocked(folder, options));
}

async function runLocked(folder: string, options: TrainingRunOptions): Promise<TrainingRun> {
  const { config, clock, onNotice, signal } = options;
  const kind = modelKind(options.kind);
  const architecture = parseArchitecture(kind.architecture, config.architecture);
  const { tf, report } = await openTensorFlow();
  const data = openTrainingData(config.data, options.sources, kind.historyHours);
  const network = await kind.open(tf, architecture, data);
  const given = options.from === undefined ? undefined : await readStartWeights(options.from, network.specs);
  const identity = {
    model: options.kind,
    architecture,
    training: config.training,
    data: { ...config.data, found: data.identity },
    parameters: fingerprint(network.specs),
    begunWith: given && hash(encodeSafetensors(given.weights)),
  };

  const checkpoints = new Checkpoints(nodeFiles, folder);
  if (!options.resume) await checkpoints.forget();
  const kept = await checkpoints.load(identity);
  if (kept) {
    onNotice(`goes on at step ${kept.snapshot.step + 1} of ${config.training.steps}, from the checkpoint in ${folder}`);
    if (kept.engine !== report.name) {
      onNotice(`it was begun with ${kept.engine} and goes on with ${report.name}: rounding differs from here on`);
    }
  } else if (given) {
    const { weights, fresh } = given;
    onNotice(`begins with ${weights.size} of ${network.specs.length} parameters of ${options.from}${listed(fresh)}`);
  }
  const start =
    kept?.snapshot ??
    freshSnapshot(network.specs, config.training.seed, new Map([...(given?.weights ?? []), ...(network.fixed ?? [])]));
  const log = [...(kept?.log ?? [])];
  const logFile = await openLogFile(join(folder, LOG_FILE), log);

  let [keptStep, keptAt] = [start.step, clock.now()];
  const keep = async (snapshot: Snapshot) => {
    await checkpoints.save({ snapshot, log, engine: report.name }, identity);
    [keptStep, keptAt] = [snapshot.step, clock.now()];
  };
  const { training, validation } = data.examples((...of) => network.units(...of));
  const result = await train(tf, {
    network,
    training,
    validation,
    settings: config.training,
    start,
    signal,
    onProgress(progress) {
      log.push(logLine(progress, new Date(clock.now()).toISOString()));
      options.onProgress(progress);
    },
    async checkpoint(_step, snapshot) {
      await logFile.follow();
      if (clock.now() - keptAt >= options.checkpointMinutes * MILLISECONDS_PER_MINUTE) await keep(snapshot());
    },
  }).catch((error: unknown) => {
    if (!isKernelcastError(error, 'MODEL') || keptStep === 0) throw error;
    throw new KernelcastError('MODEL', error.message, {
      where: { ...error.where, 'last good checkpoint': `step ${keptStep}, in ${folder}` },
      hint: `${error.hint ?? ''} --from ${folder} begins a new training with the best weights so far.`.trim(),
      cause: error,
    });
  });
  if (result.last.step !== keptStep) await keep(result.last);
  return { result, architecture, data, parameters: countParameters(network.specs), engine: report.name, log };
}

/** The log as a file that people can watch; the checkpoints have their own copy. */
async function openLogFile(path: string, log: readonly string[]): Promise<{ follow(): Promise<void> }> {
  const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  await writeFile(path, textOf(log));
  let written = log.length;
  return {
    async follow() {
      if (log.length === written) return;
      await appendFile(path, textOf(log.slice(written)));
      written = log.length;
    },
  };
}

function parseArchitecture<A>(schema: z.ZodType<A>, value: unknown): A {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new KernelcastError('USAGE', `the architecture is not valid: ${issue.message}`, {
    where: { field: ['architecture', ...issue.path].join('.') },
  });
}

function fingerprint(specs: readonly ParameterSpec[]): string {
  return hash(Buffer.from(JSON.stringify(specs.map(({ name, shape }) => [name, shape]))));
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function listed(fresh: readonly string[]): string {
  if (fresh.length === 0) return '';
  const names = fresh.slice(0, 6).join(', ');
  return `; new ones: ${names}${fresh.length > 6 ? ` and ${fresh.length - 6} more` : ''}`;
}
