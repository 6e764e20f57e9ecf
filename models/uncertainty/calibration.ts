/**
 * Conformal calibration: a network tells how large its error will be (a scale), and the errors of validation forecasts,
 * divided by their scales, tell how to make quantiles of it: quantile = mean + scale * factor, with a factor for each channel,
 * lead hour and level. Monotone by construction, and right on average over the validation span whatever the scales are
 * worth (split conformal prediction: Lei et al. 2018).
 */
import { QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';
import { sortedQuantile } from '../evaluation/bootstrap.ts';
import type { NamedTensor } from '../weights/safetensors.ts';

const LEVELS = QUANTILE_LEVELS.length;

/** The calibration's name among the weights of an artefact. */
export const CALIBRATION = 'calibration';

export function calibrationShape(channels: number, leads: number): number[] {
  return [channels, leads, LEVELS];
}

/** Errors of validation forecasts, by channel and lead hour; what is over `capacity` in a cell is left out. */
export class StandardErrors {
  readonly #channels: number;
  readonly #leads: number;
  readonly #capacity: number;
  readonly #cells: Float32Array[];
  readonly #counts: Uint32Array;

  constructor(channels: number, leads: number, capacity: number) {
    this.#channels = channels;
    this.#leads = leads;
    this.#capacity = capacity;
    this.#cells = Array.from({ length: channels * leads }, () => new Float32Array(capacity));
    this.#counts = new Uint32Array(channels * leads);
  }

  /** @param error (observation - mean) / scale */
  add(channel: number, lead: number, error: number): void {
    const cell = channel * this.#leads + lead;
    if (this.#counts[cell] < this.#capacity) this.#cells[cell][this.#counts[cell]++] = error;
  }

  /** [channel, lead, level]; NaN where there were no errors. */
  factors(): NamedTensor {
    const values = new Float32Array(this.#cells.length * LEVELS).fill(Number.NaN);
    this.#cells.forEach((errors, cell) => {
      const sorted = errors.subarray(0, this.#counts[cell]).sort();
      if (sorted.length === 0) return;
      QUANTILE_LEVELS.forEach((level, index) => {
        values[cell * LEVELS + index] = sortedQuantile(sorted, level);
      });
    });
    return { shape: calibrationShape(this.#channels, this.#leads), values };
  }
}

/**
 * The quantiles of a channel and lead hour around a mean; `scale` in the unit of the mean. NaN where nothing was calibrated.
 * @param into is filled and given back: whoever asks for millions has one
 */
export function quantilesAround(
  { shape, values }: NamedTensor,
  channel: number,
  lead: number,
  mean: number,
  scale: number,
  into = new Float64Array(LEVELS),
): Float64Array {
  const first = (channel * shape[1] + lead) * LEVELS;
  for (let level = 0; level < LEVELS; level++) into[level] = mean + scale * values[first + level];
  return into;
}
