/**
 * The block of UniRepLKNet (Ding et al. 2024), as in the paper's figure:
 *
 *     x --- depthwise K x K (with dilated branches while training), batch norm
 *     |     squeeze-and-excitation
 *     |     linear to 4C, GELU, global response norm
 *     |     linear to C, batch norm
 *     |     layer scale, drop path
 *     + <---'
 *
 * In fused form the batch norms, the branches, the offset of the response norm and the layer scale have gone into the
 * weights of the three convolutions and linear maps (`reparameterize.ts`).
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import { inParts, type Pass } from '../engine/pass.ts';
import { batchNorm, batchNormSpecs } from '../layers/batch-norm.ts';
import { dropPath } from '../layers/drop-path.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import { depthwise, depthwiseSpecs, type Form, type Kernel, OUTER_NORM } from './depthwise.ts';
import { globalResponseNorm, globalResponseNormSpecs } from './global-response-norm.ts';
import { squeezeExcite, squeezeExciteSpecs } from './squeeze-excite.ts';

export type { Form } from './depthwise.ts';

export interface BlockConfig extends Kernel {
  channels: number;
  /** The probability that training leaves the block out for a sample. */
  dropPathRate: number;
  /** What the layer scale starts at; 0 for a block without one. */
  layerScaleInit: number;
}

/** How many times as wide a block is between its two linear maps. */
export const EXPANSION = 4;
const LAST_NORM = 'pwconv2.2';
const LAYER_SCALE = 'gamma';

export function blockSpecs({ channels, kernel, plain, layerScaleInit }: BlockConfig, form: Form): ParameterSpec[] {
  const wide = EXPANSION * channels;
  const specs = [
    ...depthwiseSpecs(channels, { kernel, plain }, form),
    ...nest('se', squeezeExciteSpecs(channels)),
    ...nest('pwconv1.1', linearSpecs(channels, wide)),
    ...nest('act.1', globalResponseNormSpecs(wide, form)),
    ...nest('pwconv2.0', linearSpecs(wide, channels, { bias: form === 'fused' })),
  ];
  if (form === 'fused') return specs;
  specs.push(...nest(LAST_NORM, batchNormSpecs(channels)));
  if (layerScaleInit > 0) {
    const init = { kind: 'constant', value: layerScaleInit } as const;
    specs.push({ name: LAYER_SCALE, shape: [channels], init, role: 'trained' });
  }
  return specs;
}

/** x [n, h, w, channels] to the same shape. */
export function block<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: BlockConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  return inParts<T>(pass, {
    inputs: [x],
    unit: Number.POSITIVE_INFINITY,
    parameters,
    compute([x], parameters, pass) {
      const spatial = depthwise(ops, x, parameters, config, form, pass);
      const mixed = inParts<T>(pass, {
        inputs: [spatial],
        unit: 1,
        parameters,
        scopes: [OUTER_NORM, 'se', 'pwconv1', 'act', 'pwconv2.0'],
        norms: form === 'training' && config.kernel > 0 ? [{ scope: OUTER_NORM, input: 0 }] : [],
        compute: ([y], parameters, pass) => mix(ops, y, parameters, config, form, pass),
      });
      return inParts<T>(pass, {
        inputs: [x, mixed],
        unit: 1,
        parameters,
        scopes: [LAST_NORM, LAYER_SCALE],
        norms: form === 'training' ? [{ scope: LAST_NORM, input: 1 }] : [],
        compute: ([x, y], parameters, pass) => join(ops, x, y, parameters, config, form, pass),
      });
    },
  });
}

/** Everything at a pixel, and among all pixels of an image. */
function mix<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  { kernel }: BlockConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  let y = form === 'training' && kernel > 0 ? batchNorm(ops, x, parameters.scope(OUTER_NORM), pass) : x;
  y = squeezeExcite(ops, y, parameters.scope('se'));
  y = ops.gelu(linear(ops, y, parameters.scope('pwconv1.1')));
  y = globalResponseNorm(ops, y, parameters.scope('act.1'), form);
  return linear(ops, y, parameters.scope('pwconv2.0'));
}

function join<T>(
  ops: Ops<T>,
  x: T,
  branch: T,
  parameters: Parameters<T>,
  { layerScaleInit, dropPathRate }: BlockConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  let y = branch;
  if (form === 'training') {
    y = batchNorm(ops, y, parameters.scope(LAST_NORM), pass);
    if (layerScaleInit > 0) y = ops.mul(y, parameters.get(LAYER_SCALE));
  }
  return ops.add(x, dropPath(ops, y, dropPathRate, pass));
}
