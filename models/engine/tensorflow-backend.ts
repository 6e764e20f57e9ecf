/**
 * The one place that loads TensorFlow.js. Its native half (libtensorflow, CPU or GPU, behind `@tensorflow/tfjs-node-gpu`)
 * is used where `npm run setup:tensorflow` has put it; everywhere else plain JavaScript does the same, slowly.
 *
 *     const { tf, name, version } = await openTensorFlow();
 *
 * `KERNELCAST_ENGINE=native|plain` overrides the choice. Loading takes a second: import this file lazily from commands.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { KernelcastError } from '../../src/errors.ts';

export type TensorFlowModule = typeof import('@tensorflow/tfjs');

/** `auto`: native where present, else plain. */
export type EngineChoice = 'auto' | 'native' | 'plain';

export interface TensorFlow {
  tf: TensorFlowModule;
  native: boolean;
  /** For people: what computes. */
  name: 'TensorFlow' | 'TensorFlow.js (plain JavaScript)';
  /** Of libtensorflow, or of TensorFlow.js. */
  version: string;
  /** Why the native half is not used although it is there; null otherwise. */
  note: string | null;
}

const NATIVE_PACKAGE = '@tensorflow/tfjs-node-gpu';
const require = createRequire(import.meta.url);

let opened: TensorFlow | undefined;

/**
 * Loads TensorFlow once a process; a later call gives the same engine.
 * @throws KernelcastError `ENVIRONMENT` when `native` is asked for and absent, or the other engine is already open;
 * `USAGE` when `KERNELCAST_ENGINE` is no engine.
 */
export async function openTensorFlow(choice: EngineChoice = choiceOfEnvironment()): Promise<TensorFlow> {
  opened ??= load(choice);
  if (choice !== 'auto' && opened.native !== (choice === 'native')) {
    throw new KernelcastError('ENVIRONMENT', `the engine '${choice}' is asked for, but ${opened.name} is already open`);
  }
  await opened.tf.ready();
  return opened;
}

function choiceOfEnvironment(): EngineChoice {
  const value = process.env.KERNELCAST_ENGINE || 'auto';
  if (value === 'auto' || value === 'native' || value === 'plain') return value;
  throw new KernelcastError('USAGE', `KERNELCAST_ENGINE is '${value}'`, { hint: 'Set it to auto, native or plain.' });
}

function load(choice: EngineChoice): TensorFlow {
  if (choice === 'plain') return loadPlain();
  if (nativeHalfPresent()) {
    try {
      return loadNative();
    } catch (cause) {
      if (choice === 'native') {
        throw new KernelcastError('ENVIRONMENT', `the native half of TensorFlow does not load: ${String(cause)}`, {
          hint: 'Run `npm run setup:tensorflow` again, or set KERNELCAST_ENGINE=plain.',
          cause,
        });
      }
      return { ...loadPlain(), note: `the native half of TensorFlow does not load: ${String(cause)}` };
    }
  } else if (choice === 'native') {
    throw new KernelcastError('ENVIRONMENT', 'the native half of TensorFlow is not installed', {
      hint: 'Run `npm run setup:tensorflow`, or set KERNELCAST_ENGINE=plain.',
    });
  }
  return loadPlain();
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

function loadNative(): TensorFlow {
  // tfjs-node calls what Node 23 removed.
  (util as { isNullOrUndefined?: unknown }).isNullOrUndefined ??= (value: unknown) => value == null;
  // Without this, libtensorflow writes its start-up notes to standard error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const tf = require(NATIVE_PACKAGE) as TensorFlowModule;
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return { tf, native: true, name: 'TensorFlow', version: binding.TF_Version, note: null };
}

function loadPlain(): TensorFlow {
  const tf = require('@tensorflow/tfjs') as TensorFlowModule;
  tf.enableProdMode(); // silences the advice to install tfjs-node
  tf.setBackend('cpu');
  return { tf, native: false, name: 'TensorFlow.js (plain JavaScript)', version: tf.version.tfjs, note: null };
}
