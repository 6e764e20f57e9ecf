/** One step of training: gradients of a loss, over as many windows as wanted, and what the optimizer makes of them. */

import type * as tfjs from '@tensorflow/tfjs';
import type { Pass } from '../../engine/pass.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import type { AdamW } from './adamw.ts';
import { type RecomputeOptions, recomputing } from './recompute.ts';

export type Loss = (weights: ReadonlyMap<string, tfjs.Tensor>, pass: Pass<tfjs.Tensor>) => tfjs.Scalar;

export interface GradientOptions {
  /** Uniform in [0, 1), for drop path and dropout. */
  random: () => number;
  /** Computes in pieces, and again on the way back (`recompute.ts`); by default at once. */
  pieces?: Omit<RecomputeOptions, 'trained'>;
}

export interface TrainStepOptions extends GradientOptions {
  optimizer: AdamW;
  learningRate: number;
}

/**
 * @param variables all parameters by name; the trainable ones are trained, the others are running statistics.
 * @param losses one for each window of the step. Their gradients are averaged, one after the other, and so are they.
 * @returns the mean loss before the step, and the global norm of the gradients. Where the norm is no number, no parameter
 * has been changed by them.
 */
export function trainStep(
  tf: TensorFlowModule,
  variables: ReadonlyMap<string, tfjs.Variable>,
  losses: readonly Loss[],
  options: TrainStepOptions,
): { loss: number; gradientNorm: number } {
  let gradients: Record<string, tfjs.Tensor> = {};
  let total = 0;
  for (const loss of losses) {
    const own = gradientsOf(tf, variables, loss, options);
    total += own.loss / losses.length;
    const before = gradients;
    gradients = tf.tidy(() => {
      const share = Object.entries(own.gradients).map(([name, gradient]): [string, tfjs.Tensor] => {
        const mean = losses.length === 1 ? gradient : tf.div(gradient, losses.length);
        return [name, before[name] ? tf.add(before[name], mean) : mean];
      });
      return Object.fromEntries(share);
    });
    const used = new Set(Object.values(gradients));
    tf.dispose([...Object.values(before), ...Object.values(own.gradients)].filter((tensor) => !used.has(tensor)));
  }
  const gradientNorm = options.optimizer.apply(variables, gradients, options.learningRate);
  tf.dispose(gradients);
  return { loss: total, gradientNorm };
}

/** Of one window; the running statistics have followed it. The caller disposes the gradients. */
export function gradientsOf(
  tf: TensorFlowModule,
  variables: ReadonlyMap<string, tfjs.Variable>,
  loss: Loss,
  { random, pieces }: GradientOptions,
): { loss: number; gradients: Record<string, tfjs.Tensor> } {
  const trained = [...variables].filter(([, variable]) => variable.trainable);
  const statistics = new Map<string, tfjs.Tensor>();
  const whole: Pass<tfjs.Tensor> = {
    training: true,
    random,
    onStatistic: (name, value) => statistics.set(name, tf.keep(value)),
  };
  const names = new Map(trained.map(([name, variable]) => [variable.name, name]));
  const pass = pieces ? recomputing(tf, whole, { ...pieces, trained: new Set(names.values()) }) : whole;
  const { value, grads } = tf.variableGrads(
    () => loss(variables, pass),
    trained.map(([, variable]) => variable),
  );
  for (const [name, statistic] of statistics) {
    variables.get(name)!.assign(statistic);
    statistic.dispose();
  }
  const result = value.dataSync()[0];
  value.dispose();
  const named = Object.entries(grads).map(([name, gradient]) => [names.get(name)!, gradient]);
  return { loss: result, gradients: Object.fromEntries(named) };
}
