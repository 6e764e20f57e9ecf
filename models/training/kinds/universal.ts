/** How the default forecaster is trained: its batches, its loss, its measures, and the artefact that comes of it. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Random } from '../../../src/domain/random.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { Parameters } from '../../engine/parameters.ts';
import { EVALUATION, type Pass } from '../../engine/pass.ts';
import { tensorFlowOps } from '../../engine/tensorflow.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import { buildStationTree } from '../../station-tree/station-tree.ts';
import { CHANNELS, type ForecasterConfig, forecasterConfigSchema, PLACES, TARGETS } from '../../universal/config.ts';
import { CHANNEL_SCALES, writeFeatures } from '../../universal/features.ts';
import { emitForecaster, writeForecaster } from '../../universal/forecaster-artefact.ts';
import { forecasterForward, forecasterSpecs } from '../../universal/network.ts';
import { createNodeBatch, type NodeBatch } from '../../universal/node-batch.ts';
import { type NodeLayout, neighbourFinder } from '../../universal/node-layout.ts';
import { HISTORY_HOURS, type StationWindows, stationWindows } from '../../universal/station-windows.ts';
import { storeTree } from '../../universal/stored-tree.ts';
import type { Example, Trainable } from '../trainable.ts';
import { type CalibrationBatch, calibrate } from './calibrate.ts';
import { channelLoss, channelMeasures, type Targets } from './channel-loss.ts';
import type { ModelKind, TrainingData } from './model-kind.ts';

/** Wind is left out of this share of the training examples, and so is temperature: some datasets lack one of them. */
const DROPPED_VARIABLE_SHARE = 0.05;
/** Of all neighbours of an image, so often, ... */
const ALONE_SHARE = 0.05;
/** ... and else each neighbour: stations are spread otherwise elsewhere. */
const DROPPED_NEIGHBOUR_SHARE = 0.1;
/** Examples of stations that have not been observed for thirty days yet. */
const NEW_STATION_SHARE = 0.15;
/** Images of the validation spans that quantiles are calibrated on. */
const CALIBRATION_IMAGES = 30_000;

export interface ForecasterBatch extends Targets {
  size: number;
  /** Of the network, filled for `size` images. */
  inputs: ReturnType<NodeBatch['inputs']>;
}

export const forecasterKind: ModelKind<ForecasterConfig> = {
  architecture: forecasterConfigSchema,
  nameOf: () => 'UniRepLKNet',
  historyHours: HISTORY_HOURS,
  open: async (tf, architecture) => trainableForecaster(tf, architecture),
  async publish(folder, { files, ...model }, data) {
    const { architecture } = model;
    const batches = validationBatches(architecture, data);
    const calibration = await calibrate(emitForecaster(architecture, model.weights), batches, CHANNELS);
    const weights = new Map([...model.weights, ...calibration]);
    // The tree of the first validated source's stations.
    const { name, stations } = data.sources.find(({ validates }) => validates)!;
    const tree = buildStationTree(stations, { stationsPerNode: architecture.stationsPerNode, branching: 'auto' });
    await writeForecaster(folder, { ...model, weights, stationTree: storeTree(name, stations, tree) }, files);
  },
};

async function* validationBatches(config: ForecasterConfig, data: TrainingData): AsyncGenerator<CalibrationBatch> {
  for await (const examples of data.validationExamples(unitsOf(config), CALIBRATION_IMAGES)) {
    const { inputs, targets, weights } = makeForecasterBatch(examples);
    yield { inputs, targets, weights };
  }
}

/** A unit is an image: a station and the neighbours that it sees. */
function unitsOf({ neighbours }: ForecasterConfig): Trainable<NodeLayout, ForecasterBatch>['units'] {
  return (stations, forecast, sight) => {
    const placesOf = neighbourFinder(stations, neighbours && sight.neighbours);
    const indices = new Map(stations.map(({ id }, index) => [id, index]));
    return forecast.map(({ id }) => ({ stations: placesOf(indices.get(id)!) }));
  };
}

export function trainableForecaster(
  tf: TensorFlowModule,
  config: ForecasterConfig,
): Trainable<NodeLayout, ForecasterBatch> {
  const forward = (weights: ReadonlyMap<string, tfjs.Tensor>, { inputs }: ForecasterBatch, pass: Pass<tfjs.Tensor>) => {
    const tensor = ({ values, shape }: { values: Float32Array; shape: readonly number[] }) =>
      tf.tensor(values, [...shape]);
    const given = { series: tensor(inputs.series), marks: tensor(inputs.marks), context: tensor(inputs.context) };
    return forecasterForward(tensorFlowOps(tf), given, new Parameters(weights), config, 'training', pass);
  };
  return {
    specs: forecasterSpecs(config, 'training'),
    units: unitsOf(config),
    makeBatch: makeForecasterBatch,
    loss: (weights, batch, pass) => channelLoss(tf, forward(weights, batch, pass), batch),
    measure: (weights, batch) =>
      channelMeasures(forward(weights, batch, EVALUATION).mean.dataSync(), batch, CHANNEL_SCALES),
  };
}

/** Gathers examples into one batch; with `random`, variables, neighbours and history are left out now and then. */
export function makeForecasterBatch(examples: readonly Example<NodeLayout>[], random?: Random): ForecasterBatch {
  const size = examples.length;
  const batch = createNodeBatch(size);
  const targets = new Float32Array(size * TARGETS);
  const weights = new Float32Array(size * TARGETS);
  examples.forEach(({ observations: all, unit, init }, index) => {
    const observations = random ? dropVariables(all, random) : all;
    const isNew = random && random.uniform() < NEW_STATION_SHARE;
    const history = isNew ? INPUT_HOURS + Math.floor(random.uniform() * (HISTORY_HOURS - INPUT_HOURS)) : HISTORY_HOURS;
    const node = random ? dropNeighbours(unit, random) : unit;
    const seen = [...node.stations].filter((station) => station >= 0);
    const windows = stationWindows(observations, init, { stations: seen, historyHours: history });
    const places = node.stations.map((station) => seen.indexOf(station));
    writeFeatures(batch.features[index], observations.stations, node, init, windows, places);
    writeTargets({ targets, weights }, index * TARGETS, observations, node.stations[0], windows, init);
  });
  return { size, inputs: batch.inputs(size), targets, weights };
}

/**
 * Only what was observed is a target: interpolated hours would teach the interpolation.
 * @param windows the first is the station's
 */
function writeTargets(
  { targets, weights }: Targets,
  offset: number,
  observations: Series,
  station: number,
  { climate, means }: StationWindows,
  init: number,
): void {
  const count = observations.stations.length;
  FORECAST_VARIABLES.forEach((name, channel) => {
    const variable = observations.variables[name];
    if (!variable || Number.isNaN(means[channel])) return;
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const source = (init + 1 + lead - observations.from) * count + station;
      if (variable.flags[source] !== FLAG.OBSERVED) continue;
      const cell = lead * CHANNELS + channel;
      targets[offset + cell] = (variable.values[source] - climate[cell]) / CHANNEL_SCALES[channel];
      weights[offset + cell] = 1;
    }
  });
}

function dropVariables(observations: Series, random: Random): Series {
  const draw = random.uniform();
  if (draw >= 2 * DROPPED_VARIABLE_SHARE) return observations;
  const { temperature_2m, ...wind } = observations.variables;
  return { ...observations, variables: draw < DROPPED_VARIABLE_SHARE ? { temperature_2m } : wind };
}

function dropNeighbours({ stations }: NodeLayout, random: Random): NodeLayout {
  const share = random.uniform() < ALONE_SHARE ? 1 : DROPPED_NEIGHBOUR_SHARE;
  const kept = stations.slice();
  for (let place = 1; place < PLACES; place++) if (random.uniform() < share) kept[place] = -1;
  return { stations: kept };
}
