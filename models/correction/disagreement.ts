/**
 * What the models' disagreement says of the error: the logarithm of the spread goes up by a coefficient times the logarithm of
 * the standard deviation among them, less its usual value. This is the ensemble variance of EMOS (Gneiting et al. 2005), as an
 * exponent, so that a spread stays positive; the coefficient is learned by least CRPS (`spreadStep`) and begins with 0.
 */
import { spreadStep } from './normal.ts';

/** Rounds (in days) that weigh as much as none: the coefficient is shrunk towards 0. */
const SHRINKAGE = 1;
const MEMORY_DAYS = 30;
/** Of the logarithm, from its usual value. */
const MOST = 2;
/** In units: less disagreement than this says no more. */
const LEAST = 0.05;

export class Disagreement {
  /** The coefficient, its curvature, the usual logarithm and the days that it is known of. */
  readonly learned = new Float64Array(4);
  #steps = 0;
  #squares = 0;
  #logs = 0;
  #pairs = 0;

  get state(): readonly Float64Array[] {
    return [this.learned];
  }

  /** The factor of the spread. @param deviation the weighted standard deviation among the models */
  factor(deviation: number): number {
    return Math.exp(this.learned[0] * this.#unusual(deviation));
  }

  /** @param z the error in units of the spread, the factor included */
  add(z: number, deviation: number): void {
    const unusual = this.#unusual(deviation);
    this.#steps += spreadStep(z) * unusual;
    this.#squares += unusual * unusual;
    this.#logs += Math.log(Math.max(LEAST, deviation));
    this.#pairs++;
  }

  endRound(days: number): void {
    if (this.#pairs === 0) return;
    const keep = Math.exp(-days / MEMORY_DAYS);
    const { learned } = this;
    learned[1] = learned[1] * keep + (this.#squares / this.#pairs) * days;
    learned[0] += ((this.#steps / this.#pairs) * days) / (learned[1] + SHRINKAGE);
    learned[0] = Math.max(0, Math.min(1, learned[0]));
    learned[3] = learned[3] * keep + days;
    learned[2] += ((this.#logs / this.#pairs - learned[2]) * days) / learned[3];
    this.#steps = 0;
    this.#squares = 0;
    this.#logs = 0;
    this.#pairs = 0;
  }

  #unusual(deviation: number): number {
    if (this.learned[3] === 0) return 0;
    return Math.max(-MOST, Math.min(MOST, Math.log(Math.max(LEAST, deviation)) - this.learned[2]));
  }
}
