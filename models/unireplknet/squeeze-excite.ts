/** Squeeze-and-excitation (Hu et al. 2018): scales each channel by a gate in (0, 1) that sees the mean of all channels. */
import type { Ops } from '../engine/ops.ts';
import { type ParameterSpec, type Parameters, SMALL_NORMAL, ZEROS } from '../engine/parameters.ts';

/** The gate's two layers, `down` to a quarter of the channels and `up` again, are 1x1 convolutions in the checkpoints. */
export function squeezeExciteSpecs(channels: number): ParameterSpec[] {
  const inner = Math.floor(channels / 4);
  return [
    { name: 'down.weight', shape: [inner, channels, 1, 1], init: SMALL_NORMAL, role: 'trained' },
    { name: 'down.bias', shape: [inner], init: ZEROS, role: 'trained' },
    { name: 'up.weight', shape: [channels, inner, 1, 1], init: SMALL_NORMAL, role: 'trained' },
    { name: 'up.bias', shape: [channels], init: ZEROS, role: 'trained' },
  ];
}

/** x [n, h, w, c] to the same shape. */
export function squeezeExcite<T>(ops: Ops<T>, x: T, parameters: Parameters<T>): T {
  const pointwise = (y: T, name: string) =>
    ops.conv2d(y, parameters.get(`${name}.weight`), { bias: parameters.get(`${name}.bias`), stride: 1, padding: 0 });
  const squeezed = ops.mean(x, [1, 2], true);
  const gate = ops.sigmoid(pointwise(ops.relu(pointwise(squeezed, 'down')), 'up'));
  return ops.mul(x, gate);
}
