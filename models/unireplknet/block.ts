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
import { nest, type ParameterSpec, type Parameters, type Pass } from '../engine/parameters.ts';
import { inParts, type NormStage } from '../engine/parts.ts';
import { batchNorm, batchNormSpecs } from '../layers/batch-norm.ts';
import { dropPath } from '../layers/drop-path.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import {
  branchNorms,
  convolutions,
  depthwise,
  depthwiseSpecs,
  type Form,
  OUTER_NORM,
  sumOfBranches,
} from './depthwise.ts';
import { globalResponseNorm, globalResponseNormSpecs } from './global-response-norm.ts';
import { squeezeExcite, squeezeExciteSpecs } from './squeeze-excite.ts';

export type { Form } from './depthwise.ts';

export interface BlockConfig {
  channels: number;
  /** 3, 5, 7, ... 17, or 0 for a block without a spatial part. */
  kernel: number;
  /** The probability that training leaves the block out for a sample. */
  dropPathRate: number;
  /** What the layer scale starts at; 0 for a block without one. */
  layerScaleInit: number;
}

const EXPANSION = 4;
const LAST_NORM = 'pwconv2.2';

export function blockSpecs({ channels, kernel, layerScaleInit }: BlockConfig, form: Form): ParameterSpec[] {
  const wide = EXPANSION * channels;
  const specs = [
    ...depthwiseSpecs(channels, kernel, form),
    ...nest('se', squeezeExciteSpecs(channels)),
    ...nest('pwconv1.1', linearSpecs(channels, wide)),
    ...nest('act.1', globalResponseNormSpecs(wide, form)),
    ...nest('pwconv2.0', linearSpecs(wide, channels, { bias: form === 'fused' })),
  ];
  if (form === 'fused') return specs;
  specs.push(...nest(LAST_NORM, batchNormSpecs(channels)));
  if (layerScaleInit > 0) {
    const init = { kind: 'constant', value: layerScaleInit } as const;
    specs.push({ name: 'gamma', shape: [channels], init, role: 'trained' });
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
    unit: 1,
    parameters,
    norms: form === 'training' ? normStages(ops, config) : [],
    compute: ([x], parameters, pass) => whole(ops, x, parameters, config, form, pass),
  });
}

function whole<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: BlockConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  let y = beforeLastNorm(ops, x, parameters, config, form, pass);
  if (form === 'training') {
    y = batchNorm(ops, y, parameters.scope(LAST_NORM), pass);
    if (config.layerScaleInit > 0) y = ops.mul(y, parameters.get('gamma'));
  }
  return ops.add(x, dropPath(ops, y, config.dropPathRate, pass));
}

function beforeLastNorm<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  { kernel }: BlockConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  let y = depthwise(ops, x, parameters, kernel, form, pass);
  y = squeezeExcite(ops, y, parameters.scope('se'));
  y = ops.gelu(linear(ops, y, parameters.scope('pwconv1.1')));
  y = globalResponseNorm(ops, y, parameters.scope('act.1'), form);
  return linear(ops, y, parameters.scope('pwconv2.0'));
}

/** Of the branches, of their sum, of the outcome. */
function normStages<T>(ops: Ops<T>, config: BlockConfig): NormStage<T>[] {
  const { kernel } = config;
  const stages: NormStage<T>[] = [
    { scopes: branchNorms(kernel), seen: ([x], parameters) => convolutions(ops, x, parameters, kernel) },
    {
      scopes: [OUTER_NORM],
      seen: ([x], parameters, pass) => [sumOfBranches(ops, x, parameters, kernel, pass)],
    },
    {
      scopes: [LAST_NORM],
      seen: ([x], parameters, pass) => [beforeLastNorm(ops, x, parameters, config, 'training', pass)],
    },
  ];
  return kernel === 0 ? stages.slice(2) : stages.filter(({ scopes }) => scopes.length > 0);
}
