/**
 * Which engine computes, and why. Networks are trained by TensorFlow and served by ONNX Runtime; each takes the best that
 * this machine has, unless `--engine` or `KERNELCAST_ENGINE` says otherwise:
 *
 * | choice   | training                                        | serving                                     |
 * |----------|-------------------------------------------------|---------------------------------------------|
 * | `auto`   | native TensorFlow if installed, else JavaScript | CUDA where its provider loads, else the CPU |
 * | `gpu`    | native TensorFlow on a GPU, or an error         | CUDA, or an error                           |
 * | `cpu`    | as `auto`, with GPUs out of sight               | the CPU                                     |
 * | `native` | native TensorFlow, or an error                  | as `auto`                                   |
 * | `plain`  | TensorFlow.js in plain JavaScript               | the CPU                                     |
 *
 * TensorFlow is what has gradients for every operation; ONNX Runtime is several times as fast at the fused network and
 * needs nothing beyond npm. Both compute the same network (see the README beside this file).
 */
import { KernelcastError } from '../../src/errors.ts';

export const ENGINE_CHOICES = ['auto', 'gpu', 'cpu', 'native', 'plain'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** What was chosen, for people and for machines. */
export interface EngineReport {
  /** `ONNX Runtime 1.30.0` */
  name: string;
  device: 'cpu' | 'gpu';
  /** In plain words. */
  why: string;
}

/** @throws KernelcastError `USAGE` when `KERNELCAST_ENGINE` is no engine */
export function engineChoice(environment: NodeJS.ProcessEnv = process.env): EngineChoice {
  const value = environment.KERNELCAST_ENGINE || 'auto';
  const choice = ENGINE_CHOICES.find((known) => known === value);
  if (choice) return choice;
  throw new KernelcastError('USAGE', `there is no engine '${value}'`, {
    hint: `Set --engine or KERNELCAST_ENGINE to one of ${ENGINE_CHOICES.join(', ')}.`,
  });
}

/** Whether training takes TensorFlow's native half. */
export function trainsNatively(
  choice: EngineChoice,
  installed: boolean,
): { native: boolean; required: boolean; why: string } {
  if (choice === 'plain') return { native: false, required: false, why: "the engine 'plain' is asked for" };
  const required = choice === 'native' || choice === 'gpu';
  if (required) return { native: true, required, why: `the engine '${choice}' is asked for` };
  const why = installed
    ? 'its native half is installed'
    : 'the native half of TensorFlow is not installed: `npm run setup:tensorflow` makes training many times as fast';
  return { native: installed, required, why };
}

/** Whether serving tries CUDA. */
export function servesOnCuda(
  choice: EngineChoice,
  providerPresent: boolean,
): { cuda: boolean; required: boolean; why: string } {
  if (choice === 'cpu' || choice === 'plain') {
    return { cuda: false, required: false, why: `the engine '${choice}' is asked for` };
  }
  if (choice === 'gpu') return { cuda: true, required: true, why: "the engine 'gpu' is asked for" };
  const why = providerPresent ? 'its CUDA provider loads' : 'the CUDA provider of ONNX Runtime is not installed';
  return { cuda: providerPresent, required: false, why };
}
