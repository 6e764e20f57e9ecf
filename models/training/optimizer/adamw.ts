/**
 * AdamW (Loshchilov and Hutter 2019): Adam with weight decay apart from the gradient, and clipping by the global norm.
 *
 * Written here since TensorFlow.js has no decoupled decay and hides its optimizers' state from a checkpoint. It computes
 * on the host: a dozen operations for each of hundreds of small tensors cost TensorFlow.js more than the arithmetic.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import type { Weights } from '../../weights/safetensors.ts';

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Applied to weights of two or more axes only: not to biases, norms and scales. */
  weightDecay?: number;
  /** Largest global norm of the gradients; larger ones are scaled down. */
  clipNorm?: number;
}

/** What a training that goes on needs: the moments of each parameter, by its name. */
export interface AdamWState {
  step: number;
  first: Weights;
  second: Weights;
}

interface Moments {
  shape: readonly number[];
  first: Float32Array;
  second: Float32Array;
}

export class AdamW {
  readonly #tf: TensorFlowModule;
  readonly #options: Required<AdamWOptions>;
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(tf: TensorFlowModule, options: AdamWOptions = {}) {
    this.#tf = tf;
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1, ...options };
  }

  /**
   * One step over all gradients, by parameter name. Disposes nothing that was handed in.
   * @returns the global norm of the gradients before clipping; where it is no number, nothing has been changed.
   */
  apply(
    variables: ReadonlyMap<string, tfjs.Variable>,
    gradients: Record<string, tfjs.Tensor>,
    learningRate: number,
  ): number {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    // Gradients are read twice, so that no more than one of them is on the host at a time.
    const read = (gradient: tfjs.Tensor) => gradient.dataSync() as Float32Array;
    const norm = Math.sqrt(Object.values(gradients).reduce((sum, gradient) => sum + sumOfSquares(read(gradient)), 0));
    if (!Number.isFinite(norm)) return norm;
    this.#step++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
    const shrink = Math.min(1, clipNorm / (norm + 1e-12));
    for (const [name, tensor] of Object.entries(gradients)) {
      const gradient = read(tensor);
      const variable = variables.get(name)!;
      const { first, second } = this.#momentsOf(name, variable.shape, gradient.length);
      const decay = variable.rank >= 2 ? 1 - learningRate * weightDecay : 1;
      const weights = Float32Array.from(variable.dataSync());
      for (let i = 0; i < weights.length; i++) {
        const clipped = gradient[i] * shrink;
        first[i] = beta1 * first[i] + (1 - beta1) * clipped;
        second[i] = beta2 * second[i] + (1 - beta2) * clipped * clipped;
        weights[i] = decay * weights[i] - (rate * first[i]) / (Math.sqrt(second[i]) + epsilon);
      }
      this.#tf.tidy(() => variable.assign(this.#tf.tensor(weights, variable.shape)));
    }
    return norm;
  }

  state(): AdamWState {
    const of = (moment: 'first' | 'second') =>
      new Map([...this.#moments].map(([name, moments]) => [name, { shape: moments.shape, values: moments[moment] }]));
    return { step: this.#step, first: of('first'), second: of('second') };
  }

  restore({ step, first, second }: AdamWState): void {
    this.#step = step;
    this.#moments.clear();
    for (const [name, { shape, values }] of first) {
      const moments = { shape, first: values.slice(), second: second.get(name)!.values.slice() };
      this.#moments.set(name, moments);
    }
  }

  #momentsOf(name: string, shape: readonly number[], length: number): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      moments = { shape, first: new Float32Array(length), second: new Float32Array(length) };
      this.#moments.set(name, moments);
    }
    return moments;
  }
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}
