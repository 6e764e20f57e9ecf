/**
 * An ONNX file, ready to run on ONNX Runtime, by CUDA or the CPU as `engine-choice.ts` says:
 *
 *     const session = await openOnnxSession(file, { threads: 2 });
 *     const { y } = await session.run({ x: { shape: [4, 192, 192, 1], values } });
 *
 * A run occupies the thread that asks for it until it is done (the Node binding computes synchronously): a process that
 * answers requests opens its sessions in a worker.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { KernelcastError } from '../../../src/errors.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import { type EngineChoice, type EngineReport, engineChoice, servesOnCuda } from '../engine-choice.ts';

type Runtime = typeof import('onnxruntime-node');

export interface OnnxSessionOptions {
  /** Threads that share one operation. Default: as many as there are cores. */
  threads?: number;
  /** Sizes for dynamic inputs; with them, one run on zeros is made now, so that the first real one is not the slow one. */
  warm?: Readonly<Record<string, readonly number[]>>;
  /** Names the file in errors, where the model is given as bytes. */
  file?: string;
  /** Default: as `KERNELCAST_ENGINE` says. */
  engine?: EngineChoice;
}

export interface OnnxInput {
  name: string;
  /** -1 where the size is dynamic. */
  shape: readonly number[];
}

export interface OnnxSession {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /** What computes. */
  readonly engine: EngineReport;
  /**
   * @param into where to write outputs, by name, each of the shape that the model gives; without one it is made anew.
   * @throws KernelcastError `MODEL` for an input that is missing, unknown or of another shape than the model's.
   */
  run(
    feeds: Readonly<Record<string, NamedTensor>>,
    into?: Readonly<Record<string, NamedTensor>>,
  ): Promise<Record<string, NamedTensor>>;
  close(): Promise<void>;
}

/**
 * @param model The path of an ONNX file, or its bytes.
 * @throws KernelcastError `MODEL` when ONNX Runtime refuses the file, `ENVIRONMENT` when its library cannot be loaded,
 * or the engine 'gpu' is asked for where CUDA does not load.
 */
export async function openOnnxSession(
  model: string | Uint8Array,
  options: OnnxSessionOptions = {},
): Promise<OnnxSession> {
  const { threads = availableParallelism(), file = typeof model === 'string' ? model : '(in memory)' } = options;
  const runtime = await loadRuntime();
  const bytes = typeof model === 'string' ? await readModel(model) : model;
  const { session, engine } = await createSession(runtime, bytes, options.engine ?? engineChoice(), { threads, file });
  const inputs = session.inputMetadata.map(describeInput);
  const opened: OnnxSession = {
    inputs,
    outputs: session.outputNames,
    engine,
    async run(feeds, into = {}) {
      checkFeeds(inputs, feeds, file);
      const place = ({ shape, values }: NamedTensor) => new runtime.Tensor('float32', values, shape);
      const given = Object.entries(feeds).map(([name, feed]) => [name, place(feed)]);
      const wanted = session.outputNames.map((name) => [name, into[name] ? place(into[name]) : null]);
      const run = session.run(Object.fromEntries(given), Object.fromEntries(wanted));
      const results = await run.catch((cause: unknown) => {
        throw new KernelcastError('MODEL', `ONNX Runtime failed: ${firstLine(cause)}`, { where: { file }, cause });
      });
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, onHost(tensor)]));
    },
    close: () => session.release(),
  };
  if (options.warm) await opened.run(zeros(options.warm));
  return opened;
}

/** On CUDA where that is chosen and loads, else on the CPU. */
async function createSession(
  runtime: Runtime,
  bytes: Uint8Array,
  choice: EngineChoice,
  { threads, file }: { threads: number; file: string },
): Promise<{ session: InferenceSession; engine: EngineReport }> {
  const name = `ONNX Runtime ${runtime.env.versions.node ?? runtime.env.versions.common}`;
  const create = (executionProviders: string[]) =>
    runtime.InferenceSession.create(bytes, {
      executionProviders,
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Errors only: warnings come as exceptions where they matter.
      logSeverityLevel: 3,
    });
  let { cuda, required, why } = servesOnCuda(choice, cudaProviderPresent());
  if (cuda) {
    try {
      return { session: await create(['cuda', 'cpu']), engine: { name, device: 'gpu', why } };
    } catch (cause) {
      why = `the CUDA provider does not load: ${firstLine(cause)}`;
      if (required) {
        throw new KernelcastError('ENVIRONMENT', why, {
          hint: "Install CUDA and ONNX Runtime's provider for it, or choose another engine.",
          cause,
        });
      }
    }
  }
  try {
    return { session: await create(['cpu']), engine: { name, device: 'cpu', why } };
  } catch (cause) {
    throw new KernelcastError('MODEL', `ONNX Runtime refuses the model: ${firstLine(cause)}`, {
      where: { file },
      cause,
    });
  }
}

/** The provider is a library beside the binding, which the package's installer fetches on request. */
function cudaProviderPresent(): boolean {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library = process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  return existsSync(join(folder, 'bin', 'napi-v6', process.platform, process.arch, library));
}

async function loadRuntime(): Promise<Runtime> {
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
