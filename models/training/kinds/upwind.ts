/** How the forecaster that turns its image into the wind is trained: its loss, its measures, and the artefact that comes of it. */
import type * as tfjs from '@tensorflow/tfjs';
import { Parameters } from '../../engine/parameters.ts';
import { EVALUATION, type Pass } from '../../engine/pass.ts';
import { tensorFlowOps } from '../../engine/tensorflow.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { buildStationTree } from '../../station-tree/station-tree.ts';
import { detached } from '../../uncertainty/loss.ts';
import { type NodeLayout, neighbourFinder } from '../../universal/node-layout.ts';
import { HISTORY_HOURS } from '../../universal/station-windows.ts';
import { storeTree } from '../../universal/stored-tree.ts';
import { emitUpwind, writeUpwind } from '../../universal/upwind/artefact.ts';
import { CHANNELS, SCALES, TARGETS, type UpwindConfig, upwindConfigSchema } from '../../universal/upwind/config.ts';
import {
  type Distribution,
  meanOf,
  neighbourChange,
  ownForecasts,
  upwindSpecs,
} from '../../universal/upwind/network.ts';
import type { Trainable } from '../trainable.ts';
import { type CalibrationBatch, calibrate } from './calibrate.ts';
import { channelLoss, channelMeasures } from './channel-loss.ts';
import type { ModelKind, TrainingData } from './model-kind.ts';
import { makeUpwindBatch, type UpwindExamples } from './upwind-batch.ts';

/** Images of the validation spans that quantiles are calibrated on. */
const CALIBRATION_IMAGES = 30_000;

export const upwindKind: ModelKind<UpwindConfig> = {
  architecture: upwindConfigSchema,
  nameOf: ({ image }) => (image?.backbone ? 'UniRepLKNet' : image ? 'perceptron, neighbours straight' : 'perceptron'),
  historyHours: HISTORY_HOURS,
  open: async (tf, architecture) => trainableUpwind(tf, architecture),
  async publish(folder, { files, ...model }, data) {
    const { architecture } = model;
    const batches = calibrationBatches(architecture, data);
    const calibration = await calibrate(emitUpwind(architecture, model.weights), batches, CHANNELS);
    const weights = new Map([...model.weights, ...calibration]);
    // The tree of the first validated source's stations.
    const { name, stations } = data.sources.find(({ validates }) => validates)!;
    const tree = buildStationTree(stations, { stationsPerNode: architecture.stationsPerNode, branching: 'auto' });
    await writeUpwind(folder, { ...model, weights, stationTree: storeTree(name, stations, tree) }, files);
  },
};

async function* calibrationBatches(config: UpwindConfig, data: TrainingData): AsyncGenerator<CalibrationBatch> {
  for await (const examples of data.validationExamples(unitsOf(config), CALIBRATION_IMAGES)) {
    const { inputs, targets, weights, size } = makeUpwindBatch(examples);
    yield { inputs: inputs(size), targets, weights };
  }
}

/** A unit is an image: a station and the neighbours that it sees. */
function unitsOf({ image }: UpwindConfig): Trainable<NodeLayout, UpwindExamples>['units'] {
  return (stations, forecast, { neighbours }) => {
    const placesOf = neighbourFinder(stations, image !== null && neighbours);
    const indices = new Map(stations.map(({ id }, index) => [id, index]));
    return forecast.map(({ id }) => ({ stations: placesOf(indices.get(id)!) }));
  };
}

export function trainableUpwind(tf: TensorFlowModule, config: UpwindConfig): Trainable<NodeLayout, UpwindExamples> {
  const ops = tensorFlowOps(tf);
  type Tensors = ReadonlyMap<string, tfjs.Tensor>;

  const tensors = ({ inputs }: UpwindExamples, count: number) => {
    const given = inputs(count);
    const tensor = (name: keyof typeof given) => tf.tensor(given[name].values, [...given[name].shape]);
    return { own: tensor('own'), rows: tensor('rows'), gate: tensor('gate'), flow: tensor('flow') };
  };
  const own = (weights: Tensors, batch: UpwindExamples, pass: Pass<tfjs.Tensor>) => {
    const { values, shape } = batch.inputs(batch.size).own;
    return ownForecasts(ops, tf.tensor(values, [...shape]), new Parameters(weights), config, pass);
  };
  /** Of the examples with neighbours, where there are any: the forecast of the station alone, no longer trained, and the change. */
  const changed = (
    weights: Tensors,
    batch: UpwindExamples,
    alone: Distribution<tfjs.Tensor>,
    pass: Pass<tfjs.Tensor>,
  ): Distribution<tfjs.Tensor> | undefined => {
    const count = batch.withNeighbours;
    // Batch norm has nothing to learn of a single image.
    if (!config.image || count < (pass.training ? 2 : 1)) return undefined;
    const first = (tensor: tfjs.Tensor) => detached(tf, ops.slice(tensor, 0, 0, count));
    const change = neighbourChange(ops, tensors(batch, count), new Parameters(weights), config.image, 'training', pass);
    return {
      mean: tf.add(first(alone.mean), change.mean),
      logScale: tf.add(first(alone.logScale), change.logScale),
    };
  };

  return {
    specs: upwindSpecs(config, 'training'),
    units: unitsOf(config),
    makeBatch: makeUpwindBatch,
    loss(weights, batch, pass) {
      const members = own(weights, batch, pass);
      const losses = members.map((member) => channelLoss(tf, member, batch));
      const alone = tf.div(tf.addN(losses), members.length);
      const change = changed(weights, batch, meanOf(ops, members), pass);
      if (!change) return alone as tfjs.Scalar;
      const cells = batch.withNeighbours * TARGETS;
      const { targets, weights: counted } = batch;
      const given = { targets: targets.subarray(0, cells), weights: counted.subarray(0, cells) };
      return tf.add(alone, channelLoss(tf, change, given)) as tfjs.Scalar;
    },
    measure(weights, batch) {
      const alone = meanOf(ops, own(weights, batch, EVALUATION));
      const means = alone.mean.dataSync().slice();
      const before = channelMeasures(means, batch, SCALES);
      const change = changed(weights, batch, alone, EVALUATION);
      if (!change) return { ...before, ...named(before, 'alone') };
      means.set(change.mean.dataSync());
      return { ...channelMeasures(means, batch, SCALES), ...named(before, 'alone') };
    },
  };
}

/** Measures of the stations alone, beside those with their neighbours. */
function named<V>(measures: Readonly<Record<string, V>>, as: string): Record<string, V> {
  return Object.fromEntries(Object.entries(measures).map(([name, value]) => [`${name} ${as}`, value]));
}
