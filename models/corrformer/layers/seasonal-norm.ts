/** Layer norm over the channels, less its mean over time, so that nothing but the seasonal part is left. */
import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../../engine/parameters.ts';
import { layerNorm, layerNormSpecs } from '../../layers/layer-norm.ts';

const EPSILON = 1e-5;

export function seasonalNormSpecs(dModel: number): ParameterSpec[] {
  return nest('layernorm', layerNormSpecs(dModel));
}

/** x [n, time, dModel] to the same shape. */
export function seasonalNorm<T>(ops: Ops<T>, x: T, parameters: Parameters<T>): T {
  const normalised = layerNorm(ops, x, parameters.scope('layernorm'), EPSILON);
  return ops.sub(normalised, ops.mean(normalised, [1], true));
}
