/**
 * Parameters by their checkpoint names, seen through a scope: `scope('stages.0.1').get('norm.weight')` is the tensor
 * named `stages.0.1.norm.weight`. A network declares its parameters as `ParameterSpec`s (name, shape, how it starts),
 * so that they can be counted and checked without allocating any.
 */
import { KernelcastError } from '../../src/errors.ts';

export type Initializer =
  | { kind: 'constant'; value: number }
  /** Normal of the given standard deviation, cut at +-`cut` (absolute). */
  | { kind: 'truncated-normal'; std: number; cut: number }
  /** Uniform in +-bound. */
  | { kind: 'uniform'; bound: number }
  /** Normal of the given standard deviation. */
  | { kind: 'normal'; std: number };

export const ZEROS: Initializer = { kind: 'constant', value: 0 };
export const ONES: Initializer = { kind: 'constant', value: 1 };
/** How UniRepLKNet starts the weights of its convolutions and linear maps. */
export const SMALL_NORMAL: Initializer = { kind: 'truncated-normal', std: 0.02, cut: 2 };

export interface ParameterSpec {
  name: string;
  shape: readonly number[];
  init: Initializer;
  /** Trained by gradient, or a running statistic of batch norm that the training pass updates. */
  role: 'trained' | 'statistic';
}

/** The number of values that a list of parameters holds, as the reference counts it: statistics do not count. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  let total = 0;
  for (const spec of specs) {
    if (spec.role === 'trained') total += spec.shape.reduce((product, size) => product * size, 1);
  }
  return total;
}

/** Prefixes the names of a module's specs with the name that the module has in its parent. */
export function nest(prefix: string, specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((spec) => ({ ...spec, name: `${prefix}.${spec.name}` }));
}

export class Parameters<T> {
  readonly #tensors: ReadonlyMap<string, T>;
  readonly #prefix: string;

  constructor(tensors: ReadonlyMap<string, T>, prefix = '') {
    this.#tensors = tensors;
    this.#prefix = prefix;
  }

  /** @throws KernelcastError `MODEL` naming the tensor that is missing. */
  get(name: string): T {
    const tensor = this.#tensors.get(this.#prefix + name);
    if (tensor === undefined) {
      throw new KernelcastError('MODEL', `the weights lack the tensor '${this.#prefix}${name}'`);
    }
    return tensor;
  }

  has(name: string): boolean {
    return this.#tensors.has(this.#prefix + name);
  }

  scope(prefix: string): Parameters<T> {
    return new Parameters(this.#tensors, `${this.#prefix}${prefix}.`);
  }

  /** The full name of a parameter in this scope. */
  nameOf(name: string): string {
    return this.#prefix + name;
  }

  /** The tensors of this scope by their full names. */
  *entries(): Generator<[name: string, tensor: T]> {
    for (const [name, tensor] of this.#tensors) if (name.startsWith(this.#prefix)) yield [name, tensor];
  }

  /** The same scope with other tensors under some full names. */
  replacing(tensors: ReadonlyMap<string, T>): Parameters<T> {
    return new Parameters(new Map([...this.#tensors, ...tensors]), this.#prefix);
  }
}
