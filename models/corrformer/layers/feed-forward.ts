/** Two maps of every hour by itself, with GELU between: the reference's convolutions of kernel 1, without biases. */

import type { Ops } from '../../engine/ops.ts';
import type { ParameterSpec, Parameters } from '../../engine/parameters.ts';
import { inParts, type Pass } from '../../engine/pass.ts';
import { dropout } from '../../layers/dropout.ts';
import { fanInUniform, trained } from './torch-init.ts';

export function feedForwardSpecs(dModel: number, dFeedForward: number): ParameterSpec[] {
  return [
    trained('conv1.weight', [dFeedForward, dModel, 1], fanInUniform(dModel)),
    trained('conv2.weight', [dModel, dFeedForward, 1], fanInUniform(dFeedForward)),
  ];
}

/** x [n, time, dModel] to the same shape. */
export function feedForward<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, dropoutRate: number, pass: Pass<T>): T {
  return inParts(pass, {
    inputs: [x],
    unit: 1,
    parameters,
    scopes: ['conv1', 'conv2'],
    compute([x], parameters, pass) {
      const drop = (y: T) => dropout(ops, y, dropoutRate, pass);
      const map = (input: T, name: string) => {
        const weight = parameters.get(`${name}.weight`);
        const [outputs, inputs] = ops.shape(weight);
        return ops.matMul(input, ops.reshape(weight, [outputs, inputs]), { transposeB: true });
      };
      return drop(map(drop(ops.gelu(map(x, 'conv1'))), 'conv2'));
    },
  });
}
