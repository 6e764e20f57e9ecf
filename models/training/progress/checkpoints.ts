/**
 * Checkpoints of a training, in a folder beside its future artefact:
 *
 *     OUT.training/step-000001200/state.json      the manifest: step, best, identity, checksums
 *                                 weights.safetensors, averages..., first-moments..., second-moments..., best...
 *     OUT.training/training.jsonl                 the log so far
 *
 * A checkpoint is published as a whole, the one before it is removed after. So a crash at any instant leaves one at least.
 * The identity says of what training it is: a training with another configuration or other data does not go on from it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { KernelcastError } from '../../../src/errors.ts';
import { discard, publishFolder, sweepTemporary } from '../../../src/store/disk/atomic.ts';
import { type Files, listFolder } from '../../../src/store/disk/files.ts';
import { encodeJson, fileEntry, fileEntrySchema, readJson, readVerified } from '../../../src/store/manifest.ts';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../../weights/safetensors.ts';
import type { Snapshot } from './training-state.ts';

/** Anything that JSON can hold. */
export type Identity = Readonly<Record<string, unknown>>;

export interface Checkpoint {
  snapshot: Snapshot;
  /** Lines of the log up to it. */
  log: readonly string[];
  /** What computed it; another engine rounds otherwise. */
  engine: string;
}

const STATE_NAME = 'state.json';
const STEP_FOLDER = /^step-\d{9}$/;

const stateSchema = z.object({
  format: z.literal('kernelcast-training'),
  version: z.literal(1),
  identity: z.record(z.string(), z.unknown()),
  engine: z.string(),
  step: z.int().nonnegative(),
  optimizerStep: z.int().nonnegative(),
  best: z.object({ step: z.int(), validation: z.record(z.string(), z.number()) }).optional(),
  sinceBest: z.int().nonnegative(),
  losses: z.object({ sum: z.number(), count: z.int().nonnegative() }),
  seconds: z.number(),
  log: z.array(z.string()),
  files: z.record(z.string(), fileEntrySchema),
});

export class Checkpoints {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Keeps a checkpoint in place of the last one. */
  async save({ snapshot, log, engine }: Checkpoint, identity: Identity): Promise<void> {
    const { step, best, sinceBest, losses, seconds, optimizer } = snapshot;
    const tensors: [string, Weights][] = [
      ['weights', snapshot.weights],
      ['averages', snapshot.averages],
      ['first-moments', optimizer.first],
      ['second-moments', optimizer.second],
    ];
    if (best) tensors.push(['best', best.weights]);
    const files = new Map(tensors.map(([name, weights]) => [fileName(name), encodeSafetensors(weights)]));
    const state: z.infer<typeof stateSchema> = {
      format: 'kernelcast-training',
      version: 1,
      identity: { ...identity },
      engine,
      step,
      optimizerStep: optimizer.step,
      best: best && { step: best.step, validation: best.validation },
      sinceBest,
      losses,
      seconds,
      log: [...log],
      files: Object.fromEntries([...files].map(([name, bytes]) => [name, fileEntry(bytes)])),
    };
    const name = `step-${String(step).padStart(9, '0')}`;
    await publishFolder(this.#files, join(this.#folder, name), new Map([...files, [STATE_NAME, encodeJson(state)]]));
    for (const other of await this.#names()) {
      if (other !== name) await discard(this.#files, join(this.#folder, other));
    }
    await sweepTemporary(this.#files, this.#folder, Date.now());
  }

  /**
   * The last checkpoint, or undefined where there is none.
   * @throws KernelcastError `USAGE` naming every field in which the training that it belongs to is another one;
   * `STORE_CORRUPT` where it is damaged
   */
  async load(identity: Identity): Promise<Checkpoint | undefined> {
    const last = await this.#last();
    if (!last) return undefined;
    const { state, read } = last;
    const differences = differencesOf(state.identity, JSON.parse(JSON.stringify(identity)));
    if (differences.length > 0) {
      throw new KernelcastError('USAGE', 'an interrupted training is kept here, but of another configuration or data', {
        where: { folder: this.#folder, ...Object.fromEntries(differences) },
        hint: 'Give what it was begun with to go on, --no-resume to begin anew and lose it, or another --out.',
      });
    }
    const { step, sinceBest, losses, seconds, log, engine, optimizerStep } = state;
    return {
      log,
      engine,
      snapshot: {
        step,
        weights: await read('weights'),
        averages: await read('averages'),
        optimizer: { step: optimizerStep, first: await read('first-moments'), second: await read('second-moments') },
        best: state.best && { ...state.best, weights: await read('best') },
        sinceBest,
        losses,
        seconds,
      },
    };
  }

  /** The best weights of the last checkpoint, its averages where none is best yet; undefined where there is no checkpoint. */
  async bestWeights(): Promise<Weights | undefined> {
    const last = await this.#last();
    return last?.read(last.state.best ? 'best' : 'averages');
  }

  /** Removes all of it. */
  async forget(): Promise<void> {
    for (const name of await this.#names()) await this.#files.rm(join(this.#folder, name), { recursive: true });
  }

  async #last() {
    const name = (await this.#names()).at(-1);
    if (name === undefined) return undefined;
    const folder = join(this.#folder, name);
    const state = await readJson(this.#files, join(folder, STATE_NAME), stateSchema);
    if (!state) return undefined;
    const read = async (tensors: string) => {
      const entry = state.files[fileName(tensors)];
      if (!entry) {
        throw new KernelcastError('STORE_CORRUPT', `the checkpoint lists no ${fileName(tensors)}`, {
          where: { folder },
        });
      }
      const bytes = await readVerified(this.#files, folder, fileName(tensors), entry);
      return decodeSafetensors(bytes, join(folder, fileName(tensors))).tensors;
    };
    return { state, read };
  }

  async #names(): Promise<string[]> {
    return (await listFolder(this.#files, this.#folder)).filter((name) => STEP_FOLDER.test(name));
  }
}

/** The file of a checkpoint that holds these tensors. */
function fileName(tensors: string): string {
  return `${tensors}.safetensors`;
}

/** Each leaf in which two JSON values differ, as [path, 'was A, is B']. */
export function differencesOf(was: unknown, is: unknown, path = ''): [path: string, difference: string][] {
  if (isTable(was) && isTable(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap((key) => differencesOf(was[key], is[key], path ? `${path}.${key}` : key));
  }
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  return [[path, `was ${brief(was)}, is ${brief(is)}`]];
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  const text = value === undefined ? 'not given' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
