/**
 * Quantiles that hold at each station in the long run, whatever the forecast is worth: quantile tracking, the form of adaptive
 * conformal inference (Gibbs & Candes 2021) that Angelopoulos, Candes & Tibshirani (2023, "Conformal PID control for time
 * series prediction") show to keep its promise without any assumption. Each level of a station has a shift, in units of
 * the forecast's spread, that goes up by `rate * level` where the observation lay above the quantile, and down by
 * `rate * (1 - level)` where it did not. As the shifts are bounded, the share of observations below a quantile differs from its level
 * by at most (bound + rate) / (rate * pairs).
 */
import { QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';

const LEVELS = QUANTILE_LEVELS.length;
/** Spreads that a shift may come to. */
const MOST = 6;

export interface TrackingOptions {
  /** Of a station's own shifts, for a pair. */
  rate: number;
  /** Of the shifts that all stations share, for a round. */
  pooledRate: number;
}

export class TrackedQuantiles {
  /** [station, level] and [level], in spreads. */
  readonly own: Float64Array;
  readonly pooled = new Float64Array(LEVELS);
  readonly #options: TrackingOptions;
  readonly #below = new Float64Array(LEVELS);
  #pairs = 0;

  constructor(stations: number, options: TrackingOptions) {
    this.own = new Float64Array(stations * LEVELS);
    this.#options = options;
  }

  get state(): readonly Float64Array[] {
    return [this.own, this.pooled];
  }

  /** What is added to a level's quantile, in spreads. */
  shift(station: number, level: number): number {
    return this.pooled[level] + this.own[station * LEVELS + level];
  }

  /** @param isBelow whether the observation was at or below the quantile of the level as it was forecast */
  add(station: number, level: number, isBelow: boolean): void {
    const at = station * LEVELS + level;
    const moved = this.own[at] + this.#options.rate * (QUANTILE_LEVELS[level] - (isBelow ? 1 : 0));
    this.own[at] = Math.max(-MOST, Math.min(MOST, moved));
    if (isBelow) this.#below[level]++;
    if (level === 0) this.#pairs++;
  }

  /**
   * Ends a round: the shifts that all stations share widen or narrow the intervals. They are symmetric: what all stations have
   * in common on one side is the weather of the day, and gone when it is learned.
   */
  endRound(): void {
    if (this.#pairs === 0) return;
    const last = LEVELS - 1;
    for (let level = 0; level < (LEVELS - 1) / 2; level++) {
      const inside = (this.#below[last - level] - this.#below[level]) / this.#pairs;
      const wanted = QUANTILE_LEVELS[last - level] - QUANTILE_LEVELS[level];
      const moved = this.pooled[last - level] + (this.#options.pooledRate * (wanted - inside)) / 2;
      this.pooled[last - level] = Math.max(-MOST, Math.min(MOST, moved));
      this.pooled[level] = -this.pooled[last - level];
    }
    this.#below.fill(0);
    this.#pairs = 0;
  }
}
