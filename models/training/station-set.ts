/** How a forecaster of a set of stations is trained: its climate and linear path first, then its networks, then its quantiles. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Random } from '../../src/domain/random.ts';
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import { openOnnxSession } from '../engine/onnx/session.ts';
import { Parameters } from '../engine/parameters.ts';
import { EVALUATION, type Pass } from '../engine/pass.ts';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, LEAD_HOURS } from '../forecast-model.ts';
import { emitStationSet, writeStationSet } from '../station-set/artefact.ts';
import { type Climate, climateOf, climateShapes, climateWeights, fitClimate } from '../station-set/climate.ts';
import { CHANNELS, type StationSetConfig, stationSetConfigSchema } from '../station-set/config.ts';
import { createInputs, type InputArrays, inputShapes, leadClimatology, writeInputs } from '../station-set/inputs.ts';
import { fitLinearPath } from '../station-set/linear-path.ts';
import {
  LINEAR_PATH,
  linearPathShape,
  memberForecasts,
  memberSpecs,
  stationSetForward,
} from '../station-set/network.ts';
import { CALIBRATION, StandardErrors } from '../uncertainty/calibration.ts';
import { scaleLoss } from '../uncertainty/loss.ts';
import type { Weights } from '../weights/safetensors.ts';
import type { ModelKind, TrainingData } from './model-kind.ts';
import type { Example, Sum, Trainable } from './trainable.ts';

/** What a squared error counts in training: components are forecast too, and teach what moves, but are not what is judged. */
const CHANNEL_WEIGHTS: Readonly<Record<(typeof FORECAST_VARIABLES)[number], number>> = {
  temperature_2m: 1,
  wind_u_component_10m: 0.3,
  wind_v_component_10m: 0.3,
  wind_speed_10m: 1,
};
/** Of the scales, beside the forecast. */
const SCALE_WEIGHT = 0.1;
/** Errors kept for the calibration of each channel and lead hour. */
const CALIBRATION_ERRORS = 300_000;

export interface StationSetBatch extends InputArrays {
  size: number;
  /** [size, lead * station * channel], in units of the scales, from the climatology; 0 where there is none. */
  targets: Float32Array;
  /** As `targets`: 1 where the target counts, else 0. */
  weights: Float32Array;
}

/** Where each of the model's stations stands in what is read, or -1. */
type Unit = Int32Array;

export const stationSetKind: ModelKind<StationSetConfig> = {
  architecture: stationSetConfigSchema,
  async open(tf, architecture, data) {
    const observations = await trainingSpan(data);
    const climate = fitClimate(observations);
    const map = fitLinearPath(tf, observations, climate, architecture);
    return trainableStationSet(tf, architecture, climate, map);
  },
  async publish(folder, { files, ...model }, data) {
    const { stations } = data.sources.find(({ trains }) => trains)!;
    const calibration = await calibrate(model.architecture, stations, model.weights, data);
    const weights = new Map([...model.weights, [CALIBRATION, calibration]]);
    const described = stations.map(({ id, name, latitude, longitude, elevation }) => ({
      id,
      name,
      latitude,
      longitude,
      elevation,
    }));
    await writeStationSet(folder, { ...model, stations: described, weights }, files);
  },
};

/** All hours that train, as one series. */
async function trainingSpan(data: TrainingData): Promise<Series> {
  if (data.sources.filter(({ trains }) => trains).length !== 1) {
    throw new KernelcastError(
      'USAGE',
      'a station-set model is trained on one source: its stations are those of the model',
      {
        where: { sources: data.sources.map(({ name }) => name).join(', ') },
        hint: 'Give one source with a span to train on, or train a `forecaster`, which reads any stations.',
      },
    );
  }
  const pieces: Series[] = [];
  for await (const piece of data.trainingHours()) pieces.push(piece);
  const from = Math.min(...pieces.map((piece) => piece.from));
  const hours = Math.max(...pieces.map((piece) => piece.from + piece.hours)) - from;
  const { stations } = pieces[0];
  const variables: Series['variables'] = {};
  for (const name of FORECAST_VARIABLES) {
    if (!pieces.some((piece) => piece.variables[name])) continue;
    const values = new Float32Array(hours * stations.length).fill(Number.NaN);
    const flags = new Uint8Array(values.length).fill(FLAG.MISSING);
    for (const piece of pieces) {
      const own = piece.variables[name];
      if (!own) continue;
      values.set(own.values, (piece.from - from) * stations.length);
      flags.set(own.flags, (piece.from - from) * stations.length);
    }
    variables[name] = { values, flags };
  }
  return { stations, from, hours, variables };
}

export function trainableStationSet(
  tf: TensorFlowModule,
  config: StationSetConfig,
  climate: Climate,
  linearPath: Float32Array,
): Trainable<Unit, StationSetBatch> {
  const count = climate.stations.length;
  const outputs = LEAD_HOURS * count * CHANNELS;
  const shapesOf = (size: number) => inputShapes(count, size);
  const channelWeights = Float32Array.from(
    { length: outputs },
    (_, index) => CHANNEL_WEIGHTS[FORECAST_VARIABLES[index % CHANNELS]],
  );
  const fixed: Weights = new Map([
    ...climateWeights(climate),
    [LINEAR_PATH, { shape: linearPathShape(config, count), values: linearPath }],
  ]);
  const inputsOf = (batch: StationSetBatch) => {
    const shapes = shapesOf(batch.size);
    return {
      series: tf.tensor(batch.series, shapes.series),
      marks: tf.tensor(batch.marks, shapes.marks),
      time: tf.tensor(batch.time, shapes.time),
    };
  };

  return {
    specs: [
      ...memberSpecs(config, count, 'training'),
      ...[...climateShapes(count), { name: LINEAR_PATH, shape: linearPathShape(config, count) }].map((spec) => ({
        ...spec,
        init: { kind: 'constant', value: 0 } as const,
        role: 'statistic' as const,
      })),
    ],
    fixed,
    units: (stations) => [columnsAmong(climate.stations, stations)],
    makeBatch(examples, random) {
      const batch = gather(examples, climate);
      return random && examples.length > 1 ? mixUp(batch, random) : batch;
    },
    /** Mean over the members of each one's own error, in units of the scales; and how well it knows it. */
    loss(weights, batch, pass: Pass<tfjs.Tensor>) {
      const target = tf.tensor2d(batch.targets, [batch.size, outputs]);
      const counted = tf.mul(tf.tensor2d(batch.weights, [batch.size, outputs]), tf.tensor1d(channelWeights));
      const forecasts = memberForecasts(
        tensorFlowOps(tf),
        inputsOf(batch),
        new Parameters<tfjs.Tensor>(weights),
        config,
        'training',
        pass,
      );
      const losses = forecasts.map(({ mean, logScale }) => {
        const error = tf.sub(mean, target);
        const each = tf.add(tf.square(error), tf.mul(scaleLoss(tf, error, logScale), SCALE_WEIGHT));
        return tf.div(tf.sum(tf.mul(each, counted)), tf.maximum(tf.sum(counted), 1));
      });
      return tf.div(tf.addN(losses), losses.length) as tfjs.Scalar;
    },
    /** The squared error of the whole forecast: weighted as in training, and of each variable in its unit. */
    measure(weights, batch) {
      const parameters = new Parameters<tfjs.Tensor>(weights);
      const { mean } = stationSetForward(
        tensorFlowOps(tf),
        inputsOf(batch),
        parameters,
        config,
        'training',
        EVALUATION,
      );
      const forecast = mean.dataSync();
      const sums = FORECAST_VARIABLES.map((): Sum => ({ sum: 0, count: 0 }));
      for (let i = 0; i < forecast.length; i++) {
        const sum = sums[i % CHANNELS];
        sum.sum += batch.weights[i] * (forecast[i] - batch.targets[i]) ** 2;
        sum.count += batch.weights[i];
      }
      const loss = { sum: 0, count: 0 };
      sums.forEach(({ sum, count: of }, channel) => {
        const weight = CHANNEL_WEIGHTS[FORECAST_VARIABLES[channel]];
        loss.sum += weight * sum;
        loss.count += weight * of;
      });
      const inUnits = FORECAST_VARIABLES.map((name, channel) => {
        const { sum, count: of } = sums[channel];
        return [`mse ${name}`, { sum: sum * climate.scales[channel] ** 2, count: of }] as const;
      });
      return { loss, ...Object.fromEntries(inUnits) };
    },
  };
}

function columnsAmong(own: readonly Station[], present: readonly Station[]): Unit {
  const places = new Map(present.map(({ id }, index) => [id, index]));
  return Int32Array.from(own, ({ id }) => places.get(id) ?? -1);
}

function gather(examples: readonly Example<Unit>[], climate: Climate): StationSetBatch {
  const count = climate.stations.length;
  const outputs = LEAD_HOURS * count * CHANNELS;
  const inputs = createInputs(count, examples.length);
  const targets = new Float32Array(examples.length * outputs);
  const weights = new Float32Array(examples.length * outputs);
  examples.forEach(({ observations, unit, init }, index) => {
    writeInputs(inputs, index, climate, observations, unit, init);
    const means = leadClimatology(climate, init);
    const width = observations.stations.length;
    const first = (init + 1 - observations.from) * width;
    FORECAST_VARIABLES.forEach((name, channel) => {
      const variable = observations.variables[name];
      if (!variable) return;
      for (let cell = 0; cell < LEAD_HOURS * count; cell++) {
        const column = unit[cell % count];
        if (column < 0) continue;
        const source = first + Math.floor(cell / count) * width + column;
        // Only what was observed is a target: interpolated hours would teach the interpolation.
        if (variable.flags[source] !== FLAG.OBSERVED) continue;
        const target = index * outputs + cell * CHANNELS + channel;
        targets[target] = (variable.values[source] - means[channel][cell]) / climate.scales[channel];
        weights[target] = 1;
      }
    });
  });
  return { size: examples.length, ...inputs, targets, weights };
}

/**
 * Each example mixed with another of the batch, in equal shares on average (Zhang et al. 2018, with Beta(1, 1)): the weather
 * halfway between two is answered by what is halfway between what came of them. Four years hold few independent days, and
 * without it the networks know them by heart after two epochs.
 */
function mixUp(batch: StationSetBatch, random: Random): StationSetBatch {
  const share = random.uniform();
  const partners = Uint32Array.from({ length: batch.size }, (_, index) => index);
  for (let index = batch.size - 1; index > 0; index--) {
    const other = Math.floor(random.uniform() * (index + 1));
    [partners[index], partners[other]] = [partners[other], partners[index]];
  }
  const mixed = (values: Float32Array) => {
    const width = values.length / batch.size;
    const result = new Float32Array(values.length);
    for (let index = 0; index < batch.size; index++) {
      const [own, other] = [index * width, partners[index] * width];
      for (let i = 0; i < width; i++) result[own + i] = share * values[own + i] + (1 - share) * values[other + i];
    }
    return result;
  };
  const { series, marks, time, targets, weights } = batch;
  // A target counts where both have one.
  const both = mixed(weights).map((weight) => (weight > 0.999 ? 1 : 0));
  return {
    size: batch.size,
    series: mixed(series),
    marks: mixed(marks),
    time: mixed(time),
    targets: mixed(targets),
    weights: both,
  };
}

/** Forecasts the validation span and measures the errors against what the networks expected of them. */
async function calibrate(config: StationSetConfig, stations: readonly Station[], weights: Weights, data: TrainingData) {
  const climate = climateOf(stations, weights);
  const session = await openOnnxSession(emitStationSet(config, stations.length, weights));
  const errors = new StandardErrors(CHANNELS, LEAD_HOURS, CALIBRATION_ERRORS);
  const perLead = stations.length * CHANNELS;
  try {
    for await (const examples of data.validationExamples((present) => [columnsAmong(stations, present)])) {
      const batch = gather(examples, climate);
      const shapes = inputShapes(stations.length, batch.size);
      const { mean, logScale } = await session.run({
        series: { shape: shapes.series, values: batch.series },
        marks: { shape: shapes.marks, values: batch.marks },
        time: { shape: shapes.time, values: batch.time },
      });
      for (let i = 0; i < batch.targets.length; i++) {
        if (batch.weights[i] === 0) continue;
        const lead = Math.floor(i / perLead) % LEAD_HOURS;
        errors.add(i % CHANNELS, lead, (batch.targets[i] - mean.values[i]) / Math.exp(logScale.values[i]));
      }
    }
  } finally {
    await session.close();
  }
  return errors.factors();
}
