/** y = x W^T + b over the last axis, as PyTorch's `nn.Linear`. */
import type { Ops } from '../engine/ops.ts';
import { type ParameterSpec, type Parameters, SMALL_NORMAL, ZEROS } from '../engine/parameters.ts';

export function linearSpecs(
  inputs: number,
  outputs: number,
  { bias = true }: { bias?: boolean } = {},
): ParameterSpec[] {
  const specs: ParameterSpec[] = [{ name: 'weight', shape: [outputs, inputs], init: SMALL_NORMAL, role: 'trained' }];
  if (bias) specs.push({ name: 'bias', shape: [outputs], init: ZEROS, role: 'trained' });
  return specs;
}

/** x [..., inputs] -> [..., outputs]; adds a bias where the parameters have one. */
export function linear<T>(ops: Ops<T>, x: T, parameters: Parameters<T>): T {
  const bias = parameters.has('bias') ? parameters.get('bias') : undefined;
  return ops.matMul(x, parameters.get('weight'), { transposeB: true, bias });
}
