/** From a configuration to a published model artefact: training, then the artefact with the log and its picture. */
import { KernelcastError } from '../../src/errors.ts';
import { discard } from '../../src/store/disk/atomic.ts';
import { nodeFiles, systemCode } from '../../src/store/disk/files.ts';
import { modelKind } from './kinds/model-kinds.ts';
import type { LogLine } from './progress/training-log.ts';
import { trainingPicture } from './progress/training-picture.ts';
import { LOG_FILE, runTraining, type TrainingRunOptions } from './training-run.ts';

export const PICTURE_FILE = 'training.svg';

export interface TrainModelOptions extends TrainingRunOptions {
  id: string;
  /** By default that of its architecture. */
  name?: string;
  /** The folder of the artefact, which must not exist yet. Beside it, `OUT.training` keeps what a crash must not lose. */
  out: string;
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

/** @throws KernelcastError `USAGE` where `out` exists; see `runTraining` for others */
export async function trainModel(options: TrainModelOptions): Promise<TrainModelResult> {
  const { config, out } = options;
  await refuseExisting(out);
  const run = await runTraining(trainingFolder(out), options);
  const { best, outcome, step, last } = run.result;
  const outline: TrainModelResult = {
    outcome,
    step,
    bestStep: best?.step,
    validation: best?.validation ?? {},
    parameters: run.parameters,
    engine: run.engine,
    seconds: last.seconds,
  };
  if (outcome === 'stopped' || !best) return outline;
  const lines = run.log.map((line) => JSON.parse(line) as LogLine);
  const kind = modelKind(options.kind);
  await kind.publish(
    out,
    {
      id: options.id,
      name: options.name ?? kind.nameOf(run.architecture),
      createdAt: new Date(options.clock.now()).toISOString(),
      architecture: run.architecture,
      weights: best.weights,
      training: {
        ...config.training,
        data: config.data,
        spans: run.data.report,
        engine: run.engine,
        stepsDone: step,
        seconds: Math.round(last.seconds),
        bestStep: best.step,
        validation: best.validation,
        ...(options.from && { begunWith: options.from }),
      },
      files: new Map([
        [LOG_FILE, Buffer.from(run.log.map((line) => `${line}\n`).join(''))],
        [PICTURE_FILE, Buffer.from(trainingPicture(lines, config.training.selectBy))],
      ]),
    },
    run.data,
  );
  await discard(nodeFiles, trainingFolder(out));
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
