/** From a configuration to a published model artefact: data, training with checkpoints, the log and its picture. */
import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Clock } from '../../src/domain/clock.ts';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';
import { discard, makeFolder } from '../../src/store/atomic.ts';
import { nodeFiles, systemCode } from '../../src/store/files.ts';
import { withLock } from '../../src/store/lock.ts';
import { countParameters, type ParameterSpec } from '../engine/parameters.ts';
import { openTensorFlow } from '../engine/tensorflow-backend.ts';
import { encodeSafetensors } from '../weights/safetensors.ts';
import { Checkpoints } from './checkpoints.ts';
import { modelKind } from './model-kinds.ts';
import type { ObservationSource } from './observation-source.ts';
import { readStartWeights } from './start-weights.ts';
import { type TrainProgress, train } from './trainer.ts';
import type { DataConfig, TrainingConfig } from './training-config.ts';
import { openTrainingData } from './training-data.ts';
import { type LogLine, logLine } from './training-log.ts';
import { trainingPicture } from './training-picture.ts';
import { freshSnapshot } from './training-state.ts';

export const LOG_FILE = 'training.jsonl';
export const PICTURE_FILE = 'training.svg';

const MILLISECONDS_PER_MINUTE = 60_000;

export interface TrainModelOptions {
  /** See `model-kinds.ts`. */
  kind: string;
  config: TrainingConfig & { data: DataConfig };
  /** In the configuration's order. */
  sources: readonly ObservationSource[];
  id: string;
  name: string;
  /** The folder of the artefact, which must not exist yet. Beside it, `OUT.training` keeps what a crash must not lose. */
  out: string;
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

export interface TrainModelResult {
  /** `stopped` by the signal: there is no artefact yet, and the same call goes on. */
  outcome: 'finished' | 'no-longer-better' | 'stopped';
  step: number;
  bestStep: number | undefined;
  validation: Record<string, number>;
  parameters: number;
  engine: string;
  /** Spent on steps, before an interruption too. */
  seconds: number;
}

/** Where a training keeps its checkpoints. */
export function trainingFolder(out: string): string {
  return `${out}.training`;
}

/**
 * @throws KernelcastError `USAGE` where `out` exists, or a checkpoint is that of another training; `MODEL` naming the step
 * when the loss is no number any more; `BUSY` when another process trains it
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainModelResult> {
  await refuseExisting(options.out);
  const folder = trainingFolder(options.out);
  await makeFolder(nodeFiles, folder);
  return withLock(nodeFiles, join(folder, '.lock'), 0, () => trainLocked(options, folder));
}

async function trainLocked(options: TrainModelOptions, folder: string): Promise<TrainModelResult> {
  const { config, out, clock, onNotice, onProgress, signal } = options;
  const kind = modelKind(options.kind);
  const architecture = parseArchitecture(kind.architecture, config.architecture);
  const { tf, report } = await openTensorFlow();
  const data = openTrainingData(config.data, options.sources);
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
  const start = kept?.snapshot ?? freshSnapshot(network.specs, config.training.seed, given?.weights);
  const log = [...(kept?.log ?? [])];
  const logPath = join(folder, LOG_FILE);
  await writeFile(logPath, log.map((line) => `${line}\n`).join(''));

  let told = log.length;
  let keptStep = start.step;
  let keptAt = clock.now();
  const keep = async (snapshot: typeof start) => {
    await checkpoints.save({ snapshot, log, engine: report.name }, identity);
    [keptStep, keptAt] = [snapshot.step, clock.now()];
  };
  const { training, validation } = data.examples((stations) => network.units(stations));
  const result = await train(tf, {
    network,
    training,
    validation,
    settings: config.training,
    start,
    signal,
    onProgress(progress) {
      log.push(logLine(progress, new Date(clock.now()).toISOString()));
      onProgress(progress);
    },
    async checkpoint(_step, snapshot) {
      if (log.length > told)
        await appendFile(
          logPath,
          log
            .slice(told)
            .map((line) => `${line}\n`)
            .join(''),
        );
      told = log.length;
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

  const { best, outcome, step } = result;
  const outline: TrainModelResult = {
    outcome,
    step,
    bestStep: best?.step,
    validation: best?.validation ?? {},
    parameters: countParameters(network.specs),
    engine: report.name,
    seconds: result.last.seconds,
  };
  if (outcome === 'stopped' || !best) return outline;
  const lines = log.map((line) => JSON.parse(line) as LogLine);
  await kind.publish(
    out,
    {
      id: options.id,
      name: options.name,
      createdAt: new Date(clock.now()).toISOString(),
      architecture,
      weights: best.weights,
      training: {
        ...config.training,
        data: config.data,
        spans: data.report,
        engine: report.name,
        steps: step,
        seconds: Math.round(result.last.seconds),
        bestStep: best.step,
        validation: best.validation,
        ...(options.from && { begunWith: options.from }),
      },
      files: new Map([
        [LOG_FILE, Buffer.from(log.map((line) => `${line}\n`).join(''))],
        [PICTURE_FILE, Buffer.from(trainingPicture(lines, config.training.selectBy))],
      ]),
    },
    data,
  );
  await discard(nodeFiles, folder);
  return outline;
}

async function refuseExisting(out: string): Promise<void> {
  try {
    await nodeFiles.stat(out);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  throw new KernelcastError('USAGE', 'the folder for the model exists already', {
    where: { folder: out },
    hint: 'Name another folder, or remove this one first.',
  });
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
