/** Layer normalisation over the last axis (the channels, at every pixel or time step), with the biased variance. */
import type { Ops } from '../engine/ops.ts';
import { ONES, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';

export function layerNormSpecs(channels: number): ParameterSpec[] {
  return [
    { name: 'weight', shape: [channels], init: ONES, role: 'trained' },
    { name: 'bias', shape: [channels], init: ZEROS, role: 'trained' },
  ];
}

/** x [..., channels] to the same shape. The networks differ in epsilon: say which. */
export function layerNorm<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, epsilon: number): T {
  return ops.layerNorm(x, parameters.get('weight'), parameters.get('bias'), epsilon);
}
