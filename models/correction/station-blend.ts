/**
 * Many models of one variable at one lead time, made into one forecast at each station, with what was learned so far: each
 * model's mean error is taken off (`ShrunkErrors`), a model without quantiles gets a spread (`LearnedSpread`), the quantiles
 * are averaged with weights learned online (`BernsteinWeights`), their width is set by least CRPS (`LearnedSpread` again), and
 * their levels are made to hold at each station (`TrackedQuantiles`).
 *
 *     const blend = new StationBlend(stations, [{ hasQuantiles: true }, { hasQuantiles: false }], options);
 *     blend.learn({ experts, observed, bin, days });   // for each pair that was observed, in the order of the hours
 *     const { values, quantiles } = blend.forecast({ experts, bin });
 *
 * The state follows from what was learned and its order alone: the same archive gives the same numbers on every machine. A model
 * that is missing (NaN) is left out, and the others' weights are raised; it neither wins nor loses by that.
 */
import { QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';
import { BernsteinWeights } from './bernstein-weights.ts';
import type { BlendOptions } from './blend-options.ts';
import { Disagreement } from './disagreement.ts';
import { LearnedSpread } from './learned-spread.ts';
import { NORMAL_QUANTILES, WIDTH_80 } from './normal.ts';
import { ShrunkErrors } from './shrunk-errors.ts';
import { TrackedQuantiles } from './tracked-quantiles.ts';

const LEVELS = QUANTILE_LEVELS.length;
const LAST = LEVELS - 1;
/** Narrower than this, in units, no forecast is taken to be. */
const LEAST_SPREAD = 1e-3;
/** Spreads that [p10, p90] is taken to be wide at least, whatever its levels were shifted by. */
const LEAST_WIDTH = 0.5;
/** Spreads that a model is taken to differ from the mixture at most, while weights are learned. */
const MOST_APART = 3;

export interface Expert {
  /** Whether the model gives quantiles; then their width is scaled, otherwise a width is learned. */
  hasQuantiles: boolean;
  /** The memory of its mean errors, where it is another than `options.memoryDays`. */
  memoryDays?: number;
}

/** What one model says of each station; NaN where it says nothing. */
export interface ExpertForecast {
  /** [station] */
  values: ArrayLike<number>;
  /** By level [station]; of a model that has them. */
  quantiles?: readonly ArrayLike<number>[];
}

export interface BlendInput {
  /** In the order of the experts. */
  experts: readonly (ExpertForecast | undefined)[];
  /** Of the hour of the day, below `options.bins`. */
  bin: number;
}

export interface LearnInput extends BlendInput {
  /** [station]; NaN where nothing was observed. */
  observed: ArrayLike<number>;
  /** What one pair weighs: 1 / (pairs of a station in a day). */
  days: number;
  /**
   * What the blend said at the time. Without it, it is taken to be what it would say now; but what it knew then was older, and so its
   * errors were larger: widths that are learned from what it would say now are too narrow.
   */
  issued?: IssuedForecast;
}

/** The blend's own forecast: the mean, and by level the quantiles, [station] each. */
export interface IssuedForecast {
  values: ArrayLike<number>;
  quantiles: readonly ArrayLike<number>[];
}

export interface Blended {
  /** [station]: the mean of what the models say. */
  values: Float64Array;
  /** By level [station]. */
  quantiles: Float64Array[];
  /** [station, expert]; 0 of a model that is missing. */
  weights: Float64Array;
}

export class StationBlend {
  readonly #stations: number;
  readonly #experts: readonly Expert[];
  readonly #options: BlendOptions;
  readonly #errors: ShrunkErrors[];
  readonly #hourly: ShrunkErrors[];
  readonly #spreads: LearnedSpread[];
  readonly #weights: BernsteinWeights;
  /** Of the mixture with learned weights, and of the one by inverse variances. */
  readonly #mixtures: BernsteinWeights;
  readonly #width: LearnedSpread;
  readonly #disagreement = new Disagreement();
  readonly #tracked: TrackedQuantiles;
  // Of the station at hand.
  readonly #bias: Float64Array;
  readonly #means: Float64Array;
  readonly #scales: Float64Array;
  readonly #shares: Float64Array;
  /** What makes the shares: the learned weights, and those by inverse variances. */
  readonly #learned: Float64Array;
  readonly #inverse: Float64Array;
  /** [expert, level]: what the quantiles are more than the mean. */
  readonly #offsets: Float64Array;
  readonly #blended = new Float64Array(LEVELS);
  readonly #quantiles = new Float64Array(LEVELS);
  #deviation = 0;
  #known = 0;

  constructor(stations: number, experts: readonly Expert[], options: BlendOptions) {
    const count = experts.length;
    this.#stations = stations;
    this.#experts = experts;
    this.#options = options;
    const { shrinkage, pooledShrinkage, bins, hourlyShrinkage } = options;
    const hourly = { shrinkage: hourlyShrinkage, pooledShrinkage };
    this.#errors = experts.map(() => new ShrunkErrors(stations, { shrinkage, pooledShrinkage }));
    this.#hourly = bins > 1 ? experts.map(() => new ShrunkErrors(stations * bins, hourly)) : [];
    this.#spreads = experts.map(({ hasQuantiles }) => {
      return new LearnedSpread(stations, { ...options.spread, start: hasQuantiles ? 1 : options.spread.start });
    });
    this.#weights = new BernsteinWeights(1, count, options.prior);
    this.#mixtures = new BernsteinWeights(1, 2);
    this.#width = new LearnedSpread(stations, { ...options.spread, start: 1 });
    this.#tracked = new TrackedQuantiles(stations, options.tracking);
    this.#bias = new Float64Array(count);
    this.#means = new Float64Array(count);
    this.#scales = new Float64Array(count);
    this.#shares = new Float64Array(count);
    this.#learned = new Float64Array(count);
    this.#inverse = new Float64Array(count);
    this.#offsets = new Float64Array(count * LEVELS);
  }

  /** All that was learned: arrays that may be written down, and filled again. */
  get state(): readonly Float64Array[] {
    const parts = [...this.#errors, ...this.#hourly, ...this.#spreads, this.#weights, this.#mixtures];
    return [...parts, this.#width, this.#disagreement, this.#tracked].flatMap(({ state }) => state);
  }

  forecast({ experts, bin }: BlendInput): Blended {
    const stations = this.#stations;
    const count = this.#experts.length;
    const missing = () => new Float64Array(stations).fill(Number.NaN);
    const result = {
      values: missing(),
      quantiles: QUANTILE_LEVELS.map(missing),
      weights: new Float64Array(stations * count),
    };
    const { floor } = this.#options;
    for (let station = 0; station < stations; station++) {
      const mean = this.#mix(experts, station, bin);
      if (Number.isNaN(mean)) continue;
      result.values[station] = Math.max(floor, mean);
      result.weights.set(this.#shares, station * count);
      const spread = this.#spread();
      let below = floor;
      for (let level = 0; level < LEVELS; level++) {
        const shifted = mean + this.#blended[level] + spread * this.#tracked.shift(station, level);
        // Levels are shifted each for itself, and may not cross.
        below = Math.max(below, shifted);
        result.quantiles[level][station] = below;
      }
    }
    return result;
  }

  /** Learns one round: what the models said of one valid time, and what came. */
  learn({ experts, bin, observed, days, issued }: LearnInput): void {
    const { memoryDays, weightMemoryDays } = this.#options;
    const keepWeights = Math.exp(-days / weightMemoryDays);
    this.#errors.forEach((errors, expert) => {
      errors.forget(Math.exp(-days / (this.#experts[expert].memoryDays ?? memoryDays)));
    });
    const regrets = new Float64Array(this.#experts.length);
    const between = new Float64Array(2);
    let pairs = 0;
    for (let station = 0; station < this.#stations; station++) {
      const observation = observed[station];
      if (!Number.isFinite(observation)) continue;
      const mean = this.#mix(experts, station, bin);
      if (Number.isNaN(mean)) continue;
      pairs++;
      this.#learnWeights(observation, mean, regrets, between);
      this.#learnErrors(experts, observation, mean, { station, bin, days });
      this.#learnQuantiles(observation, this.#issued(issued, mean, station), station, days);
    }
    this.#spreads.forEach((spread, expert) => {
      spread.endRound();
      if (!this.#experts[expert].hasQuantiles) this.#errors[expert].learnShrinkage(spread.common ** 2);
    });
    this.#width.endRound();
    this.#disagreement.endRound(days);
    this.#tracked.endRound();
    if (pairs === 0) return;
    const perPair = (sum: number) => sum / pairs;
    this.#weights.learn(0, regrets.map(perPair), keepWeights);
    this.#mixtures.learn(0, between.map(perPair), keepWeights);
  }

  /** Fills what belongs to a station; the mean of the mixture, NaN where no model says anything. */
  #mix(experts: BlendInput['experts'], station: number, bin: number): number {
    const count = this.#experts.length;
    const { bins } = this.#options;
    let learned = 0;
    let inverse = 0;
    for (let expert = 0; expert < count; expert++) {
      this.#shares[expert] = 0;
      this.#learned[expert] = 0;
      this.#inverse[expert] = 0;
      const forecast = experts[expert];
      const value = forecast ? forecast.values[station] : Number.NaN;
      if (!Number.isFinite(value)) continue;
      const quantiles = this.#experts[expert].hasQuantiles ? forecast!.quantiles : undefined;
      if (this.#experts[expert].hasQuantiles && !Number.isFinite(quantiles?.[0][station])) continue;
      const errors = this.#errors[expert];
      this.#bias[expert] = errors.mean(station);
      if (bins > 1) this.#bias[expert] += this.#hourly[expert].mean(station * bins + bin);
      this.#means[expert] = value + this.#bias[expert];
      const scale = this.#spreads[expert].at(station) * Math.sqrt(errors.inflation(station));
      for (let level = 0; level < LEVELS; level++) {
        const offset = quantiles ? quantiles[level][station] - value : NORMAL_QUANTILES[level];
        this.#offsets[expert * LEVELS + level] = offset * scale;
      }
      const first = expert * LEVELS;
      this.#scales[expert] = Math.max(LEAST_SPREAD, (this.#offsets[first + LAST] - this.#offsets[first]) / WIDTH_80);
      this.#learned[expert] = this.#weights.of(0, expert);
      this.#inverse[expert] = this.#scales[expert] ** -2;
      learned += this.#learned[expert];
      inverse += this.#inverse[expert];
    }
    this.#blended.fill(0);
    if (inverse === 0) return Number.NaN;
    const mean = this.#average(learned, inverse);
    const width = this.#width.at(station) * this.#disagreement.factor(this.#deviation);
    for (let expert = 0; expert < count; expert++) {
      const share = this.#shares[expert];
      if (share === 0) continue;
      for (let level = 0; level < LEVELS; level++) {
        const offset = this.#offsets[expert * LEVELS + level] * width;
        this.#offsets[expert * LEVELS + level] = offset;
        this.#blended[level] += share * offset;
      }
    }
    return mean;
  }

  /** Makes shares that sum to one; the mean of the models, and how far they lie apart. */
  #average(learned: number, inverse: number): number {
    let mean = 0;
    let squares = 0;
    for (let expert = 0; expert < this.#shares.length; expert++) {
      if (this.#inverse[expert] === 0) continue;
      // Where all weight was on models that are missing, the others have no learned weights.
      this.#inverse[expert] /= inverse;
      this.#learned[expert] = learned > 0 ? this.#learned[expert] / learned : this.#inverse[expert];
      const share = this.#mixtures.of(0, 0) * this.#learned[expert] + this.#mixtures.of(0, 1) * this.#inverse[expert];
      this.#shares[expert] = share;
      const before = this.#means[expert] - mean;
      // Shares are added one by one: a weighted mean and variance in one pass (West 1979).
      this.#known += share;
      mean += (before * share) / this.#known;
      squares += share * before * (this.#means[expert] - mean);
    }
    this.#known = 0;
    this.#deviation = Math.sqrt(Math.max(0, squares));
    return mean;
  }

  /** The spread of the mixture at hand. */
  #spread(): number {
    return Math.max(LEAST_SPREAD, (this.#blended[LAST] - this.#blended[0]) / WIDTH_80);
  }

  /** The gradient of the CRPS (the mean over levels of twice the pinball loss) by the quantiles, times what each model differs. */
  #learnWeights(observation: number, mean: number, regrets: Float64Array, between: Float64Array): void {
    const spread = this.#spread();
    for (let level = 0; level < LEVELS; level++) {
      const quantile = mean + this.#blended[level];
      const gradient = ((observation < quantile ? 1 : 0) - QUANTILE_LEVELS[level]) * (2 / LEVELS);
      let learned = 0;
      let inverse = 0;
      for (let expert = 0; expert < regrets.length; expert++) {
        if (this.#inverse[expert] === 0) continue;
        const differs = quantile - this.#means[expert] - this.#offsets[expert * LEVELS + level];
        learned += this.#learned[expert] * differs;
        inverse += this.#inverse[expert] * differs;
        regrets[expert] += gradient * bounded(differs / spread);
      }
      between[0] += gradient * bounded(learned / spread);
      between[1] += gradient * bounded(inverse / spread);
    }
  }

  #learnErrors(
    experts: BlendInput['experts'],
    observation: number,
    mean: number,
    { station, bin, days }: { station: number; bin: number; days: number },
  ): void {
    const { bins, clip, memoryDays } = this.#options;
    const most = clip * this.#spread();
    // What lies far beyond all expectation is learned from as if it lay at its edge (Huber).
    const trusted = Math.max(mean - most, Math.min(mean + most, observation));
    for (let expert = 0; expert < this.#experts.length; expert++) {
      if (this.#inverse[expert] === 0) continue;
      const error = trusted - experts[expert]!.values[station];
      this.#spreads[expert].add(station, (observation - this.#means[expert]) / this.#scales[expert], days);
      this.#errors[expert].add(station, error, days);
      if (bins <= 1) continue;
      const cell = station * bins + bin;
      const hourly = this.#hourly[expert];
      // A cell of an hour is seen once a day: it forgets when it is seen.
      const keep = Math.exp((-days * bins) / memoryDays);
      hourly.weight[cell] *= keep;
      hourly.sum[cell] *= keep;
      hourly.add(cell, error - this.#errors[expert].mean(station), days * bins);
    }
  }

  #learnQuantiles(observation: number, { mean, quantiles, spread }: Issued, station: number, days: number): void {
    const z = (observation - mean) / spread;
    this.#width.add(station, z, days);
    this.#disagreement.add(z, this.#deviation);
    for (let level = 0; level < LEVELS; level++) this.#tracked.add(station, level, observation <= quantiles[level]);
  }

  /** What was said of a station, or would be now. */
  #issued(issued: IssuedForecast | undefined, mean: number, station: number): Issued {
    const tracked = this.#tracked;
    const quantiles = this.#quantiles;
    if (issued && Number.isFinite(issued.values[station]) && Number.isFinite(issued.quantiles[0][station])) {
      for (let level = 0; level < LEVELS; level++) quantiles[level] = issued.quantiles[level][station];
      // The spread before the levels were shifted.
      const shifted = tracked.shift(station, LAST) - tracked.shift(station, 0);
      const spread = (quantiles[LAST] - quantiles[0]) / Math.max(LEAST_WIDTH, WIDTH_80 + shifted);
      return { mean: issued.values[station], quantiles, spread: Math.max(LEAST_SPREAD, spread) };
    }
    const spread = this.#spread();
    for (let level = 0; level < LEVELS; level++) {
      quantiles[level] = mean + this.#blended[level] + spread * tracked.shift(station, level);
    }
    return { mean, quantiles, spread };
  }
}

interface Issued {
  mean: number;
  quantiles: Float64Array;
  spread: number;
}

/** One broken value may not decide for ever. */
function bounded(spreads: number): number {
  return Math.max(-MOST_APART, Math.min(MOST_APART, spreads));
}
