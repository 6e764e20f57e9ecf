/** How the reference's framework starts linear maps and convolutions when nothing else is said: uniform in +-1/sqrt(fan in). */
import type { Initializer, ParameterSpec } from '../../engine/parameters.ts';

export function fanInUniform(fanIn: number): Initializer {
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
}

export function torchLinearSpecs(inputs: number, outputs: number, options: { bias?: boolean } = {}): ParameterSpec[] {
  const init = fanInUniform(inputs);
  const weight = trained('weight', [outputs, inputs], init);
  return (options.bias ?? true) ? [weight, trained('bias', [outputs], init)] : [weight];
}

export function trained(name: string, shape: readonly number[], init: Initializer): ParameterSpec {
  return { name, shape, init, role: 'trained' };
}
