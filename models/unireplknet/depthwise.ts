/**
 * The spatial part of a block: a depthwise convolution and its batch norm.
 *
 * A large kernel (K >= 7) is trained with smaller dilated ones beside it, each with a batch norm of its own; their sum
 * is one K x K convolution of dense and sparse kernels, and is fused into one for use. A small kernel (3 or 5) is plain, and
 * so is a large one that is to be (to see what the branches are worth); kernel 0 leaves the whole part out.
 * Source: UniRepLKNet (Ding et al. 2024), the Dilated Reparam Block.
 */

import { KernelcastError } from '../../src/errors.ts';
import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, SMALL_NORMAL, ZEROS } from '../engine/parameters.ts';
import { inParts, type Pass } from '../engine/pass.ts';
import { batchNorm, batchNormSpecs } from '../layers/batch-norm.ts';

/** Branches all trained, or all fused into one convolution. */
export type Form = 'training' | 'fused';

export interface Kernel {
  /** 3, 5, 7, ... 17, or 0 for a block without a spatial part. */
  kernel: number;
  /** Without dilated branches, however large it is. */
  plain?: boolean;
}

export interface Branch {
  kernel: number;
  dilation: number;
}

/** By kernel size: the dilated branches that train beside it. None reaches farther than it. */
const BRANCHES: Readonly<Record<number, readonly Branch[]>> = {
  17: branches([5, 9, 3, 3, 3], [1, 2, 4, 5, 7]),
  15: branches([5, 7, 3, 3, 3], [1, 2, 3, 5, 7]),
  13: branches([5, 7, 3, 3, 3], [1, 2, 3, 4, 5]),
  11: branches([5, 5, 3, 3, 3], [1, 2, 3, 4, 5]),
  9: branches([5, 5, 3, 3], [1, 2, 3, 4]),
  7: branches([5, 3, 3], [1, 2, 3]),
  5: [],
  3: [],
  0: [],
};

function branches(kernels: readonly number[], dilations: readonly number[]): Branch[] {
  return kernels.map((kernel, i) => ({ kernel, dilation: dilations[i] }));
}

/** @throws KernelcastError `MODEL` for a kernel size that the network does not have. */
export function branchesOf({ kernel, plain }: Kernel): readonly Branch[] {
  if (!Object.hasOwn(BRANCHES, kernel)) {
    throw new KernelcastError('MODEL', `there is no block with kernel ${kernel}`, {
      hint: `Kernel sizes are ${Object.keys(BRANCHES).join(', ')}.`,
    });
  }
  return plain ? [] : BRANCHES[kernel];
}

/** The name of the K x K convolution among the tensors of a block. */
export function mainConvolution(kernel: Kernel): string {
  return branchesOf(kernel).length > 0 ? 'dwconv.lk_origin' : 'dwconv';
}

/** The names of a branch among the tensors of a block. */
export function branchNames({ kernel, dilation }: Branch): { convolution: string; norm: string } {
  const which = `k${kernel}_${dilation}`;
  return { convolution: `dwconv.dil_conv_${which}`, norm: `dwconv.dil_bn_${which}` };
}

export const MAIN_NORM = 'dwconv.origin_bn';
/** Behind the sum of all. */
export const OUTER_NORM = 'norm';

export function depthwiseSpecs(channels: number, shape: Kernel, form: Form): ParameterSpec[] {
  const { kernel } = shape;
  const branchList = branchesOf(shape);
  if (kernel === 0) return [];
  const main = mainConvolution(shape);
  if (form === 'fused') {
    return [
      weightSpec(main, channels, kernel),
      { name: `${main}.bias`, shape: [channels], init: ZEROS, role: 'trained' },
    ];
  }
  const specs = [weightSpec(main, channels, kernel)];
  if (branchList.length > 0) specs.push(...nest(MAIN_NORM, batchNormSpecs(channels)));
  for (const branch of branchList) {
    const { convolution, norm } = branchNames(branch);
    specs.push(weightSpec(convolution, channels, branch.kernel), ...nest(norm, batchNormSpecs(channels)));
  }
  return [...specs, ...nest(OUTER_NORM, batchNormSpecs(channels))];
}

function weightSpec(name: string, channels: number, kernel: number): ParameterSpec {
  return { name: `${name}.weight`, shape: [channels, 1, kernel, kernel], init: SMALL_NORMAL, role: 'trained' };
}

/** x [n, h, w, c] to the same shape, before the outer batch norm of the training form; `parameters` are those of the block. */
export function depthwise<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  shape: Kernel,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  if (shape.kernel === 0) return x;
  if (form === 'fused') {
    const main = parameters.scope(mainConvolution(shape));
    return ops.depthwiseConv2d(x, main.get('weight'), { bias: main.get('bias'), padding: (shape.kernel - 1) / 2 });
  }
  // Engines have no gradient for dilated convolutions; the same kernel with the zeros written out has one.
  const convolve = (scope: string, dilation: number) =>
    inParts<T>(pass, {
      inputs: [x],
      unit: 1,
      parameters: parameters.scope(scope),
      compute([x], parameters) {
        const weight = ops.dilateKernel(parameters.get('weight'), dilation);
        return ops.depthwiseConv2d(x, weight, { padding: (ops.shape(weight)[2] - 1) / 2 });
      },
    });
  const main = convolve(mainConvolution(shape), 1);
  const branchList = branchesOf(shape);
  if (branchList.length === 0) return main;
  const names = branchList.map(branchNames);
  const norms = [MAIN_NORM, ...names.map(({ norm }) => norm)];
  return inParts<T>(pass, {
    inputs: [main, ...names.map(({ convolution }, i) => convolve(convolution, branchList[i].dilation))],
    unit: 1,
    parameters,
    scopes: norms,
    norms: norms.map((scope, input) => ({ scope, input })),
    compute: (outputs, parameters, pass) =>
      outputs
        .map((output, i) => batchNorm(ops, output, parameters.scope(norms[i]), pass))
        .reduce((sum, output) => ops.add(sum, output)),
  });
}
