/** What the published forecaster is trained for: the mean squared error of its forecast, in units. */
import type * as tfjs from '@tensorflow/tfjs';
import type { CorrFormerConfig } from '../../corrformer/config.ts';
import { type CorrFormerInputs, corrFormer, type Places } from '../../corrformer/network.ts';
import { Parameters } from '../../engine/parameters.ts';
import type { Pass } from '../../engine/pass.ts';
import { tensorFlowOps } from '../../engine/tensorflow.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import type { Loss } from '../optimizer/train-step.ts';

export interface CorrFormerExample {
  inputs: CorrFormerInputs<NamedTensor>;
  /** [window, leadHours, node * slot], in units; any number where there is none. */
  targets: NamedTensor;
  /** As `targets`: 1 where the target counts, else 0. By default all but padding. */
  counted?: NamedTensor;
}

/** Over all windows, leads and stations; what does not count is left out of the mean. */
export function corrFormerLoss(
  tf: TensorFlowModule,
  config: CorrFormerConfig,
  places: Places,
  example: CorrFormerExample,
): Loss {
  const counted = example.counted ?? countedByMask(example.targets, places);
  const count = counted.values.reduce((sum, weight) => sum + weight, 0);
  return (weights, pass) => {
    const errors = corrFormerErrors(tf, config, places, { ...example, counted }, weights, pass);
    return tf.div(tf.sum(tf.square(errors)), Math.max(1, count)) as tfjs.Scalar;
  };
}

/** Forecast - target, 0 where nothing counts: [window, leadHours, node * slot]. */
export function corrFormerErrors(
  tf: TensorFlowModule,
  config: CorrFormerConfig,
  places: Places,
  { inputs, targets, counted }: Required<CorrFormerExample>,
  weights: ReadonlyMap<string, tfjs.Tensor>,
  pass: Pass<tfjs.Tensor>,
): tfjs.Tensor {
  const place = ({ values, shape }: NamedTensor) => tf.tensor(values, [...shape]);
  const given = {
    series: place(inputs.series),
    marks: place(inputs.marks),
    decoderMarks: place(inputs.decoderMarks),
  };
  const ops = tensorFlowOps(tf);
  const forecast = corrFormer(ops, given, places, new Parameters(weights), config, 'training', pass);
  return tf.mul(tf.sub(forecast, place(targets)), place(counted));
}

function countedByMask({ shape, values }: NamedTensor, { mask }: Places): NamedTensor {
  return { shape, values: Float32Array.from(values, (_, index) => mask[index % mask.length]) };
}
