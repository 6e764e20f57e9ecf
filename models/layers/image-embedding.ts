/**
 * Series as a single-channel image, and what UniRepLKNet sees in it: tokens [n, hour, dModel] are read as the image
 * [n, hour, dModel, 1] (Ding et al. 2024, the time-series model); the last feature map, flattened, is the result.
 */
import type { Ops } from '../engine/ops.ts';
import type { ParameterSpec, Parameters } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import type { Form } from '../unireplknet/block.ts';
import { type NetworkConfig, networkFeatures, networkSpecs } from '../unireplknet/network.ts';
import { linear, linearSpecs } from './linear.ts';

/** All of a backbone but its one input channel. */
export type ImageBackbone = Omit<NetworkConfig, 'inChannels'>;

export function tokenSpecs(series: number, dModel: number): ParameterSpec[] {
  return linearSpecs(3 * series, dModel, { bias: false });
}

/** CorrFormer's token convolution (Wu et al. 2023, equation 1), which runs round in time: series [n, hour, s] -> [n, hour, dModel]. */
export function tokens<T>(ops: Ops<T>, series: T, parameters: Parameters<T>): T {
  const hours = ops.shape(series)[1];
  const before = ops.concat([ops.slice(series, 1, hours - 1, hours), ops.slice(series, 1, 0, hours - 1)], 1);
  const after = ops.concat([ops.slice(series, 1, 1, hours), ops.slice(series, 1, 0, 1)], 1);
  return linear(ops, ops.concat([before, series, after], 2), parameters);
}

export function imageBackboneSpecs(backbone: ImageBackbone, form: Form): ParameterSpec[] {
  return networkSpecs({ ...backbone, inChannels: 1 }, form);
}

/** How many values `imageFeatures` gives for an image. */
export function imageFeatureCount(hours: number, dModel: number, backbone: ImageBackbone): number {
  return featureMapSize(hours) * featureMapSize(dModel) * backbone.dims[3];
}

/** Height and width of the last feature map: five convolutions of stride 2 and padding 1. */
function featureMapSize(size: number): number {
  let result = size;
  for (let halving = 0; halving < 5; halving++) result = Math.floor((result - 1) / 2) + 1;
  return result;
}

/** Tokens [n, hour, dModel] -> [n, features]. */
export function imageFeatures<T>(
  ops: Ops<T>,
  embedded: T,
  parameters: Parameters<T>,
  backbone: ImageBackbone,
  form: Form,
  pass: Pass<T>,
): T {
  const [, hours, dModel] = ops.shape(embedded);
  const image = ops.reshape(embedded, [-1, hours, dModel, 1]);
  const last = networkFeatures(ops, image, parameters, { ...backbone, inChannels: 1 }, form, pass)[3];
  const [, ...sizes] = ops.shape(last);
  return ops.reshape(last, [-1, sizes.reduce((product, size) => product * size, 1)]);
}
