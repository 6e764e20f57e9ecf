/** The asking side of the thread that reads an HDF5 file: one request after the other, each with a limit of time. */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { KernelcastError } from '../../../src/errors.ts';
import { beginThread } from '../../../src/thread.ts';
import { broken, explained, refused, type Where } from './errors.ts';
import type { Answers, FromThread, Request } from './messages.ts';

/** How long one request may take (ingest opens a file twice), and how much longer for what must be unpacked for it. */
const PATIENCE_MS = 4500;
const SLOWEST_BYTES_PER_MS = 4000;

/** To load the library takes longer than to open a file: a thread that has closed its file waits for the next. */
let spare: Hdf5Thread | undefined;

/** What the thread says, or, as text, how it came to say nothing. */
type Outcome = Exclude<FromThread, { kind: 'ready' }> | string;

/** @throws KernelcastError `ENVIRONMENT`: the library cannot be loaded */
export async function takeThread(): Promise<Hdf5Thread> {
  const thread = spare;
  spare = undefined;
  return thread?.wake() ?? Hdf5Thread.begin();
}

export class Hdf5Thread {
  readonly #worker: Worker;
  /** What ended the thread; every later request fails with it. */
  #end: KernelcastError | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #settle: (outcome: Outcome) => void = () => undefined;

  static async begin(): Promise<Hdf5Thread> {
    // HDF5 writes to the standard outputs before it gives up; that is for nobody.
    const large = 'h5wasm/dist/node/hdf5_hl.js';
    const worker = beginThread('./thread', import.meta.url, { large, stdout: true, stderr: true });
    await once(worker, 'message').catch((cause) => {
      throw new KernelcastError('ENVIRONMENT', 'the HDF5 library cannot be loaded', { cause });
    });
    return new Hdf5Thread(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: Outcome) => this.#settle(message));
    worker.on('error', (error) => this.#settle(`the HDF5 library crashed: ${error.message}`));
    worker.on('exit', () => this.#settle('the HDF5 library ended'));
  }

  /**
   * One request after the other.
   * @param where the file and the variable that it is for
   * @param bytes that must be unpacked for it
   * @throws KernelcastError `FORMAT`; nothing more can be asked then
   */
  ask<Kind extends Request['kind']>(
    request: Request & { kind: Kind },
    where: Where,
    bytes = 0,
  ): Promise<Answers[Kind]> {
    const answer = this.#last.then(() => this.#ask(request, PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS, where));
    this.#last = answer.catch(() => undefined);
    return answer as Promise<Answers[Kind]>;
  }

  wake(): this {
    this.#worker.ref();
    return this;
  }

  /** Closes the file. The thread is kept for the next one, unless this one did something to it. */
  async release(where: Where): Promise<void> {
    await this.ask({ kind: 'close' }, where).catch(() => undefined);
    if (this.#end) return;
    this.#worker.unref();
    if (spare) await this.#worker.terminate();
    else spare = this;
  }

  async #ask(request: Request, patience: number, where: Where): Promise<Answers[Request['kind']]> {
    if (this.#end) throw this.#end;
    const outcome = await this.#outcome(request, patience);
    if (typeof outcome === 'object' && outcome.kind === 'answer') return outcome.answer;
    this.#end = errorOf(outcome, where);
    await this.#worker.terminate();
    throw this.#end;
  }

  #outcome(request: Request, patience: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const tooLong = `reading takes longer than ${Math.round(patience / 1000)} seconds`;
      const timer = setTimeout(() => this.#settle(tooLong), patience);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      this.#worker.postMessage(request);
    });
  }
}

function errorOf(outcome: Exclude<Outcome, { kind: 'answer' }>, where: Where): KernelcastError {
  if (typeof outcome === 'string') return broken(outcome, where);
  if (outcome.kind === 'refused') return refused(outcome.message, outcome.hint, where);
  return explained(outcome.message, where);
}
