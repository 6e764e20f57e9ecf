/**
 * UniRepLKNet as the encoder: the embedding of a node, [hours, dModel], is read as an image of one channel, and the last
 * feature map as tokens for the decoder.
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import type { Form } from '../unireplknet/block.ts';
import { networkFeatures, networkSpecs } from '../unireplknet/network.ts';
import type { EncoderConfig } from './config.ts';

type ImageEncoderConfig = Extract<EncoderConfig, { kind: 'unireplknet' }>;

export function imageEncoderSpecs({ network }: ImageEncoderConfig, form: Form): ParameterSpec[] {
  return nest('net', networkSpecs(network, form));
}

/** x [window * node, time, dModel] to [window * node, token, channels of the last stage]. */
export function encodeImage<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  { network, image: [height, width], tokenOrder }: ImageEncoderConfig,
  form: Form,
  pass: Pass<T>,
): T {
  const image = ops.reshape(x, [-1, height, width, 1]);
  const last = networkFeatures(ops, image, parameters.scope('net'), network, form, pass)[3];
  const [, rows, columns, channels] = ops.shape(last);
  // 'raw': the public code takes channels-first memory as it lies, so that a token mixes pixels and channels.
  const memory = tokenOrder === 'tokens' ? last : ops.transpose(last, [0, 3, 1, 2]);
  return ops.reshape(memory, [-1, rows * columns, channels]);
}
