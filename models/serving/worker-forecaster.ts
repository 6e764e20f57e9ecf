/**
 * Makes runs in a thread of its own, so that the process that answers requests never waits for one: reading the
 * observations, making features, the network and publishing all happen there; what crosses is a request and its outcome.
 *
 *     const forecaster = await openForecaster({ root: 'data' });
 *     await forecaster.run({ dataset: 'world', now: Date.now() });
 *     await forecaster.close();
 *
 * A thread that dies fails the runs that it was at with one error; the next run begins a new one. What it leaves behind in the store
 * is what any crash leaves: the old state or the new one.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { KernelcastError } from '../../src/errors.ts';
import { beginThread } from '../../src/thread.ts';
import type { Forecaster } from './forecaster.ts';
import {
  type FromWorker,
  fromPlainError,
  type TaskKind,
  type Tasks,
  type ToWorker,
  type WorkerSettings,
} from './messages.ts';
import { DEFAULT_MODEL } from './registry.ts';

export interface ForecasterOptions {
  /** The data directory. */
  root: string;
  /** The folder of the network's artefact; by default the shipped one. */
  network?: string;
  /** Threads that share one operation of the network. Default: as many as there are cores. */
  threads?: number;
}

/**
 * Resolves when the models are open.
 * @throws KernelcastError what opening the models throws; `ENVIRONMENT` when the thread cannot begin
 */
export async function openForecaster(options: ForecasterOptions): Promise<Forecaster> {
  const { root, network = DEFAULT_MODEL, threads = availableParallelism() } = options;
  const begin = () => WorkerThread.begin({ root, network, threads });
  const first = await begin();
  let current = Promise.resolve(first);
  let closed = false;
  const running = new Set<Promise<unknown>>();

  async function ask<K extends TaskKind>(kind: K, request: Tasks[K]['request']): Promise<Tasks[K]['result']> {
    const isAlive = await current.then(
      (thread) => thread.alive,
      () => false,
    );
    if (!isAlive) current = begin();
    return (await current).ask(kind, request);
  }

  async function accept<K extends TaskKind>(kind: K, request: Tasks[K]['request']): Promise<Tasks[K]['result']> {
    if (closed) throw new KernelcastError('BUSY', 'the forecaster is closed');
    const result = ask(kind, request);
    running.add(result);
    return result.finally(() => running.delete(result));
  }

  return {
    engine: first.engine,
    models: first.models,
    run: (request) => accept('run', request),
    part: (request) => accept('part', request),
    predict: (request) => accept('predict', request),
    // Who is not alive waits for nothing.
    partArrived: () => void current.then((thread) => thread.partArrived()).catch(() => {}),
    async close() {
      closed = true;
      await Promise.allSettled(running);
      const thread = await current.catch(() => undefined);
      await thread?.close();
    },
  };
}

type Ready = Extract<FromWorker, { kind: 'ready' }>;

class WorkerThread {
  readonly engine: Ready['engine'];
  readonly models: Ready['models'];
  alive = true;
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve(result: Tasks[TaskKind]['result']): void; reject(error: Error): void }
  >();
  #nextId = 0;

  static async begin(settings: WorkerSettings): Promise<WorkerThread> {
    const worker = beginThread('./worker', import.meta.url, { workerData: settings });
    const [message] = (await Promise.race([
      once(worker, 'message'),
      once(worker, 'exit').then(() => Promise.reject(died())),
    ]).catch((cause: unknown) => {
      throw cause instanceof KernelcastError ? cause : died(cause);
    })) as [FromWorker];
    if (message.kind === 'failed') throw fromPlainError(message.error);
    return new WorkerThread(worker, message as Ready);
  }

  private constructor(worker: Worker, { engine, models }: Ready) {
    this.engine = engine;
    this.models = models;
    this.#worker = worker;
    // A service that has nothing else to do may end; while it waits for a run, it waits.
    worker.unref();
    worker.on('message', (message: FromWorker) => this.#settle(message));
    worker.on('error', (cause) => this.#end(died(cause)));
    worker.on('exit', () => this.#end(died()));
  }

  ask<K extends TaskKind>(kind: K, request: Tasks[K]['request']): Promise<Tasks[K]['result']> {
    const id = this.#nextId++;
    this.#worker.ref();
    this.#send({ kind, id, request } as ToWorker);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Tasks[K]['result']), reject });
    });
  }

  partArrived(): void {
    if (this.alive) this.#send({ kind: 'partArrived' });
  }

  async close(): Promise<void> {
    if (!this.alive) return;
    const ended = once(this.#worker, 'exit');
    this.#worker.ref();
    this.#send({ kind: 'close' });
    await ended;
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(message: FromWorker): void {
    if (message.kind !== 'result' && message.kind !== 'error') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (message.kind === 'result') waiting?.resolve(message.result);
    else waiting?.reject(fromPlainError(message.error));
  }

  #end(error: KernelcastError): void {
    this.alive = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function died(cause?: unknown): KernelcastError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new KernelcastError('ENVIRONMENT', `the thread that forecasts has ended${why}`, {
    hint: 'The next run begins a new one. If this happens again, look at the memory of this machine.',
    cause,
  });
}
