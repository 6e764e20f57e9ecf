/**
 * Reads an architecture off the names and shapes of its tensors, so that a checkpoint or fixture needs no description
 * beside it. What weights do not show (drop path, what layer scales started at) comes back as the reference's default.
 */
import { KernelcastError } from '../../src/errors.ts';
import type { ParameterSpec } from '../engine/parameters.ts';
import { requireSpecs, type Shapes } from '../weights/checkpoint.ts';
import { type BlockConfig, blockSpecs, type Form } from './block.ts';
import { branchesOf } from './depthwise.ts';
import { type NetworkConfig, networkSpecs } from './network.ts';

const LAYER_SCALE_INIT = 1e-6;
/** In every block in training form, and nowhere else. */
export const TRAINING_MARK = 'pwconv2.2.running_var';

/** Fused weights have lost their batch norms. */
export function inferForm(shapes: Shapes): Form {
  return [...shapes.keys()].some((name) => name.endsWith(TRAINING_MARK)) ? 'training' : 'fused';
}

/**
 * @param prefix of the block's tensor names, `stages.0.1.` or nothing.
 * @throws KernelcastError `MODEL` when a tensor of such a block is missing or has another shape.
 */
export function inferBlockConfig(shapes: Shapes, prefix = ''): BlockConfig {
  const sizes = (name: string) => shapes.get(prefix + name)?.shape;
  const channels = required(shapes, `${prefix}pwconv1.1.weight`, 2)[1];
  const single = sizes('dwconv.weight');
  const kernel = (sizes('dwconv.lk_origin.weight') ?? single)?.[2] ?? 0;
  const config = {
    channels,
    kernel,
    plain: single !== undefined,
    dropPathRate: 0,
    layerScaleInit: sizes('gamma') ? LAYER_SCALE_INIT : 0,
  };
  const form = sizes(TRAINING_MARK) ? 'training' : 'fused';
  requireSpecs(shapes, withPrefix(prefix, blockSpecs(config, form)), { allowExtra: true });
  return config;
}

/**
 * @throws KernelcastError `MODEL` when the tensors are not those of one UniRepLKNet: when one is missing, has another
 * shape, or belongs to none of its layers.
 */
export function inferNetworkConfig(shapes: Shapes): NetworkConfig {
  const stem = required(shapes, 'downsample_layers.0.0.weight', 4);
  const blocks = [0, 1, 2, 3].map((stage) => {
    const found = [inferBlockConfig(shapes, `stages.${stage}.0.`)];
    while (shapes.has(`stages.${stage}.${found.length}.pwconv1.1.weight`)) {
      found.push(inferBlockConfig(shapes, `stages.${stage}.${found.length}.`));
    }
    return found;
  });
  const config: NetworkConfig = {
    inChannels: stem[1],
    depths: blocks.map((stage) => stage.length),
    dims: blocks.map(([first]) => first.channels),
    kernels: blocks.map((stage) => stage.map(({ kernel }) => kernel)),
    ...(blocks.flat().some(({ kernel, plain }) => plain && branchesOf({ kernel }).length > 0) && {
      plainKernels: true,
    }),
    dropPathRate: 0,
    layerScaleInit: blocks[0][0].layerScaleInit,
    classes: shapes.get('head.weight')?.shape[0],
    featureNorms: shapes.has('norm0.weight'),
  };
  requireSpecs(shapes, networkSpecs(config, inferForm(shapes)));
  return config;
}

function withPrefix(prefix: string, specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((spec) => ({ ...spec, name: prefix + spec.name }));
}

function required(shapes: Shapes, name: string, rank: number): readonly number[] {
  const shape = shapes.get(name)?.shape;
  if (shape?.length === rank) return shape;
  const problem = shape ? `has shape [${shape}], not ${rank} axes` : 'is missing';
  throw new KernelcastError('MODEL', `these are not the weights of a UniRepLKNet: the tensor '${name}' ${problem}`, {
    where: { tensor: name },
  });
}
