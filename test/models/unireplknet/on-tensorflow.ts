/** Runs blocks and networks on plain TensorFlow.js from tensors on the host, images channels-first as in the fixtures. */

import type * as TF from '@tensorflow/tfjs';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION, type Pass } from '../../../models/engine/pass.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { block, type Form } from '../../../models/unireplknet/block.ts';
import { inferBlockConfig, inferNetworkConfig } from '../../../models/unireplknet/infer-architecture.ts';
import { networkLogits } from '../../../models/unireplknet/network.ts';
import type { NamedTensor, Weights } from '../../../models/weights/safetensors.ts';
import { channelsFirst, channelsLast } from '../../parity/fixture.ts';

export const { tf } = await openTensorFlow();
export const ops = tensorFlowOps(tf);

export function place({ shape, values }: NamedTensor): TF.Tensor {
  return tf.tensor(values, [...shape], 'float32');
}

export function placeAll(weights: Weights): Map<string, TF.Tensor> {
  return new Map([...weights].map(([name, tensor]) => [name, place(tensor)]));
}

export function read(tensor: TF.Tensor): NamedTensor {
  return { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
}

/** A block where the weights are one, a whole network where they are one. */
export function run(weights: Weights, x: NamedTensor, form: Form, pass: Pass<TF.Tensor> = EVALUATION): NamedTensor {
  const whole = weights.has('head.weight');
  tf.engine().startScope();
  try {
    const parameters = new Parameters(placeAll(weights));
    const image = place(channelsLast(x));
    if (whole) return read(networkLogits(ops, image, parameters, inferNetworkConfig(weights), form, pass));
    return channelsFirst(read(block(ops, image, parameters, inferBlockConfig(weights), form, pass)));
  } finally {
    tf.engine().endScope();
  }
}

/** Training with drop path off; collects the running statistics that come out. */
export function trainingPass(statistics: Map<string, NamedTensor>): Pass<TF.Tensor> {
  return {
    training: true,
    random: () => {
      throw new Error('nothing should be drawn');
    },
    onStatistic: (name, value) => statistics.set(name, read(value)),
  };
}
