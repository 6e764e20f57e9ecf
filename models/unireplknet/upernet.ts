/**
 * UPerNet (Xiao et al. 2018) on the four feature maps: segmentation, a class for each pixel. As OpenMMLab's `UPerHead`, which
 * the reference trains on ADE20K with 512 channels and 150 classes; weights carry the names of its checkpoints below
 * `decode_head.`.
 *
 *     const maps = networkFeatures(ops, x, parameters.scope('backbone'), config, form, pass);
 *     const logits = upernetLogits(ops, maps, parameters.scope('decode_head'), pass); // [n, h/4, w/4, classes]
 */
import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, SMALL_NORMAL, ZEROS } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import { batchNorm, batchNormSpecs } from '../layers/batch-norm.ts';
import { adaptiveAveragePool, resizeBilinear } from '../layers/resample.ts';

export interface UpernetConfig {
  /** Channels of the four maps. */
  dims: readonly number[];
  /** Channels within the head. */
  channels: number;
  classes: number;
}

/** Cells along each side of the pyramid's means. */
const POOLED = [1, 2, 3, 6] as const;

export function upernetSpecs({ dims, channels, classes }: UpernetConfig): ParameterSpec[] {
  const top = dims.length - 1;
  const below = dims.slice(0, top);
  return [
    { name: 'conv_seg.weight', shape: [classes, channels, 1, 1], init: SMALL_NORMAL, role: 'trained' },
    { name: 'conv_seg.bias', shape: [classes], init: ZEROS, role: 'trained' },
    ...POOLED.flatMap((_, i) => nest(`psp_modules.${i}.1`, unitSpecs(dims[top], channels, 1))),
    ...nest('bottleneck', unitSpecs(dims[top] + POOLED.length * channels, channels, 3)),
    ...below.flatMap((width, i) => nest(`lateral_convs.${i}`, unitSpecs(width, channels, 1))),
    ...below.flatMap((_, i) => nest(`fpn_convs.${i}`, unitSpecs(channels, channels, 3))),
    ...nest('fpn_bottleneck', unitSpecs(dims.length * channels, channels, 3)),
  ];
}

/** Feature maps [n, h/4, w/4, dims[0]] ... to [n, h/4, w/4, classes]. Dropout of training is left to the caller. */
export function upernetLogits<T>(
  ops: Ops<T>,
  maps: readonly T[],
  parameters: Parameters<T>,
  pass: Pass<NoInfer<T>>,
): T {
  const use = (x: T, name: string) => unit(ops, x, parameters.scope(name), pass);
  const top = maps.length - 1;
  const sizeOf = (x: T) => [ops.shape(x)[1], ops.shape(x)[2]] as const;
  const pyramid = POOLED.map((size, i) => {
    const pooled = use(adaptiveAveragePool(ops, maps[top], size), `psp_modules.${i}.1`);
    return resizeBilinear(ops, pooled, ...sizeOf(maps[top]));
  });
  const laterals = maps.slice(0, top).map((map, i) => use(map, `lateral_convs.${i}`));
  laterals.push(use(ops.concat([maps[top], ...pyramid], 3), 'bottleneck'));
  for (let i = top; i > 0; i--) {
    laterals[i - 1] = ops.add(laterals[i - 1], resizeBilinear(ops, laterals[i], ...sizeOf(laterals[i - 1])));
  }
  const outputs = laterals.map((lateral, i) => (i < top ? use(lateral, `fpn_convs.${i}`) : lateral));
  const largest = sizeOf(outputs[0]);
  const joined = outputs.map((output) => resizeBilinear(ops, output, ...largest));
  const mixed = use(ops.concat(joined, 3), 'fpn_bottleneck');
  const [weight, bias] = [parameters.get('conv_seg.weight'), parameters.get('conv_seg.bias')];
  return ops.conv2d(mixed, weight, { bias, stride: 1, padding: 0 });
}

/** OpenMMLab's ConvModule: a convolution without a bias, batch norm, ReLU. */
function unitSpecs(inputs: number, outputs: number, kernel: number): ParameterSpec[] {
  return [
    { name: 'conv.weight', shape: [outputs, inputs, kernel, kernel], init: SMALL_NORMAL, role: 'trained' },
    ...nest('bn', batchNormSpecs(outputs)),
  ];
}

function unit<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, pass: Pass<NoInfer<T>>): T {
  const weight = parameters.get('conv.weight');
  const y = ops.conv2d(x, weight, { stride: 1, padding: (ops.shape(weight)[2] - 1) / 2 });
  return ops.relu(batchNorm(ops, y, parameters.scope('bn'), pass));
}
