/** What the published forecaster is trained for: the mean squared error of its forecast, in units. */
import type * as tfjs from '@tensorflow/tfjs';
import type { CorrFormerConfig } from '../corrformer/config.ts';
import { type CorrFormerInputs, corrFormer, type Places } from '../corrformer/network.ts';
import { Parameters } from '../engine/parameters.ts';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import type { Loss } from './train-step.ts';

export interface CorrFormerExample {
  inputs: CorrFormerInputs<NamedTensor>;
  /** [window, leadHours, node * slot], in units; 0 in padding. */
  targets: NamedTensor;
}

/** Over all windows, leads and stations; padding does not count. */
export function corrFormerLoss(
  tf: TensorFlowModule,
  config: CorrFormerConfig,
  places: Places,
  { inputs, targets }: CorrFormerExample,
): Loss {
  const place = ({ values, shape }: NamedTensor) => tf.tensor(values, [...shape]);
  return (weights, pass) => {
    const given = {
      series: place(inputs.series),
      marks: place(inputs.marks),
      decoderMarks: place(inputs.decoderMarks),
    };
    const ops = tensorFlowOps(tf);
    const forecast = corrFormer(ops, given, places, new Parameters(weights), config, 'training', pass);
    const error = tf.square(tf.sub(forecast, place(targets)));
    const counted = tf.mul(error, tf.tensor(places.mask, [1, 1, places.mask.length]));
    const stations = places.mask.reduce((sum, real) => sum + real, 0);
    return tf.div(tf.sum(counted), (targets.values.length / places.mask.length) * stations) as tfjs.Scalar;
  };
}
