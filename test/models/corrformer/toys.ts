/** The reference's toys in TensorFlow, for the tests of this folder. */
import { readFileSync } from 'node:fs';
import type * as TF from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { CorrFormerConfig } from '../../../models/corrformer/config.ts';
import { type CorrFormerInputs, corrFormer, type Places } from '../../../models/corrformer/network.ts';
import { EVALUATION, Parameters, type Pass } from '../../../models/engine/parameters.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import type { Form } from '../../../models/unireplknet/block.ts';
import { decodeSafetensors, type NamedTensor, type Weights } from '../../../models/weights/safetensors.ts';
import { largestMagnitude } from '../../parity/gradients.ts';

export const { tf } = await openTensorFlow('plain');
export const ops = tensorFlowOps(tf);

export function readFixture(name: string): Weights {
  const path = new URL(`../../fixtures/parity/${name}.safetensors`, import.meta.url);
  return decodeSafetensors(readFileSync(path), name).tensors;
}

export function tensor({ shape, values }: NamedTensor): TF.Tensor {
  return tf.tensor(values, [...shape]);
}

export function onEngine(weights: Weights): Map<string, TF.Tensor> {
  return new Map([...weights].map(([name, value]) => [name, tensor(value)]));
}

export interface Toy {
  config: CorrFormerConfig;
  places: Places;
  inputs: CorrFormerInputs<NamedTensor>;
}

export function forecast(
  { config, places, inputs }: Toy,
  weights: ReadonlyMap<string, TF.Tensor>,
  form: Form,
  pass: Pass<TF.Tensor> = EVALUATION,
): TF.Tensor {
  const { series, marks, decoderMarks } = inputs;
  const given = { series: tensor(series), marks: tensor(marks), decoderMarks: tensor(decoderMarks) };
  return corrFormer(ops, given, places, new Parameters(weights), config, form, pass);
}

/** The largest error over the largest magnitude. */
export function relativeError(actual: TF.Tensor, expected: NamedTensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  return largestMagnitude(expected.values.map((value, i) => values[i] - value)) / largestMagnitude(expected.values);
}
