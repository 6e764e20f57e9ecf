/**
 * All that a training is at a step: parameters, their averages, the optimizer's moments, the best so far. Random numbers
 * and the order of the examples follow from the seed and the step, so that there is no state of theirs to keep.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/domain/random.ts';
import { initialise } from '../../engine/initialise.ts';
import type { ParameterSpec } from '../../engine/parameters.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import type { Weights } from '../../weights/safetensors.ts';
import { AdamW, type AdamWState } from '../optimizer/adamw.ts';
import { Averages } from '../optimizer/averages.ts';
import type { TrainingSettings } from '../training-config.ts';

export interface Best {
  step: number;
  /** Means over the validation examples. */
  validation: Record<string, number>;
  /** The averages. */
  weights: Weights;
}

/** The state on the host, as checkpoints hold it. */
export interface Snapshot {
  step: number;
  weights: Weights;
  averages: Weights;
  optimizer: AdamWState;
  best?: Best;
  /** Validations since the best one. */
  sinceBest: number;
  /** Losses since the last report. */
  losses: { sum: number; count: number };
  /** Spent so far. */
  seconds: number;
}

/** The state at step 0: weights drawn from the seed, or those handed in. */
export function freshSnapshot(specs: readonly ParameterSpec[], seed: number, start?: Weights): Snapshot {
  const drawn = initialise(specs, seededRandom(seed));
  const weights = new Map([...drawn].map(([name, tensor]) => [name, start?.get(name) ?? tensor]));
  return {
    step: 0,
    weights,
    averages: weights,
    optimizer: { step: 0, first: new Map(), second: new Map() },
    sinceBest: 0,
    losses: { sum: 0, count: 0 },
    seconds: 0,
  };
}

/** The state of a training that runs: its parameters are the engine's. Call `dispose` at the end. */
export class TrainingState {
  readonly variables: ReadonlyMap<string, tfjs.Variable>;
  readonly optimizer: AdamW;
  readonly averages: Averages;
  step: number;
  best: Best | undefined;
  sinceBest: number;
  losses: Snapshot['losses'];
  seconds: number;
  readonly #tf: TensorFlowModule;

  constructor(
    tf: TensorFlowModule,
    specs: readonly ParameterSpec[],
    snapshot: Snapshot,
    settings: Pick<TrainingSettings, 'weightDecay' | 'clipNorm' | 'averageDecay'>,
  ) {
    this.#tf = tf;
    this.variables = new Map(
      specs.map(({ name, shape, role }) => {
        const values = snapshot.weights.get(name)!.values.slice();
        return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), role === 'trained'))];
      }),
    );
    this.optimizer = new AdamW(tf, { weightDecay: settings.weightDecay, clipNorm: settings.clipNorm });
    this.optimizer.restore(snapshot.optimizer);
    this.averages = new Averages(snapshot.averages, settings.averageDecay);
    this.step = snapshot.step;
    this.best = snapshot.best;
    this.sinceBest = snapshot.sinceBest;
    this.losses = { ...snapshot.losses };
    this.seconds = snapshot.seconds;
  }

  /** The moments in it are the optimizer's own: use it before the next step. */
  snapshot(): Snapshot {
    const weights = new Map(
      [...this.variables].map(([name, variable]) => [
        name,
        { shape: variable.shape, values: Float32Array.from(variable.dataSync()) },
      ]),
    );
    const { step, best, sinceBest, seconds } = this;
    const averages = this.averages.copy();
    return {
      step,
      weights,
      averages,
      optimizer: this.optimizer.state(),
      best,
      sinceBest,
      losses: { ...this.losses },
      seconds,
    };
  }

  dispose(): void {
    this.#tf.dispose([...this.variables.values()]);
  }
}
