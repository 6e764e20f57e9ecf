/** Forecasts of many models beside what was observed: one valid time after the other, all of the same lead time. */
import type { Hour } from './time.ts';

export interface PairedForecasts {
  /** Ids of the stations. */
  stations: readonly string[];
  models: readonly string[];
  /** Valid times that have rows, ascending. */
  times: readonly Hour[];
  /** [time, station]; NaN where nothing was observed. */
  observed: Float64Array;
  /** By model [time, station]; NaN where it says nothing. */
  forecasts: readonly Float64Array[];
}
