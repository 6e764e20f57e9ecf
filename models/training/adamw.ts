/**
 * AdamW (Loshchilov and Hutter 2019): Adam with weight decay apart from the gradient, and clipping by the global norm.
 * Written here since TensorFlow.js has no decoupled decay and hides its optimizers' state from a checkpoint.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Applied to weights of two or more axes only: not to biases, norms and scales. */
  weightDecay?: number;
  /** Largest global norm of the gradients; larger ones are scaled down. */
  clipNorm?: number;
}

export class AdamW {
  readonly #tf: TensorFlowModule;
  readonly #options: Required<AdamWOptions>;
  readonly #moments = new Map<string, { first: tfjs.Variable; second: tfjs.Variable }>();
  #step = 0;

  constructor(tf: TensorFlowModule, options: AdamWOptions = {}) {
    this.#tf = tf;
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1, ...options };
  }

  /** One step over all gradients, by parameter name. Disposes nothing that was handed in. */
  apply(
    variables: ReadonlyMap<string, tfjs.Variable>,
    gradients: Record<string, tfjs.Tensor>,
    learningRate: number,
  ): void {
    const tf = this.#tf;
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    this.#step++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** this.#step)) / (1 - beta1 ** this.#step);
    // A tidy for each parameter: what its step needs is many times its size.
    const squares = Object.values(gradients).map((gradient) => tf.tidy(() => tf.sum(tf.square(gradient))));
    const shrink = tf.tidy(() => tf.minimum(1, tf.div(clipNorm, tf.add(tf.sqrt(tf.addN(squares)), 1e-12))));
    for (const [name, gradient] of Object.entries(gradients)) {
      const variable = variables.get(name)!;
      const { first, second } = this.#momentsOf(name, variable);
      tf.tidy(() => {
        const clipped = tf.mul(gradient, shrink);
        first.assign(tf.add(tf.mul(first, beta1), tf.mul(clipped, 1 - beta1)));
        second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(clipped), 1 - beta2)));
        const decay = variable.rank >= 2 ? 1 - learningRate * weightDecay : 1;
        const step = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), epsilon));
        variable.assign(tf.sub(tf.mul(variable, decay), step));
      });
    }
    tf.dispose([...squares, shrink]);
  }

  #momentsOf(name: string, variable: tfjs.Variable) {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zeros = () => this.#tf.tidy(() => this.#tf.variable(this.#tf.zerosLike(variable), false));
      moments = { first: zeros(), second: zeros() };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) {
      first.dispose();
      second.dispose();
    }
    this.#moments.clear();
  }
}
