/**
 * Global response normalisation (Woo et al. 2023): lifts the channels whose norm over the image is above the average.
 * Its offset `beta` commutes with the linear map that follows, so the fused form has it in that map's bias.
 */
import type { Ops } from '../engine/ops.ts';
import { type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';
import type { Form } from './depthwise.ts';

const EPSILON = 1e-6;
/**
 * The square root has an infinite slope at 0, where a channel is dark over the whole image; the reference takes the
 * slope there as 0, and so does this floor, which no real sum of squares comes near. The fused form has no gradients.
 */
const FLOOR = 1e-30;

export function globalResponseNormSpecs(channels: number, form: Form): ParameterSpec[] {
  const shape = [1, 1, 1, channels];
  const gamma: ParameterSpec = { name: 'gamma', shape, init: ZEROS, role: 'trained' };
  return form === 'fused' ? [gamma] : [gamma, { name: 'beta', shape, init: ZEROS, role: 'trained' }];
}

/** x [n, h, w, c] to the same shape: (gamma norm / mean norm + 1) x + beta. */
export function globalResponseNorm<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, form: Form): T {
  const squares = ops.sum(ops.mul(x, x), [1, 2], true);
  const norm = ops.sqrt(form === 'fused' ? squares : ops.maximum(squares, ops.constant([FLOOR], [])));
  const average = ops.add(ops.mean(norm, [-1], true), ops.constant([EPSILON], []));
  const lift = ops.mul(parameters.get('gamma'), ops.div(norm, average));
  const y = ops.mul(x, ops.add(lift, ops.constant([1], [])));
  return form === 'fused' ? y : ops.add(y, parameters.get('beta'));
}
