/** Runs one definition on plain TensorFlow.js and on ONNX Runtime, for tests that compare them. */
import { emitOnnx } from '../../../models/engine/onnx/emit.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';
import type { Ops } from '../../../models/engine/ops.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';

export type Program = <T>(ops: Ops<T>, inputs: T[]) => T;

export async function runOnTensorFlow(program: Program, inputs: readonly NamedTensor[]): Promise<NamedTensor> {
  const { tf } = await openTensorFlow('plain');
  const result = tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape], 'float32'));
    return program(tensorFlowOps(tf), tensors);
  });
  const values = Float32Array.from(await result.data());
  result.dispose();
  return { shape: result.shape, values };
}

export interface OnnxHow {
  /** The inputs' shapes in the graph, where they differ from what is fed (-1 for a dynamic size). */
  declared?: readonly (readonly number[])[];
  /** The inputs from this one on are constants of the graph. Default: none. */
  constantsFrom?: number;
}

export async function runOnOnnx(
  program: Program,
  inputs: readonly NamedTensor[],
  { declared = inputs.map((input) => input.shape), constantsFrom = inputs.length }: OnnxHow = {},
): Promise<NamedTensor> {
  const fed = inputs.slice(0, constantsFrom).map((_, i) => `x${i}`);
  const shapes = Object.fromEntries(fed.map((name, i) => [name, declared[i]]));
  const file = emitOnnx('test', shapes, new Map(), (ops, _, given) => {
    const constants = inputs.slice(constantsFrom).map(({ values, shape }) => ops.constant(values, shape));
    return { y: program(ops, [...fed.map((name) => given[name]), ...constants]) };
  });
  const session = await openOnnxSession(file, { threads: 1 });
  try {
    const { y } = await session.run(Object.fromEntries(fed.map((name, i) => [name, inputs[i]])));
    return y;
  } finally {
    await session.close();
  }
}
