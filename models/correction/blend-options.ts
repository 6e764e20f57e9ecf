/** What the correction and the blend are told, with what it was chosen on. */
import type { SpreadOptions } from './learned-spread.ts';
import type { TrackingOptions } from './tracked-quantiles.ts';

export interface BlendOptions {
  /** Days after which an error weighs 1/e in the mean error of a station. */
  memoryDays: number;
  /** See `ShrunkErrors`. */
  shrinkage: number;
  pooledShrinkage: number;
  /** Parts of the day that have a mean error of their own, on top of the station's; 1 for none. */
  bins: number;
  hourlyShrinkage: number;
  /** Spreads beyond which an observation is learned from as if it lay there. */
  clip: number;
  spread: SpreadOptions;
  tracking: TrackingOptions;
  weightMemoryDays: number;
  /** How far a station's own weights count, beside those of all stations. */
  ownShare: number;
  /** [expert] the weights before anything is learned; by default all alike. */
  prior?: readonly number[];
  /** What no value may lie below: 0 for a wind speed. */
  floor: number;
}
