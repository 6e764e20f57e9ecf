/** Runs one definition of a network on either engine, from tensors on the host to tensors on the host. */

import type * as TF from '@tensorflow/tfjs';
import { emitOnnx } from '../../models/engine/onnx/emit.ts';
import type { OnnxTensor } from '../../models/engine/onnx/graph.ts';
import { openOnnxSession } from '../../models/engine/onnx/session.ts';
import type { Ops } from '../../models/engine/ops.ts';
import { Parameters } from '../../models/engine/parameters.ts';
import { EVALUATION, type Pass } from '../../models/engine/pass.ts';
import { tensorFlowOps } from '../../models/engine/tensorflow.ts';
import { openTensorFlow, type TensorFlowModule } from '../../models/engine/tensorflow-backend.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';

export const ENGINES = ['tensorflow', 'onnx'] as const;
export type Engine = (typeof ENGINES)[number];

export type Tensors = Readonly<Record<string, NamedTensor>>;

/** A network, with inputs and outputs by name. */
export type Network = <T>(
  ops: Ops<T>,
  parameters: Parameters<T>,
  inputs: Readonly<Record<string, T>>,
  pass: Pass<T>,
) => Record<string, T>;

export interface Setting {
  network: Network;
  weights: Weights;
  inputs: Tensors;
  /** The network holds constants of the inputs' batch, so that the graph cannot leave it open. */
  fixedBatch?: boolean;
}

export function evaluate(engine: Engine, setting: Setting): Promise<Record<string, NamedTensor>> {
  return engine === 'tensorflow' ? runOnTensorFlow(setting) : runOnOnnx(setting);
}

export async function runOnTensorFlow(
  { network, weights, inputs }: Setting,
  pass: Pass<TF.Tensor> = EVALUATION,
): Promise<Record<string, NamedTensor>> {
  const { tf } = await openTensorFlow();
  return scoped(tf, () => {
    const parameters = new Parameters(new Map(Object.entries(placeAll(tf, Object.fromEntries(weights)))));
    return mapValues(network(tensorFlowOps(tf), parameters, placeAll(tf, inputs), pass), onHost);
  });
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** @param shapes of the inputs in the graph. By default their first sizes are left open, as when the network is served. */
export function emit({ network, weights, inputs, fixedBatch = false }: Setting, shapes?: Shapes): Uint8Array {
  const open = mapValues(inputs, ({ shape }) => (fixedBatch ? shape : [-1, ...shape.slice(1)]));
  return emitOnnx('test', shapes ?? open, weights, (ops, parameters, given) =>
    network<OnnxTensor>(ops, parameters, given, EVALUATION),
  );
}

export async function runOnOnnx(setting: Setting, shapes?: Shapes): Promise<Record<string, NamedTensor>> {
  const session = await openOnnxSession(emit(setting, shapes), { threads: 2 });
  try {
    return await session.run(setting.inputs);
  } finally {
    await session.close();
  }
}

/** One pass in training mode (drop path and dropout off), with the running statistics that it leaves. */
export async function train(
  setting: Setting,
): Promise<{ outputs: Record<string, NamedTensor>; statistics: Map<string, NamedTensor> }> {
  const statistics = new Map<string, NamedTensor>();
  const outputs = await runOnTensorFlow(setting, {
    training: true,
    random: () => {
      throw new Error('the reference passes have no drop path and no dropout');
    },
    onStatistic: (name, value) => statistics.set(name, onHost(value)),
  });
  return { outputs, statistics };
}

/**
 * The gradients of a loss by the names of parameters and inputs, in evaluation mode.
 *
 * @param loss of the network's outputs, built from operations of TensorFlow.
 */
export async function differentiate(
  { network, weights, inputs }: Setting,
  by: readonly string[],
  loss: (ops: Ops<TF.Tensor>, outputs: Record<string, TF.Tensor>) => TF.Tensor,
): Promise<{ loss: number; gradients: Map<string, NamedTensor> }> {
  const { tf } = await openTensorFlow();
  return scoped(tf, () => {
    const ops = tensorFlowOps(tf);
    const placed = placeAll(tf, { ...Object.fromEntries(weights), ...inputs });
    const value = (...variables: TF.Tensor[]) => {
      const all = { ...placed, ...Object.fromEntries(by.map((name, i) => [name, variables[i]])) };
      const parameters = new Parameters(new Map(Object.entries(all)));
      return loss(ops, network<TF.Tensor>(ops, parameters, all, EVALUATION)) as TF.Scalar;
    };
    const result = tf.valueAndGrads(value)(by.map((name) => placed[name]));
    return {
      loss: result.value.dataSync()[0],
      gradients: new Map(by.map((name, i) => [name, onHost(result.grads[i])])),
    };
  });
}

/** As `tf.tidy`, for results that hold no tensors. */
function scoped<R>(tf: TensorFlowModule, compute: () => R): R {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}

function placeAll(tf: TensorFlowModule, tensors: Tensors): Record<string, TF.Tensor> {
  return mapValues(tensors, ({ values, shape }) => tf.tensor(values, [...shape], 'float32'));
}

function onHost(tensor: TF.Tensor): NamedTensor {
  return { shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
