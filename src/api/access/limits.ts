/**
 * Limits by weight: an answer that has to be made weighs locations x days x variables x models, and each client may ask for so
 * much a minute. Answers that are at hand weigh nothing.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { KernelcastError } from '../../errors.ts';
import { badParameter } from '../requests/query.ts';

export interface Client {
  /** The name of its key, or its address. */
  id: string;
  /** What it may ask for in a minute. */
  weightPerMinute: number;
}

const SECONDS = 60;

/** Thrown with the seconds to wait, which go into `Retry-After`. */
export class LimitError extends KernelcastError {
  readonly retryAfterSeconds: number;
  constructor(message: string, hint: string, retryAfterSeconds: number) {
    super('TOO_MANY_REQUESTS', message, { hint });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class Limits {
  /** By the weight a minute: clients with a key may have another. */
  readonly #limiters = new Map<number, RateLimiterMemory>();

  /**
   * @param parameter to blame where a single answer is more than a minute's worth
   * @throws KernelcastError `USAGE` when the answer is too heavy for ever, `TOO_MANY_REQUESTS` when it is for now
   */
  async charge({ id, weightPerMinute }: Client, weight: number, parameter: string): Promise<void> {
    if (weight > weightPerMinute) {
      throw badParameter(
        parameter,
        `the answer would weigh ${weight} (locations x days x variables x models), at most ${weightPerMinute} are possible`,
        'Ask for fewer places, days or variables at once.',
      );
    }
    try {
      await this.#limiter(weightPerMinute).consume(id, weight);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new LimitError(
        `more than ${weightPerMinute} (locations x days x variables x models) a minute were asked for`,
        `Try again in ${seconds} s; answers that were given before stay free.`,
        seconds,
      );
    }
  }

  #limiter(points: number): RateLimiterMemory {
    const known = this.#limiters.get(points);
    if (known) return known;
    const limiter = new RateLimiterMemory({ points, duration: SECONDS });
    this.#limiters.set(points, limiter);
    return limiter;
  }
}
