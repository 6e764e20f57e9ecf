/** The projections that both correlations share: queries, keys and values in heads, with time last, and the way back. */
import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../../engine/parameters.ts';
import { linear } from '../../layers/linear.ts';
import { torchLinearSpecs } from '../layers/torch-init.ts';

export const PROJECTIONS = ['query_projection', 'key_projection', 'value_projection', 'out_projection'] as const;

export function projectionSpecs(dModel: number): ParameterSpec[] {
  return PROJECTIONS.flatMap((name) => nest(name, torchLinearSpecs(dModel, dModel)));
}

/** [n, time, dModel] to [n, heads, dModel / heads, time]. */
export function projectToHeads<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, heads: number): T {
  const [, time, dModel] = ops.shape(x);
  const split = ops.reshape(linear(ops, x, parameters), [-1, time, heads, dModel / heads]);
  return ops.transpose(split, [0, 2, 3, 1]);
}

/** [n, heads, width, time] to [n, time, dModel]. */
export function projectFromHeads<T>(ops: Ops<T>, x: T, parameters: Parameters<T>): T {
  const [, heads, width, time] = ops.shape(x);
  const joined = ops.reshape(ops.transpose(x, [0, 3, 1, 2]), [-1, time, heads * width]);
  return linear(ops, joined, parameters);
}
