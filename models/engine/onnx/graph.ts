/**
 * A graph under construction. Its tensors are names of values with their inferred shapes; no number is computed here, except
 * that constants are permuted and reshaped on the spot.
 *
 * ONNX wants images channels-first, `Ops` has them channels-last. So a transposition is not written down when it is asked for:
 * a tensor carries the order in which its axes lie (`order`), and is only laid out anew when an operation needs another order.
 * Between the convolutions of a network nothing is, because everything else works in any order.
 */
import { type AttributeValue, type ElementType, encodeModel, type Initializer, type Node } from './schema.ts';

export interface OnnxTensor {
  /** The name of the value in the graph. */
  readonly value: string;
  readonly element: ElementType;
  /** As `Ops` sees it; -1 for a size that is only known when the graph runs (at most one). */
  readonly shape: readonly number[];
  /** Axis `order[i]` of `shape` is the i-th axis of the value. */
  readonly order: readonly number[];
  /** The values of a constant, in the value's order. */
  readonly constant?: Float32Array | BigInt64Array;
}

/** What a node gives: a tensor whose shape and order the operation has worked out. */
type Result = Pick<OnnxTensor, 'shape'> & Partial<Pick<OnnxTensor, 'order' | 'element'>>;

export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #inputs: { name: string; shape: readonly number[] }[] = [];
  /** What `inOrder` has laid out already, so that it is done once. */
  readonly #laidOut = new Map<string, OnnxTensor>();
  #count = 0;

  /** An input of the graph, float32. A size of -1 is dynamic; only the first may be. */
  input(name: string, shape: readonly number[]): OnnxTensor {
    this.#inputs.push({ name, shape });
    return { value: name, element: 'float32', shape, order: plainOrder(shape.length) };
  }

  constant(values: Float32Array | BigInt64Array, shape: readonly number[], name = this.#newName()): OnnxTensor {
    const element = values instanceof Float32Array ? 'float32' : 'int64';
    const tensor: OnnxTensor = { value: name, element, shape, order: plainOrder(shape.length), constant: values };
    this.#constants.set(name, tensor);
    return tensor;
  }

  /** A vector of integers, as many operators take as an input. */
  integers(values: readonly number[]): OnnxTensor {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  node(
    operator: string,
    inputs: readonly OnnxTensor[],
    result: Result,
    attributes: Record<string, AttributeValue> = {},
  ): OnnxTensor {
    return this.nodes(operator, inputs, [result], attributes)[0];
  }

  /** A node with several outputs. */
  nodes(
    operator: string,
    inputs: readonly OnnxTensor[],
    results: readonly Result[],
    attributes: Record<string, AttributeValue> = {},
  ): OnnxTensor[] {
    const outputs = results.map(({ shape, order = plainOrder(shape.length), element = 'float32' }) => ({
      value: this.#newName(),
      element,
      shape,
      order,
    }));
    this.#nodes.push({
      operator,
      inputs: inputs.map((input) => input.value),
      outputs: outputs.map((output) => output.value),
      attributes,
    });
    return outputs;
  }

  /** The same tensor, its value laid out in the given order. */
  inOrder(x: OnnxTensor, order: readonly number[]): OnnxTensor {
    if (sameNumbers(x.order, order)) return x;
    const known = this.laidOut(x, order);
    if (known) return known;
    const permutation = order.map((axis) => x.order.indexOf(axis));
    const laidOut = this.#layOut(x, order, permutation);
    this.#laidOut.set(layoutKey(x, order), laidOut);
    // And back: an image between two convolutions is not laid out twice.
    this.#laidOut.set(layoutKey(laidOut, x.order), x);
    return laidOut;
  }

  /** The same tensor in the given order, where it lies so already. */
  laidOut(x: OnnxTensor, order: readonly number[]): OnnxTensor | undefined {
    return this.#laidOut.get(layoutKey(x, order));
  }

  #layOut(x: OnnxTensor, order: readonly number[], permutation: readonly number[]): OnnxTensor {
    const from = x.order.map((axis) => x.shape[axis]);
    const sizes = order.map((axis) => x.shape[axis]);
    if (x.constant) {
      const values = permute(x.constant, from, permutation);
      return { ...this.constant(values, sizes, `${x.value}/${permutation.join('')}`), shape: x.shape, order };
    }
    // Where only axes of size 1 move, the values stay where they are.
    const moved = permutation.filter((axis) => from[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || moved[i - 1] < axis)) {
      return this.node('Reshape', [x, this.integers(sizes)], { ...x, order });
    }
    return this.node('Transpose', [x], { ...x, order }, { perm: permutation });
  }

  plain(x: OnnxTensor): OnnxTensor {
    return this.inOrder(x, plainOrder(x.shape.length));
  }

  /** The bytes of the ONNX file; only what the outputs need is in it. */
  finish(name: string, outputs: Readonly<Record<string, OnnxTensor>>): Uint8Array {
    const results = Object.entries(outputs).map(([output, tensor]) => ({ output, tensor: this.plain(tensor) }));
    const ends: Node[] = results.map(({ output, tensor }) => ({
      operator: 'Identity',
      inputs: [tensor.value],
      outputs: [output],
      attributes: {},
    }));
    const needed = new Set(ends.flatMap((node) => node.inputs));
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((value) => needed.has(value))) continue;
      nodes.push(node);
      for (const value of node.inputs) needed.add(value);
    }
    const initializers: Initializer[] = [...this.#constants.values()]
      .filter(({ value }) => needed.has(value))
      .map(({ value, shape, constant }) => ({ name: value, shape, values: constant! }));
    return encodeModel({
      name,
      nodes: [...nodes.reverse(), ...ends],
      initializers,
      inputs: this.#inputs.map((input) => ({
        name: input.name,
        element: 'float32',
        shape: input.shape.map((size) => (size === -1 ? 'batch' : size)),
      })),
      outputs: results.map(({ output, tensor }) => ({
        name: output,
        element: tensor.element,
        shape: tensor.shape.map((size) => (size === -1 ? `${output}_batch` : size)),
      })),
    });
  }

  #newName(): string {
    return `v${this.#count++}`;
  }
}

export function plainOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i);
}

export function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function layoutKey(x: OnnxTensor, order: readonly number[]): string {
  return `${x.value}|${x.order}|${order}`;
}

function permute<V extends Float32Array | BigInt64Array>(
  values: V,
  shape: readonly number[],
  permutation: readonly number[],
): V {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
  const sizes = permutation.map((axis) => shape[axis]);
  const steps = permutation.map((axis) => strides[axis]);
  const result = values.slice() as V;
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    result[to] = values[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return result;
}
