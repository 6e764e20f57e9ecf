/** CorrFormers on plain TensorFlow.js, for the tests of this folder. */
import type * as TF from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { CorrFormerConfig } from '../../../models/corrformer/config.ts';
import { type CorrFormerInputs, corrFormer, type Places } from '../../../models/corrformer/network.ts';
import { EVALUATION, Parameters, type Pass } from '../../../models/engine/parameters.ts';
import type { Form } from '../../../models/unireplknet/block.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';
import { difference } from '../../parity/fixture.ts';
import { ops, place, read } from '../unireplknet/on-tensorflow.ts';

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
  const given = { series: place(series), marks: place(marks), decoderMarks: place(decoderMarks) };
  return corrFormer(ops, given, places, new Parameters(weights), config, form, pass);
}

/** The largest error over the largest magnitude. */
export function relativeError(actual: TF.Tensor, expected: NamedTensor): number {
  expect(actual.shape).toEqual(expected.shape);
  return difference(read(actual), expected).relative;
}
