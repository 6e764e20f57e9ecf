/** The networks and the linear model, as the training wants them. */
import type * as tfjs from '@tensorflow/tfjs';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import { type Arm, armNetwork } from './arms.ts';
import { type ClassifierConfig, classifierLogits, classifierSpecs } from './network.ts';
import { type DataSet, MAP_SIZE } from './tasks/data-set.ts';
import type { Learner } from './train-classifier.ts';

/** The linear model sees the map in so large cells, each its mean; its weights are one for each cell and class. */
const CELL = 4;

export function armConfig(data: DataSet, arm: Arm): ClassifierConfig {
  const { map } = data.example('train', 0);
  const embedding = data.sense === 'series' ? { series: map.width, dModel: MAP_SIZE } : undefined;
  return { network: armNetwork(arm, map.channels, data.classes.length), embedding };
}

export function networkLearner(tf: TensorFlowModule, config: ClassifierConfig): Learner {
  const ops = tensorFlowOps(tf);
  return {
    specs: classifierSpecs(config, 'training'),
    logits: (x, parameters, pass) => classifierLogits(ops, asInput(x, config), parameters, config, 'training', pass),
  };
}

/** Series come as maps of one channel; the embedding wants them without it. */
function asInput(x: tfjs.Tensor, { embedding }: ClassifierConfig): tfjs.Tensor {
  return embedding ? x.reshape([x.shape[0], x.shape[1]!, embedding.series]) : x;
}

/** Multinomial logistic regression on the pixels. */
export function linearLearner(tf: TensorFlowModule, data: DataSet): Learner {
  const ops = tensorFlowOps(tf);
  const { channels, height, width } = data.example('train', 0).map;
  const cells = (size: number) => (size % CELL === 0 ? size / CELL : size);
  const inputs = channels * cells(height) * cells(width);
  const specs = linearSpecs(inputs, data.classes.length).map((spec) => ({
    ...spec,
    init: { kind: 'constant', value: 0 } as const,
  }));
  return {
    specs,
    logits(x, parameters) {
      const [tall, wide] = [height, width].map((size) => size / cells(size));
      const pooled = tf.avgPool(x as tfjs.Tensor4D, [tall, wide], [tall, wide], 'valid');
      return linear(ops, pooled.reshape([-1, inputs]), parameters);
    },
  };
}
