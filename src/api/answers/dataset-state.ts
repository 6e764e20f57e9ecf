/** A dataset as one look found it. What is asked of its runs is read once for all requests that share the look. */
import type { Hour } from '../../domain/time.ts';
import { Recent } from '../../store/recent.ts';
import type { OpenedRun, RunStore } from '../../store/runs/runs.ts';

/** The runs that stay open in a state. */
const RUNS = 100;

export interface DatasetStamps {
  /** The same text as long as nothing of the dataset has changed. */
  identity: string;
  /** False for a moment after a change: the next one might still bear the same identity. */
  isSettled: boolean;
}

export class DatasetState {
  readonly stamps: DatasetStamps;
  readonly #dataset: string;
  readonly #store: Pick<RunStore, 'list' | 'open'>;
  #inits: Promise<readonly Hour[]> | undefined;
  readonly #runs = new Recent<Promise<OpenedRun>>(RUNS);

  constructor(dataset: string, stamps: DatasetStamps, store: Pick<RunStore, 'list' | 'open'>) {
    this.#dataset = dataset;
    this.stamps = stamps;
    this.#store = store;
  }

  /** The initialisation times of the runs, ascending. */
  inits(): Promise<readonly Hour[]> {
    if (!this.#inits) {
      this.#inits = this.#store.list(this.#dataset);
      this.#inits.catch(() => {
        this.#inits = undefined;
      });
    }
    return this.#inits;
  }

  /** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
  run(init: Hour): Promise<OpenedRun> {
    const key = String(init);
    const known = this.#runs.get(key);
    if (known) return known;
    const run = this.#store.open(this.#dataset, init);
    this.#runs.set(key, run);
    // What is not there, or damaged, may be mended without a new state.
    run.catch(() => this.#runs.delete(key));
    return run;
  }
}
