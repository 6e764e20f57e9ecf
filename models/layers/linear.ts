/** y = x W^T + b over the last axis, as PyTorch's `nn.Linear`. */
import type { Ops } from '../engine/ops.ts';
import { type Initializer, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';

export function linearSpecs(
  inputs: number,
  outputs: number,
  weight: Initializer,
  { bias = ZEROS }: { bias?: Initializer | false } = {},
): ParameterSpec[] {
  const specs: ParameterSpec[] = [{ name: 'weight', shape: [outputs, inputs], init: weight, role: 'trained' }];
  if (bias) specs.push({ name: 'bias', shape: [outputs], init: bias, role: 'trained' });
  return specs;
}

/** [..., inputs] -> [..., outputs]. */
export function linear<T>(ops: Ops<T>, parameters: Parameters<T>, x: T, { bias = true }: { bias?: boolean } = {}): T {
  const y = ops.matMul(x, parameters.get('weight'), { transposeB: true });
  return bias ? ops.add(y, parameters.get('bias')) : y;
}
