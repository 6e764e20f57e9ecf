/** How the default forecaster is trained: its batches, its loss, its measures, and the artefact that comes of it. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Random } from '../../src/domain/random.ts';
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import { Parameters } from '../engine/parameters.ts';
import { EVALUATION, type Pass } from '../engine/pass.ts';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, LEAD_HOURS } from '../forecast-model.ts';
import { type ForecasterConfig, forecasterConfigSchema, INPUT_CHANNELS, networkSizes } from '../forecaster/config.ts';
import { CHANNEL_SCALES, HOUR_FEATURES, nodeFeatures, STATION_FEATURES } from '../forecaster/features.ts';
import { writeForecaster } from '../forecaster/forecaster-artefact.ts';
import { forecasterForward, forecasterInputShapes, forecasterSpecs } from '../forecaster/network.ts';
import { layOutNodes, type NodeLayout } from '../forecaster/node-layout.ts';
import { storeTree } from '../forecaster/stored-tree.ts';
import { buildStationTree } from '../station-tree.ts';
import type { ModelKind } from './model-kind.ts';
import type { Example, Sum, Trainable } from './trainable.ts';

/** Wind is left out of this share of the training examples, and so is temperature: some datasets lack one of them. */
const DROPPED_VARIABLE_SHARE = 0.1;

export interface ForecasterBatch {
  size: number;
  /** [size, hour, station * channel] */
  series: Float32Array;
  /** [size, hour, HOUR_FEATURES] */
  marks: Float32Array;
  /** [size, station * STATION_FEATURES] */
  places: Float32Array;
  /** [size, lead, own station * channel], normalised; 0 where there is none. */
  targets: Float32Array;
  /** As `targets`: 1 where the target counts, else 0. */
  weights: Float32Array;
}

export const forecasterKind: ModelKind<ForecasterConfig> = {
  architecture: forecasterConfigSchema,
  open: async (tf, architecture) => trainableForecaster(tf, architecture),
  async publish(folder, { files, ...model }, { sources }) {
    // The tree of the first validated source's stations, which the layout of its nodes is made from.
    const { name, stations } = sources.find(({ validates }) => validates)!;
    const { stationsPerNode } = model.architecture;
    const tree = buildStationTree(stations, { stationsPerNode, branching: 'auto' });
    await writeForecaster(folder, { ...model, stationTree: storeTree(name, stations, tree) }, files);
  },
};

/** A unit is a node of the station tree. */
export function trainableForecaster(
  tf: TensorFlowModule,
  config: ForecasterConfig,
): Trainable<NodeLayout, ForecasterBatch> {
  const { leads, targets } = networkSizes(config);

  /** Squared errors, normalised, 0 where nothing counts: [size, lead, own station * channel]. */
  function squaredErrors(
    weights: ReadonlyMap<string, tfjs.Tensor>,
    batch: ForecasterBatch,
    pass: Pass<tfjs.Tensor>,
  ): tfjs.Tensor {
    const shapes = forecasterInputShapes(config, batch.size);
    const inputs = {
      series: tf.tensor(batch.series, shapes.series),
      marks: tf.tensor(batch.marks, shapes.marks),
      places: tf.tensor(batch.places, shapes.places),
    };
    const forecast = forecasterForward(tensorFlowOps(tf), inputs, new Parameters(weights), config, 'training', pass);
    const shape: [number, number, number] = [batch.size, leads, targets];
    const error = tf.sub(forecast, tf.tensor3d(batch.targets, shape));
    return tf.mul(tf.square(error), tf.tensor3d(batch.weights, shape));
  }

  return {
    specs: forecasterSpecs(config, 'training'),
    units: (stations) => layOutNodes(stations, config),
    makeBatch: (examples, random) => makeForecasterBatch(examples, config, random),
    /** Mean squared error over the targets that count, in normalised units. */
    loss(weights, batch, pass) {
      const count = batch.weights.reduce((sum, weight) => sum + weight, 0);
      return tf.div(tf.sum(squaredErrors(weights, batch, pass)), Math.max(1, count)) as tfjs.Scalar;
    },
    /** That loss, and the mean squared error of each variable in its unit. */
    measure(weights, batch) {
      const errors = squaredErrors(weights, batch, EVALUATION).dataSync();
      const sums = FORECAST_VARIABLES.map((): Sum => ({ sum: 0, count: 0 }));
      for (let i = 0; i < errors.length; i++) {
        const sum = sums[i % INPUT_CHANNELS];
        sum.sum += errors[i];
        sum.count += batch.weights[i];
      }
      const loss = { sum: 0, count: 0 };
      for (const { sum, count } of sums) {
        loss.sum += sum;
        loss.count += count;
      }
      const mse = (channel: number): Sum => ({
        sum: sums[channel].sum * CHANNEL_SCALES[channel] ** 2,
        count: sums[channel].count,
      });
      return { loss, ...Object.fromEntries(FORECAST_VARIABLES.map((name, channel) => [`mse ${name}`, mse(channel)])) };
    },
  };
}

/** Gathers examples into one batch; with `random`, variables are dropped now and then. */
export function makeForecasterBatch(
  examples: readonly Example<NodeLayout>[],
  config: ForecasterConfig,
  random?: Random,
): ForecasterBatch {
  const sizes = networkSizes(config);
  const perExample = {
    series: sizes.hours * sizes.series,
    marks: sizes.hours * HOUR_FEATURES,
    places: sizes.stations * STATION_FEATURES,
    targets: sizes.leads * sizes.targets,
  };
  const batch: ForecasterBatch = {
    size: examples.length,
    series: new Float32Array(examples.length * perExample.series),
    marks: new Float32Array(examples.length * perExample.marks),
    places: new Float32Array(examples.length * perExample.places),
    targets: new Float32Array(examples.length * perExample.targets),
    weights: new Float32Array(examples.length * perExample.targets),
  };
  examples.forEach(({ observations: all, unit: layout, init }, index) => {
    const observations = random ? dropVariables(all, random) : all;
    const features = nodeFeatures(observations, layout, init);
    batch.series.set(features.series, index * perExample.series);
    batch.marks.set(features.marks, index * perExample.marks);
    batch.places.set(features.places, index * perExample.places);
    writeTargets(batch, index * perExample.targets, observations, layout, features.baselines, init, config);
  });
  return batch;
}

/** Only what was observed is a target: interpolated hours would teach the interpolation. */
function writeTargets(
  batch: ForecasterBatch,
  offset: number,
  observations: Series,
  layout: NodeLayout,
  baselines: Float32Array,
  init: Hour,
  { stationsPerNode }: ForecasterConfig,
): void {
  const count = observations.stations.length;
  for (let place = 0; place < stationsPerNode; place++) {
    const station = layout.stations[place];
    if (station < 0) continue;
    for (let channel = 0; channel < INPUT_CHANNELS; channel++) {
      const variable = observations.variables[FORECAST_VARIABLES[channel]];
      const baseline = baselines[place * INPUT_CHANNELS + channel];
      if (!variable || Number.isNaN(baseline)) continue;
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        const source = (init + 1 + lead - observations.from) * count + station;
        if (variable.flags[source] !== FLAG.OBSERVED) continue;
        const target = offset + (lead * stationsPerNode + place) * INPUT_CHANNELS + channel;
        batch.targets[target] = (variable.values[source] - baseline) / CHANNEL_SCALES[channel];
        batch.weights[target] = 1;
      }
    }
  }
}

function dropVariables(observations: Series, random: Random): Series {
  const draw = random.uniform();
  if (draw >= 2 * DROPPED_VARIABLE_SHARE) return observations;
  const { temperature_2m, ...wind } = observations.variables;
  return { ...observations, variables: draw < DROPPED_VARIABLE_SHARE ? { temperature_2m } : wind };
}
