/**
 * The one place that loads TensorFlow.js. Its native half (libtensorflow, CPU or GPU, behind `@tensorflow/tfjs-node-gpu`)
 * is used where `npm run setup:tensorflow` has put it; everywhere else plain JavaScript does the same, slowly.
 *
 *     const { tf, name, version } = await openTensorFlow();
 *
 * `engine-choice.ts` says when which is taken. Loading takes a second: import this file lazily from commands.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { KernelcastError } from '../../src/errors.ts';
import { type EngineChoice, type EngineReport, engineChoice, trainsNatively } from './engine-choice.ts';

export type TensorFlowModule = typeof import('@tensorflow/tfjs');

export interface TensorFlow {
  tf: TensorFlowModule;
  native: boolean;
  /** For people: what computes. */
  name: 'TensorFlow' | 'TensorFlow.js (plain JavaScript)';
  /** Of libtensorflow, or of TensorFlow.js. */
  version: string;
  report: EngineReport;
}

const NATIVE_PACKAGE = '@tensorflow/tfjs-node-gpu';
const require = createRequire(import.meta.url);

let opened: TensorFlow | undefined;

/**
 * Loads TensorFlow once a process; a later call gives the same engine.
 * @throws KernelcastError `ENVIRONMENT` when an engine is asked for that is absent, or another one is already open;
 * `USAGE` when `KERNELCAST_ENGINE` is no engine.
 */
export async function openTensorFlow(choice: EngineChoice = engineChoice()): Promise<TensorFlow> {
  opened ??= load(choice);
  const wanted = trainsNatively(choice, opened.native);
  const isOther = wanted.native !== opened.native || (choice === 'gpu' && opened.report.device !== 'gpu');
  if (isOther) {
    throw new KernelcastError('ENVIRONMENT', `the engine '${choice}' is asked for, but ${opened.name} is already open`);
  }
  await opened.tf.ready();
  return opened;
}

function load(choice: EngineChoice): TensorFlow {
  const installed = nativeHalfPresent();
  const { native, required, why } = trainsNatively(choice, installed);
  if (!native) return loadPlain(why);
  if (!installed) {
    throw new KernelcastError('ENVIRONMENT', 'the native half of TensorFlow is not installed', {
      hint: 'Run `npm run setup:tensorflow`, or set KERNELCAST_ENGINE=plain.',
    });
  }
  if (choice === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';
  try {
    const engine = loadNative(why);
    if (choice !== 'gpu' || engine.report.device === 'gpu') return engine;
  } catch (cause) {
    const problem = `the native half of TensorFlow does not load: ${String(cause)}`;
    if (!required) return loadPlain(problem);
    throw new KernelcastError('ENVIRONMENT', problem, {
      hint: 'Run `npm run setup:tensorflow` again, or set KERNELCAST_ENGINE=plain.',
      cause,
    });
  }
  throw new KernelcastError('ENVIRONMENT', 'TensorFlow finds no GPU', {
    hint: 'Run `npm run setup:tensorflow -- --gpu` where there is one, or choose another engine.',
  });
}

/** Looked for before loading: the package without its native half throws in the middle of registering itself. */
function nativeHalfPresent(): boolean {
  let folder: string;
  try {
    folder = join(dirname(require.resolve(`${NATIVE_PACKAGE}/package.json`)), 'lib');
  } catch {
    return false; // an optional dependency
  }
  return existsSync(folder) && readdirSync(folder).some((name) => existsSync(join(folder, name, 'tfjs_binding.node')));
}

function loadNative(why: string): TensorFlow {
  // tfjs-node calls what Node 23 removed.
  (util as { isNullOrUndefined?: unknown }).isNullOrUndefined ??= (value: unknown) => value == null;
  // Without this, libtensorflow writes its start-up notes to standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const tf = require(NATIVE_PACKAGE) as TensorFlowModule;
  const backend = tf.backend() as unknown as { binding: { TF_Version: string }; isUsingGpuDevice: boolean };
  const version = backend.binding.TF_Version;
  const device = backend.isUsingGpuDevice ? 'gpu' : 'cpu';
  const report: EngineReport = { name: `TensorFlow ${version}`, device, why };
  return { tf, native: true, name: 'TensorFlow', version, report };
}

function loadPlain(why: string): TensorFlow {
  const tf = require('@tensorflow/tfjs') as TensorFlowModule;
  tf.enableProdMode(); // silences the advice to install tfjs-node
  tf.setBackend('cpu');
  const name = 'TensorFlow.js (plain JavaScript)';
  const version = tf.version.tfjs;
  return { tf, native: false, name, version, report: { name: `${name} ${version}`, device: 'cpu', why } };
}
