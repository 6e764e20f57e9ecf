/**
 * A session for a large network over images that have nothing to do with each other: each thread computes some of them, from
 * beginning to end. So no thread waits for the others between operations, which takes a quarter to a third less time than
 * threads that share each operation.
 *
 *     const session = await openOnnxLanes(file, { threads: 2, file: 'model.onnx' });
 *     const { y } = await session.run({ x: { shape: [4, 192, 192, 1], values } });
 *
 * One of the threads is the one that asks; it is occupied until its part is done. Each has the weights in its own memory, so there are
 * no more than four; more threads than that share the operations of a lane.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { KernelcastError } from '../../../src/errors.ts';
import { beginThread } from '../../../src/thread.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import type { FromLane, LaneSettings, ToLane } from './lane.ts';
import { type OnnxSession, type OnnxSessionOptions, openOnnxSession } from './session.ts';

export interface OnnxLanes extends OnnxSession {
  /** How many images are computed side by side. */
  readonly lanes: number;
}

type Tensors = Readonly<Record<string, NamedTensor>>;

const MOST_LANES = 4;
/** In bytes of the file. What is smaller gains nothing: its weights stay in the caches, whoever computes. */
const LARGE = 64 * 2 ** 20;

/**
 * @param model the bytes of an ONNX file whose inputs and outputs have the images along their first axis
 * @throws KernelcastError as `openOnnxSession` does; `ENVIRONMENT` when a thread cannot begin
 */
export async function openOnnxLanes(
  model: Uint8Array,
  options: OnnxSessionOptions & { large?: number } = {},
): Promise<OnnxLanes> {
  const { threads = availableParallelism(), large = LARGE, ...rest } = options;
  const wanted = model.length < large ? 1 : Math.min(threads, MOST_LANES);
  const own = await openOnnxSession(model, { ...rest, threads: Math.max(1, Math.floor(threads / wanted)) });
  // A device that computes all images at once needs no help.
  const lanes = own.engine.device === 'gpu' ? 1 : wanted;
  if (lanes === 1) return { ...own, lanes };
  const settings = { ...rest, threads: Math.floor(threads / lanes) };
  const others = await Promise.all(Array.from({ length: lanes - 1 }, () => Lane.begin({ model, options: settings })));

  return {
    ...own,
    lanes,
    async run(feeds, into = {}) {
      const count = Object.values(feeds)[0]?.shape[0] ?? 0;
      const parts = Array.from({ length: lanes }, (_, lane) => [
        Math.round((lane * count) / lanes),
        Math.round(((lane + 1) * count) / lanes),
      ]).filter(([from, to]) => to > from);
      if (parts.length < 2) return own.run(feeds, into);
      const [first, ...later] = parts.map(([from, to]) => mapTensors(feeds, (tensor) => rows(tensor, from, to)));
      // The others have theirs before this thread begins with its own.
      const computed = Promise.all(later.map((some, index) => others[index].run(some)));
      const [mine, theirs] = await Promise.all([own.run(first), computed]);
      return mapTensors(mine, (_, name) =>
        joined(
          [mine, ...theirs].map((part) => part[name]),
          into[name],
        ),
      );
    },
    async close() {
      await Promise.all([own.close(), ...others.map((lane) => lane.close())]);
    },
  };
}

/** Another thread with a session of its own. */
class Lane {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve(outputs: Record<string, NamedTensor>): void; reject(error: Error): void }
  >();
  #ended: Error | undefined;
  #nextId = 0;

  static async begin(settings: LaneSettings): Promise<Lane> {
    const worker = beginThread('./lane', import.meta.url, { workerData: settings });
    const lane = new Lane(worker);
    const [{ error }] = (await Promise.race([
      once(worker, 'message'),
      once(worker, 'exit').then(() => Promise.reject(ended())),
    ])) as [FromLane];
    if (error !== undefined) throw ended(error);
    return lane;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    // Who has nothing else to do may end; while it waits for an answer, it waits.
    worker.unref();
    worker.on('message', (message: FromLane) => this.#settle(message));
    worker.on('error', (cause) => this.#end(ended(cause.message)));
    worker.on('exit', () => this.#end(ended()));
  }

  run(feeds: Tensors): Promise<Record<string, NamedTensor>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    this.#worker.ref();
    this.#send({ id, feeds });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exit = once(this.#worker, 'exit');
    this.#worker.ref();
    this.#send('close');
    await exit;
  }

  #send(message: ToLane): void {
    this.#worker.postMessage(message);
  }

  #settle({ id, outputs, error }: FromLane): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (outputs) waiting?.resolve(outputs);
    else waiting?.reject(new KernelcastError('MODEL', error!));
  }

  #end(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function ended(why?: string): KernelcastError {
  return new KernelcastError('ENVIRONMENT', `a thread that computes images has ended${why ? `: ${why}` : ''}`, {
    hint: 'If this happens again, look at the memory of this machine.',
  });
}

function mapTensors(
  tensors: Tensors,
  map: (tensor: NamedTensor, name: string) => NamedTensor,
): Record<string, NamedTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]));
}

function rows({ shape: [total, ...sizes], values }: NamedTensor, from: number, to: number): NamedTensor {
  const size = values.length / total;
  // Of an array that looks at a part of a buffer, all of the buffer would go to the other thread.
  return { shape: [to - from, ...sizes], values: values.slice(from * size, to * size) };
}

function joined(parts: readonly NamedTensor[], into: NamedTensor | undefined): NamedTensor {
  const [{ shape }] = parts;
  const count = parts.reduce((sum, part) => sum + part.shape[0], 0);
  const length = parts.reduce((sum, { values }) => sum + values.length, 0);
  const values = into?.values ?? new Float32Array(length);
  let filled = 0;
  for (const part of parts) {
    values.set(part.values, filled);
    filled += part.values.length;
  }
  return { shape: [count, ...shape.slice(1)], values };
}
