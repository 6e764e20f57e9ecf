/**
 * A spread (the standard deviation of a normal forecast, or a factor of a spread) at each station, learned by least CRPS from one
 * error after the other: EMOS (Gneiting et al. 2005) by stochastic Newton steps on its logarithm. Its logarithm is that of all
 * stations, which follows the weather quickly, plus what is particular to the station, which is learned slowly and forgotten.
 */
import { spreadStep } from './normal.ts';

export interface SpreadOptions {
  /** The spread before anything is learned, in the unit of the errors. */
  start: number;
  /** The days that the pooled logarithm is learned over. */
  pooledMemory: number;
  /** The days that a station's own part is learned over. */
  memory: number;
  /** Days of the station that weigh as much as those of all stations. */
  shrinkage: number;
}

/** The logarithm of a station's part stays within this. */
const MOST = Math.log(8);

export class LearnedSpread {
  /** [1] the pooled logarithm, and the days that it was learned over. */
  readonly pooled: Float64Array;
  /** [station] what is added to it, and the days that it was learned over. */
  readonly own: Float64Array;
  readonly days: Float64Array;
  readonly #options: SpreadOptions;
  /** Of the round that is being learned: the pooled steps and days. */
  #steps = 0;
  #stepDays = 0;
  #pairs = 0;

  constructor(stations: number, options: SpreadOptions) {
    this.pooled = new Float64Array([Math.log(options.start), 0]);
    this.own = new Float64Array(stations);
    this.days = new Float64Array(stations);
    this.#options = options;
  }

  get state(): readonly Float64Array[] {
    return [this.pooled, this.own, this.days];
  }

  at(station: number): number {
    return Math.exp(this.pooled[0] + this.own[station]);
  }

  /** That of all stations. */
  get common(): number {
    return Math.exp(this.pooled[0]);
  }

  /** @param z the error in units of the spread that `at` gave @param days what the pair weighs */
  add(station: number, z: number, days: number): void {
    const { memory, shrinkage } = this.#options;
    const step = spreadStep(z);
    this.#steps += step;
    this.#pairs++;
    this.#stepDays = days;
    const known = Math.min(this.days[station] + days, memory);
    this.days[station] = known;
    const moved = this.own[station] + (step * days) / (known + shrinkage);
    this.own[station] = Math.max(-MOST, Math.min(MOST, moved));
  }

  /** Ends a round: the pooled part moves by the mean step of its pairs. */
  endRound(): void {
    if (this.#pairs === 0) return;
    const { pooledMemory } = this.#options;
    const known = Math.min(this.pooled[1] + this.#stepDays, pooledMemory);
    this.pooled[1] = known;
    // The first days are learned fast, but never in one leap.
    this.pooled[0] += ((this.#steps / this.#pairs) * this.#stepDays) / Math.max(known, 2 * this.#stepDays);
    this.#steps = 0;
    this.#pairs = 0;
  }
}
