/**
 * Whether what was answered still holds, by a look at the file system: the runs, the observations and the scores of a dataset.
 * One look at a time: all requests that come while it lasts share the next one, so that more of them cost less each; none is
 * answered by a look that began before it came.
 */
import type { ObservationStore } from '../../store/observations/observations.ts';
import { Recent } from '../../store/recent.ts';
import type { RunStore } from '../../store/runs/runs.ts';
import type { ScoreStore } from '../../store/scores/scores.ts';
import type { Stamp } from '../../store/stamp.ts';
import { DatasetState } from './dataset-state.ts';

/** The datasets whose state is kept. */
const COUNT = 100;
/** Longer than the steps in which file systems count time (10 ms at most on Linux), with room for slow clocks. */
const SETTLED_AFTER_MS = 100;

export interface FreshnessOptions {
  runs: Pick<RunStore, 'stamp' | 'list' | 'open'>;
  observations: Pick<ObservationStore, 'stamp'>;
  scores: Pick<ScoreStore, 'stamp'>;
}

export class Freshness {
  readonly #stores: FreshnessOptions;
  /** Looks that have not begun, by dataset. */
  readonly #next = new Map<string, Promise<DatasetState>>();
  /** The last states that were settled: they hold until something changes. */
  readonly #settled = new Recent<DatasetState>(COUNT);
  /** Looks that have; fulfilled when they are over, however they end. */
  readonly #under = new Map<string, Promise<unknown>>();

  constructor(stores: FreshnessOptions) {
    this.#stores = stores;
  }

  /** The state of a dataset at a moment after this call. */
  state(dataset: string): Promise<DatasetState> {
    let look = this.#next.get(dataset);
    if (look === undefined) {
      const turn = this.#under.get(dataset) ?? new Promise((resolve) => setImmediate(resolve));
      look = turn.then(() => this.#begin(dataset));
      this.#next.set(dataset, look);
    }
    return look;
  }

  #begin(dataset: string): Promise<DatasetState> {
    this.#next.delete(dataset);
    const look = this.#look(dataset);
    const over = look.then(
      () => {},
      () => {},
    );
    this.#under.set(dataset, over);
    // Before the next look, which waits for the same.
    void over.then(() => this.#under.delete(dataset));
    return look;
  }

  async #look(dataset: string): Promise<DatasetState> {
    const { runs, observations, scores } = this.#stores;
    const stamps = await Promise.all([runs.stamp(dataset), observations.stamp(dataset), scores.stamp(dataset)]);
    const newest = Math.max(...stamps.map(({ changedAt }: Stamp) => changedAt));
    const identity = stamps.map((stamp) => stamp.identity).join('/');
    const known = this.#settled.get(dataset);
    if (known?.stamps.identity === identity) return known;
    const isSettled = Date.now() - newest > SETTLED_AFTER_MS;
    const state = new DatasetState(dataset, { identity, isSettled }, runs);
    if (isSettled) this.#settled.set(dataset, state);
    return state;
  }
}
