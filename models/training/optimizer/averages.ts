/**
 * The exponential moving average of all parameters, running statistics included: what is validated and kept. It starts warm:
 * the share of the old average grows from 1/11 at the first step to its full size, so that the start is soon forgotten.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Weights } from '../../weights/safetensors.ts';

export class Averages {
  readonly #values: Map<string, { shape: number[]; values: Float32Array }>;
  readonly #decay: number;

  /** @param decay the share of the old average that stays at each step; 0 for none */
  constructor(start: Weights, decay: number) {
    this.#decay = decay;
    this.#values = new Map(
      [...start].map(([name, { shape, values }]) => [name, { shape: [...shape], values: values.slice() }]),
    );
  }

  /** @param step from 1 */
  follow(variables: ReadonlyMap<string, tfjs.Variable>, step: number): void {
    const keep = Math.min(this.#decay, step / (step + 10));
    for (const [name, { values }] of this.#values) {
      const now = variables.get(name)!.dataSync();
      for (let i = 0; i < values.length; i++) values[i] = keep * values[i] + (1 - keep) * now[i];
    }
  }

  /** As they are now; they change with the next step. */
  current(): Weights {
    return this.#values;
  }

  /** A copy. */
  copy(): Map<string, { shape: number[]; values: Float32Array }> {
    return new Map([...this.#values].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
  }
}
