/**
 * What the trainer knows of a network: its parameters, how examples of it are cut from observations, what is minimised
 * and how it is judged. Everything else (order, optimizer, averages, checkpoints, logs) is the trainer's, and the same for all.
 *
 * A network reads all stations of a dataset at once, or some of them: a *unit* is what it reads of one init, in whatever
 * form it likes (a node of the station tree, a whole station list). An example is a unit at an init.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Random } from '../../src/domain/random.ts';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { ParameterSpec } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import type { Weights } from '../weights/safetensors.ts';

export interface Example<Unit> {
  /** Holds at least the hours from the model kind's history up to init + LEAD_HOURS; nothing outside them may be read. */
  observations: Series;
  unit: Unit;
  init: Hour;
}

/** A mean in the making, so that batches of unequal weight add up. */
export interface Sum {
  sum: number;
  count: number;
}

/** By name. `loss` must be among them. */
export type Measures = Readonly<Record<string, Sum>>;

/** What of a source's stations may be seen together. */
export interface Sight {
  /** Whether they are simultaneous. */
  neighbours: boolean;
}

/**
 * The units of every init. The order decides nothing but which example has which number.
 * @param stations that may be seen
 * @param forecast those among them whose forecasts count
 */
export type Units<Unit> = (stations: readonly Station[], forecast: readonly Station[], sight: Sight) => readonly Unit[];

export interface Trainable<Unit, Batch> {
  readonly specs: readonly ParameterSpec[];
  /** Parameters that come of the data before the first step, and are not trained. */
  readonly fixed?: Weights;
  units: Units<Unit>;
  /** Typed arrays. With `random`, for training: whatever is varied at random. It is called for every step, so be quick. */
  makeBatch(examples: readonly Example<Unit>[], random?: Random): Batch;
  /** Runs inside `tf.tidy`; `weights` are in training form. */
  loss(weights: ReadonlyMap<string, tfjs.Tensor>, batch: Batch, pass: Pass<tfjs.Tensor>): tfjs.Scalar;
  /** In evaluation mode, inside `tf.tidy`. */
  measure(weights: ReadonlyMap<string, tfjs.Tensor>, batch: Batch): Measures;
}

/** Of whatever network: what its units and batches are is its own affair. */
export type AnyTrainable = Trainable<unknown, unknown>;
