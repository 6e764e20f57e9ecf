/** What teaches a network how large its error will be, and leaves the forecast itself alone. */
import type * as tfjs from '@tensorflow/tfjs';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';

/**
 * The negative logarithm of the Laplace density of the errors, |e| / scale + log scale: least where the scale is the expected
 * absolute error. The gradient reaches the scale only.
 * @param errors any shape; what they were computed from gets no gradient
 * @param logScale of that shape
 */
export function scaleLoss(tf: TensorFlowModule, errors: tfjs.Tensor, logScale: tfjs.Tensor): tfjs.Tensor {
  const size = tf.abs(detached(tf, errors));
  return tf.add(tf.mul(size, tf.exp(tf.neg(logScale))), logScale);
}

/** The same values, through which no gradient goes. */
export function detached(tf: TensorFlowModule, x: tfjs.Tensor): tfjs.Tensor {
  const pass = tf.customGrad((value) => ({
    value: tf.clone(value as tfjs.Tensor),
    gradFunc: (gradient: tfjs.Tensor) => tf.zerosLike(gradient),
  }));
  return pass(x);
}
