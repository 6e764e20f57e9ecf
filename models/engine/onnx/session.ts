/**
 * An ONNX file, ready to run on ONNX Runtime's CPU provider:
 *
 *     const session = await openOnnxSession(file, { threads: 2 });
 *     const { y } = await session.run({ x: { shape: [4, 192, 192, 1], values } });
 *
 * A run occupies the thread that asks for it until it is done (the Node binding computes synchronously): a process that
 * answers requests opens its sessions in a worker.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { KernelcastError } from '../../../src/errors.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';

export interface OnnxSessionOptions {
  /** Threads that share one operation. Default: as many as there are cores. */
  threads?: number;
  /** Sizes for dynamic inputs; with them, one run on zeros is made now, so that the first real one is not the slow one. */
  warm?: Readonly<Record<string, readonly number[]>>;
  /** Names the file in errors, where the model is given as bytes. */
  file?: string;
}

export interface OnnxInput {
  name: string;
  /** -1 where the size is dynamic. */
  shape: readonly number[];
}

export interface OnnxSession {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /**
   * @throws KernelcastError `MODEL` for an input that is missing, unknown or of another shape than the model's.
   */
  run(feeds: Readonly<Record<string, NamedTensor>>): Promise<Record<string, NamedTensor>>;
  close(): Promise<void>;
}

/**
 * @param model The path of an ONNX file, or its bytes.
 * @throws KernelcastError `MODEL` when ONNX Runtime refuses the file, `ENVIRONMENT` when its library cannot be loaded.
 */
export async function openOnnxSession(
  model: string | Uint8Array,
  options: OnnxSessionOptions = {},
): Promise<OnnxSession> {
  const { threads = availableParallelism(), file = typeof model === 'string' ? model : '(in memory)' } = options;
  const runtime = await loadRuntime();
  const bytes = typeof model === 'string' ? await readModel(model) : model;
  const session = await runtime.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Errors only: warnings come as exceptions where they matter.
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new KernelcastError('MODEL', `ONNX Runtime refuses the model: ${firstLine(cause)}`, {
      where: { file },
      cause,
    });
  });
  const inputs = session.inputMetadata.map(describeInput);
  const opened: OnnxSession = {
    inputs,
    outputs: session.outputNames,
    async run(feeds) {
      checkFeeds(inputs, feeds, file);
      const tensors = Object.entries(feeds).map(([name, { shape, values }]) => [
        name,
        new runtime.Tensor('float32', values, shape),
      ]);
      const results = await session.run(Object.fromEntries(tensors)).catch((cause: unknown) => {
        throw new KernelcastError('MODEL', `ONNX Runtime failed: ${firstLine(cause)}`, { where: { file }, cause });
      });
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, onHost(tensor)]));
    },
    close: () => session.release(),
  };
  if (options.warm) await opened.run(zeros(options.warm));
  return opened;
}

async function loadRuntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    const module = await import('onnxruntime-node');
    return module.default ?? module;
  } catch (cause) {
    throw new KernelcastError('ENVIRONMENT', `ONNX Runtime cannot be loaded: ${firstLine(cause)}`, {
      where: { platform: `${process.platform}-${process.arch}`, node: process.version },
      hint: 'Run `npm ci` again; it has binaries for Linux (glibc) and Windows on x64 and arm64, and macOS on arm64.',
      cause,
    });
  }
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new KernelcastError('NOT_FOUND', 'the ONNX file cannot be read', { where: { file }, cause });
  }
}

function describeInput(input: InferenceSession.ValueMetadata): OnnxInput {
  const shape = input.isTensor ? input.shape.map((size) => (typeof size === 'number' ? size : -1)) : [];
  return { name: input.name, shape };
}

function checkFeeds(inputs: readonly OnnxInput[], feeds: Readonly<Record<string, NamedTensor>>, file: string): void {
  const unknown = Object.keys(feeds).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw new KernelcastError('MODEL', `the model has no input '${unknown}'`, {
      where: { file, inputs: inputs.map((input) => input.name).join(', ') },
    });
  }
  for (const { name, shape } of inputs) {
    const feed = feeds[name];
    if (!feed) throw new KernelcastError('MODEL', `the model's input '${name}' is missing`, { where: { file } });
    const fits = feed.shape.length === shape.length && shape.every((size, i) => size === -1 || size === feed.shape[i]);
    const length = feed.shape.reduce((product, size) => product * size, 1);
    if (fits && feed.values.length === length) continue;
    throw new KernelcastError('MODEL', `the model's input '${name}' is [${shape}], it was given [${feed.shape}]`, {
      where: { file, values: feed.values.length },
    });
  }
}

function zeros(shapes: Readonly<Record<string, readonly number[]>>): Record<string, NamedTensor> {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    return [name, { shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)) }];
  });
  return Object.fromEntries(tensors);
}

function onHost(tensor: Tensor): NamedTensor {
  const { data } = tensor;
  return {
    shape: tensor.dims,
    values: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>),
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
}
