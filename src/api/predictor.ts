/**
 * What forecasts a station that somebody brings: handed in, since the API runs no model. A few wait for their turn; more than
 * that are told to come back.
 */
import type { Series } from '../domain/series.ts';
import type { Hour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import type { RunModel } from '../store/runs/runs.ts';
import { LimitError } from './access/limits.ts';

export interface Predictor {
  /** The default first. */
  readonly models: readonly RunModel[];
  /** The hours after `init`, by the model of that id. */
  predict(request: { model: string; observations: Series; init: Hour }): Promise<Series>;
}

const MOST_WAITING = 16;
const TIMEOUT_MS = 30_000;
const RETRY_SECONDS = 5;

/** One after the other: a network uses all cores that it may. */
export class PredictionQueue {
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(timeoutMs = TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** @throws KernelcastError `TOO_MANY_REQUESTS` when the queue is full; `NOT_READY` when the turn does not come in time */
  async add<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) {
      throw new LimitError(
        `${MOST_WAITING} predictions wait already`,
        `Try again in ${RETRY_SECONDS} s.`,
        RETRY_SECONDS,
      );
    }
    this.#waiting++;
    let hasGivenUp = false;
    const result = this.#last.then(() => {
      if (!hasGivenUp) return work();
      throw new Error('nobody waits for this prediction');
    });
    this.#last = result.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        hasGivenUp = true;
        reject(
          new KernelcastError('NOT_READY', `the prediction was not made within ${this.#timeoutMs / 1000} s`, {
            hint: 'The service forecasts something larger just now: try again.',
          }),
        );
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([result, timeout]);
    } finally {
      clearTimeout(timer);
      this.#waiting--;
    }
  }
}
