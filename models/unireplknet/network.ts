/**
 * UniRepLKNet (Ding et al. 2024), the whole backbone: a stem and four stages of blocks, each stage after the first behind
 * a halving of the image; either a classification head on the last stage, or the feature maps of all four.
 *
 *     const specs = networkSpecs(config, 'training');
 *     const logits = networkLogits(ops, images, new Parameters(tensors), config, 'training', EVALUATION);
 *
 * Parameters carry the names of the published checkpoints.
 */

import { KernelcastError } from '../../src/errors.ts';
import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, SMALL_NORMAL, ZEROS } from '../engine/parameters.ts';
import { inParts, type Pass } from '../engine/pass.ts';
import { dropPathRates } from '../layers/drop-path.ts';
import { layerNorm, layerNormSpecs } from '../layers/layer-norm.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import { type BlockConfig, block, blockSpecs, EXPANSION, type Form } from './block.ts';

export interface NetworkConfig {
  inChannels: number;
  /** Blocks in each of the four stages. */
  depths: readonly number[];
  /** Channels of each stage. */
  dims: readonly number[];
  /** The kernel size of each block, stage by stage. */
  kernels: readonly (readonly number[])[];
  /** Large kernels have no dilated branches in training. */
  plainKernels?: boolean;
  /** Of the last block; it grows from 0 in equal steps over all blocks. */
  dropPathRate: number;
  /** What the layer scales start at; 0 for none. */
  layerScaleInit: number;
  /** With a classification head (and the norm before it) of so many classes. */
  classes?: number;
  /** With a layer norm on each of the feature maps, as detectors and segmenters take them. */
  featureNorms?: boolean;
}

const STAGES = [0, 1, 2, 3] as const;
/** In bytes, of the widest map on the way: what the caches of a processor hold. Beyond it, computing waits for memory. */
const WIDEST_MAPS = 8 * 2 ** 20;
const MOST_IMAGES = 64;
const NORM_EPSILON = 1e-6;

/** @throws KernelcastError `MODEL` when the configuration contradicts itself. */
export function networkSpecs(config: NetworkConfig, form: Form): ParameterSpec[] {
  checkConfig(config);
  const { inChannels, dims, classes, featureNorms } = config;
  const blocks = blockConfigs(config);
  return [
    ...nest('downsample_layers.0', stemSpecs(inChannels, dims[0])),
    ...STAGES.slice(1).flatMap((stage) =>
      nest(`downsample_layers.${stage}`, halvingSpecs(dims[stage - 1], dims[stage], 0)),
    ),
    ...STAGES.flatMap((stage) =>
      blocks[stage].flatMap((blockConfig, i) => nest(`stages.${stage}.${i}`, blockSpecs(blockConfig, form))),
    ),
    ...(featureNorms ? STAGES.flatMap((stage) => nest(`norm${stage}`, layerNormSpecs(dims[stage]))) : []),
    ...(classes ? [...nest('norm', layerNormSpecs(dims[3])), ...nest('head', linearSpecs(dims[3], classes))] : []),
  ];
}

/** x [n, h, w, inChannels] to the feature maps of the four stages, [n, h/4, w/4, dims[0]] to [n, h/32, w/32, dims[3]]. */
export function networkFeatures<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: NetworkConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T[] {
  const maps = stageOutputs(ops, x, parameters, config, form, pass);
  if (!config.featureNorms) return maps;
  return maps.map((map, stage) => layerNorm(ops, map, parameters.scope(`norm${stage}`), NORM_EPSILON));
}

/** x [n, h, w, inChannels] to [n, classes]. */
export function networkLogits<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: NetworkConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  const last = stageOutputs(ops, x, parameters, config, form, pass)[3];
  const pooled = ops.mean(last, [1, 2]);
  return linear(ops, layerNorm(ops, pooled, parameters.scope('norm'), NORM_EPSILON), parameters.scope('head'));
}

/**
 * How many images of a size to compute at once, for speed and in little memory whatever their number: as many as have their
 * widest maps (in the first stage's blocks) in the caches, but not more than it takes to make good use of the cores.
 */
export function imagesAtOnce({ dims }: Pick<NetworkConfig, 'dims'>, height: number, width: number): number {
  const widest = 4 * EXPANSION * dims[0] * Math.ceil(height / 4) * Math.ceil(width / 4);
  return Math.min(MOST_IMAGES, Math.max(1, Math.floor(WIDEST_MAPS / widest)));
}

function stageOutputs<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: NetworkConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T[] {
  const blocks = blockConfigs(config);
  let y = x;
  return STAGES.map((stage) => {
    const before = parameters.scope(`downsample_layers.${stage}`);
    y = inParts<T>(pass, {
      inputs: [y],
      unit: 1,
      parameters: before,
      compute: ([y], before) => (stage === 0 ? stem(ops, y, before) : halve(ops, y, before, 0)),
    });
    for (const [i, blockConfig] of blocks[stage].entries()) {
      y = block(ops, y, parameters.scope(`stages.${stage}.${i}`), blockConfig, form, pass);
    }
    return y;
  });
}

/** The blocks of each stage. */
function blockConfigs({
  dims,
  kernels,
  plainKernels: plain,
  dropPathRate,
  layerScaleInit,
}: NetworkConfig): BlockConfig[][] {
  const rates = dropPathRates(kernels.flat().length, dropPathRate);
  let next = 0;
  return kernels.map((stage, i) =>
    stage.map((kernel) => ({ channels: dims[i], kernel, plain, dropPathRate: rates[next++], layerScaleInit })),
  );
}

/** Two halvings with a GELU between; the checkpoints number their layers 0, 1, (2 the GELU), 3, 4. */
function stemSpecs(inChannels: number, channels: number): ParameterSpec[] {
  return [...halvingSpecs(inChannels, channels / 2, 0), ...halvingSpecs(channels / 2, channels, 3)];
}

function stem<T>(ops: Ops<T>, x: T, parameters: Parameters<T>): T {
  return halve(ops, ops.gelu(halve(ops, x, parameters, 0)), parameters, 3);
}

/** A 3x3 convolution of stride 2 and the layer norm after it, numbered `first` and `first + 1`. */
function halvingSpecs(inputs: number, outputs: number, first: number): ParameterSpec[] {
  return [
    { name: `${first}.weight`, shape: [outputs, inputs, 3, 3], init: SMALL_NORMAL, role: 'trained' },
    { name: `${first}.bias`, shape: [outputs], init: ZEROS, role: 'trained' },
    ...nest(`${first + 1}`, layerNormSpecs(outputs)),
  ];
}

/** [n, h, w, inputs] to [n, ceil(h/2), ceil(w/2), outputs]. */
function halve<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, first: number): T {
  const convolution = parameters.scope(`${first}`);
  const y = ops.conv2d(x, convolution.get('weight'), { bias: convolution.get('bias'), stride: 2, padding: 1 });
  return layerNorm(ops, y, parameters.scope(`${first + 1}`), NORM_EPSILON);
}

function checkConfig({ depths, dims, kernels }: NetworkConfig): void {
  const wrong = (message: string) => new KernelcastError('MODEL', `the network's configuration: ${message}`);
  if (depths.length !== 4 || dims.length !== 4 || kernels.length !== 4) {
    throw wrong('depths, dims and kernels must be given for four stages');
  }
  if (dims[0] % 2 !== 0) throw wrong(`the first stage's channels (${dims[0]}) must be even`);
  for (const stage of STAGES) {
    if (kernels[stage].length !== depths[stage]) {
      throw wrong(`stage ${stage} has ${depths[stage]} blocks, but ${kernels[stage].length} kernel sizes`);
    }
  }
}
