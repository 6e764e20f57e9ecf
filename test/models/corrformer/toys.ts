/** CorrFormers on plain TensorFlow.js, for the tests of this folder. */

import type * as TF from '@tensorflow/tfjs';
import { type CorrFormerConfig, type EncoderConfig, REFERENCE_SIZES } from '../../../models/corrformer/config.ts';
import { type CorrFormerInputs, corrFormer, corrFormerSpecs, type Places } from '../../../models/corrformer/network.ts';
import { initialise } from '../../../models/engine/initialise.ts';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION, type Pass } from '../../../models/engine/pass.ts';
import type { Form } from '../../../models/unireplknet/block.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { ops, place } from '../unireplknet/on-tensorflow.ts';

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

/** A small CorrFormer with its own encoder, to be varied. */
export const SMALL: CorrFormerConfig = {
  ...REFERENCE_SIZES,
  stationsPerNode: 3,
  branching: [2, 2],
  inputHours: 12,
  labelHours: 6,
  leadHours: 6,
  dModel: 8,
  heads: 2,
  dFeedForward: 10,
  movingAverage: 5,
  encoder: { kind: 'corrformer', layers: 1 },
};

/** A small UniRepLKNet that fits it as an encoder. */
export const IMAGE_ENCODER: Extract<EncoderConfig, { kind: 'unireplknet' }> = {
  kind: 'unireplknet',
  network: {
    inChannels: 1,
    depths: [1, 1, 1, 1],
    dims: [4, 4, 4, 8],
    kernels: [[3], [7], [3], [3]],
    dropPathRate: 0.3,
    layerScaleInit: 0.5,
  },
  image: [8, 12],
  tokenOrder: 'tokens',
};

/** Every kind of CorrFormer that there is, small. */
export const KINDS: readonly (readonly [string, CorrFormerConfig])[] = [
  ['its own encoder', SMALL],
  ['an image encoder', { ...SMALL, encoder: IMAGE_ENCODER }],
  ['three levels', { ...SMALL, branching: [2, 1, 3] }],
  ['one level and two causal blocks', { ...SMALL, branching: [5], tcnLayers: 2 }],
  ['a decoder shorter than its input', { ...SMALL, labelHours: 2, leadHours: 5, decoderLayers: 2 }],
];

/** Random windows and places for a configuration. */
export function toyOf(config: CorrFormerConfig, windows: number): Toy {
  const { normal } = seededRandom('windows');
  const slots = config.branching.reduce((a, b) => a * b) * config.stationsPerNode;
  const hours = config.labelHours + config.leadHours;
  return {
    config,
    places: { geography: tensorOf([slots * 3], normal).values, mask: new Float32Array(slots).fill(1) },
    inputs: {
      series: tensorOf([windows, config.inputHours, slots], () => 280 + 10 * normal()),
      marks: tensorOf([windows, config.inputHours, 4], normal),
      decoderMarks: tensorOf([windows, hours, 4], normal),
    },
  };
}

export function freshWeights(config: CorrFormerConfig): Map<string, NamedTensor> {
  return initialise(corrFormerSpecs(config, 'training'), seededRandom('weights'));
}

function tensorOf(shape: number[], draw: () => number): NamedTensor {
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, draw) };
}
