/** A network with its weights as an ONNX file. */
import type { Ops } from '../ops.ts';
import { Parameters } from '../parameters.ts';
import { GraphBuilder, type OnnxTensor } from './graph.ts';
import { onnxOps } from './ops.ts';

export type Network = (
  ops: Ops<OnnxTensor>,
  parameters: Parameters<OnnxTensor>,
  inputs: Readonly<Record<string, OnnxTensor>>,
) => Record<string, OnnxTensor>;

/**
 * Runs a network once over shapes and gives the bytes of the ONNX file (opset 20) that computes it.
 *
 *     const file = emitOnnx('backbone', { x: [-1, 192, 192, 1] }, weights, (ops, parameters, { x }) => ({
 *       y: backbone(ops, parameters, x, config, EVALUATION),
 *     }));
 *
 * @param inputs The inputs' names and shapes, float32; a first size of -1 is dynamic (it is called `batch` in the file).
 * @param network Gives the outputs by name. Weights that it does not use are left out of the file.
 */
export function emitOnnx(
  name: string,
  inputs: Readonly<Record<string, readonly number[]>>,
  weights: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>,
  network: Network,
): Uint8Array {
  const graph = new GraphBuilder();
  const placeholders = Object.entries(inputs).map(([input, shape]) => [input, graph.input(input, shape)] as const);
  // In the order of their names, so that equal weights give equal files.
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  const tensors = sorted.map(([key, { shape, values }]) => [key, graph.constant(values, shape, key)] as const);
  const outputs = network(onnxOps(graph), new Parameters(new Map(tensors)), Object.fromEntries(placeholders));
  return graph.finish(name, outputs);
}
