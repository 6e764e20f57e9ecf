/** What forecasts of all channels are trained and validated by: squared errors, and how well their size was known. */
import type * as tfjs from '@tensorflow/tfjs';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES } from '../../forecast-model.ts';
import { scaleLoss } from '../../uncertainty/loss.ts';
import type { Measures, Sum } from '../trainable.ts';

/** What a squared error counts in training: components are forecast too, and teach what moves, but are not what is judged. */
const CHANNEL_WEIGHTS: Readonly<Record<(typeof FORECAST_VARIABLES)[number], number>> = {
  temperature_2m: 1,
  wind_u_component_10m: 0.3,
  wind_v_component_10m: 0.3,
  wind_speed_10m: 1,
};
/** Of the scales, beside the forecast. */
const SCALE_WEIGHT = 0.1;
const CHANNELS = FORECAST_VARIABLES.length;

/** Each [example, ..., channel], the channel last. */
export interface Targets {
  targets: Float32Array;
  /** 1 where the target counts, else 0. */
  weights: Float32Array;
}

/** The mean error of a distribution, each [examples, outputs]. */
export function channelLoss(
  tf: TensorFlowModule,
  { mean, logScale }: { mean: tfjs.Tensor; logScale: tfjs.Tensor },
  { targets, weights }: Targets,
): tfjs.Scalar {
  const shape = mean.shape as [number, number];
  const channelWeights = tf.tensor1d(
    Float32Array.from({ length: shape[1] }, (_, index) => CHANNEL_WEIGHTS[FORECAST_VARIABLES[index % CHANNELS]]),
  );
  const error = tf.sub(mean, tf.tensor2d(targets, shape));
  const counted = tf.mul(tf.tensor2d(weights, shape), channelWeights);
  const each = tf.add(tf.square(error), tf.mul(scaleLoss(tf, error, logScale), SCALE_WEIGHT));
  return tf.div(tf.sum(tf.mul(each, counted)), tf.maximum(tf.sum(counted), 1)) as tfjs.Scalar;
}

/** The squared error: weighted as in training, in units of the scales; and of each variable in its unit. */
export function channelMeasures(
  forecast: ArrayLike<number>,
  { targets, weights }: Targets,
  scales: ArrayLike<number>,
): Measures {
  const sums = FORECAST_VARIABLES.map((): Sum => ({ sum: 0, count: 0 }));
  for (let i = 0; i < forecast.length; i++) {
    const sum = sums[i % CHANNELS];
    sum.sum += weights[i] * (forecast[i] - targets[i]) ** 2;
    sum.count += weights[i];
  }
  const loss = { sum: 0, count: 0 };
  sums.forEach(({ sum, count }, channel) => {
    const weight = CHANNEL_WEIGHTS[FORECAST_VARIABLES[channel]];
    loss.sum += weight * sum;
    loss.count += weight * count;
  });
  const inUnits = FORECAST_VARIABLES.map((name, channel) => {
    const { sum, count } = sums[channel];
    return [`mse ${name}`, { sum: sum * scales[channel] ** 2, count }] as const;
  });
  return { loss, ...Object.fromEntries(inUnits) };
}
