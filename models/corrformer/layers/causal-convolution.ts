/**
 * The temporal convolutional network that runs along the order of siblings: blocks of two causal convolutions of
 * kernel 3 and dilation 3^i with weight normalisation, each followed by ReLU and dropout, and a residual connection.
 * Source: TCN (Bai et al. 2018), as CorrFormer uses it.
 */
import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../../engine/parameters.ts';
import { fanInUniform, trained } from './torch-init.ts';

const KERNEL = 3;
/** Fixed in the reference, whatever the dropout of the rest. */
const DROPOUT = 0.2;

export function causalConvolutionSpecs(channels: number, layers: number): ParameterSpec[] {
  const init = fanInUniform(channels * KERNEL);
  const convolution = [
    trained('bias', [channels], init),
    // The norm of the weights as they start: sqrt(fan in) times the deviation of a uniform in +-1/sqrt(fan in).
    trained('weight_g', [channels, 1, 1], { kind: 'constant', value: Math.sqrt(1 / 3) }),
    trained('weight_v', [channels, channels, KERNEL], init),
  ];
  return Array.from({ length: layers }, (_, layer) => [
    ...nest(`network.${layer}.conv1`, convolution),
    ...nest(`network.${layer}.conv2`, convolution),
  ]).flat();
}

/** x [n, place, channels] to the same shape; a place sees itself and the places before it. */
export function causalConvolution<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  layers: number,
  dropout: (x: T, rate: number) => T,
): T {
  let result = x;
  for (let layer = 0; layer < layers; layer++) {
    const block = parameters.scope(`network.${layer}`);
    const convolve = (input: T, name: string) =>
      dropout(ops.relu(dilatedConvolution(ops, input, block.scope(name), KERNEL ** layer)), DROPOUT);
    result = ops.relu(ops.add(convolve(convolve(result, 'conv1'), 'conv2'), result));
  }
  return result;
}

function dilatedConvolution<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, dilation: number): T {
  const [, places, channels] = ops.shape(x);
  const padded = ops.pad(x, [
    [0, 0],
    [(KERNEL - 1) * dilation, 0],
    [0, 0],
  ]);
  const taps = Array.from({ length: KERNEL }, (_, tap) =>
    ops.slice(padded, 1, tap * dilation, tap * dilation + places),
  );
  const weight = normalisedWeight(ops, parameters.get('weight_g'), parameters.get('weight_v'));
  const matrix = ops.reshape(ops.transpose(weight, [0, 2, 1]), [-1, KERNEL * channels]);
  return ops.add(ops.matMul(ops.concat(taps, 2), matrix, { transposeB: true }), parameters.get('bias'));
}

/** g v / |v|, the norm over all but the output channel. */
function normalisedWeight<T>(ops: Ops<T>, g: T, v: T): T {
  return ops.mul(v, ops.div(g, ops.sqrt(ops.sum(ops.mul(v, v), [1, 2], true))));
}
