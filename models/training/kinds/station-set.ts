/** How a forecaster of a set of stations is trained: its climate and linear path first, then its networks, then its quantiles. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Random } from '../../../src/domain/random.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { Parameters } from '../../engine/parameters.ts';
import { EVALUATION, type Pass } from '../../engine/pass.ts';
import { tensorFlowOps } from '../../engine/tensorflow.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import { emitStationSet, writeStationSet } from '../../station-set/artefact.ts';
import { type Climate, climateOf, climateShapes, climateWeights, fitClimate } from '../../station-set/climate.ts';
import { type StationSetConfig, stationSetConfigSchema } from '../../station-set/config.ts';
import {
  createInputs,
  type InputArrays,
  inputShapes,
  leadClimatology,
  namedInputs,
  writeInputs,
} from '../../station-set/inputs.ts';
import { fitLinearPath, type LinearPath } from '../../station-set/linear-path.ts';
import {
  LINEAR_MAP,
  linearPathShapes,
  memberForecasts,
  memberSpecs,
  PATTERNS,
  stationSetForward,
} from '../../station-set/network.ts';
import { CHANNELS } from '../../universal/config.ts';
import type { Weights } from '../../weights/safetensors.ts';
import type { Example, Trainable } from '../trainable.ts';
import { type CalibrationBatch, calibrate } from './calibrate.ts';
import { channelLoss, channelMeasures, type Targets } from './channel-loss.ts';
import type { ModelKind, TrainingData } from './model-kind.ts';

export interface StationSetBatch extends InputArrays, Targets {
  size: number;
}

/** Windows of the validation span that quantiles are calibrated on. */
const CALIBRATION_WINDOWS = 9000;

/** Where each of the model's stations stands in what is read, or -1. */
type Unit = Int32Array;

export const stationSetKind: ModelKind<StationSetConfig> = {
  architecture: stationSetConfigSchema,
  nameOf: () => 'UniRepLKNet',
  historyHours: INPUT_HOURS,
  async open(tf, architecture, data) {
    const observations = await trainingSpan(data);
    const climate = fitClimate(observations);
    const most = LEAD_HOURS * climate.stations.length * CHANNELS;
    if (architecture.patterns > most) {
      throw new KernelcastError(
        'USAGE',
        `${climate.stations.length} stations have no ${architecture.patterns} patterns`,
        {
          where: { field: 'architecture.patterns' },
          hint: `Give ${most} at most; about four for each station do well.`,
        },
      );
    }
    const linear = fitLinearPath(tf, observations, climate, architecture);
    return trainableStationSet(tf, architecture, climate, linear);
  },
  async publish(folder, { files, ...model }, data) {
    const { stations } = data.sources.find(({ trains }) => trains)!;
    const climate = climateOf(stations, model.weights);
    const calibration = await calibrate(
      emitStationSet(model.architecture, stations.length, model.weights),
      validationBatches(data, climate),
      stations.length * CHANNELS,
    );
    const weights = new Map([...model.weights, ...calibration]);
    await writeStationSet(folder, { ...model, stations, weights }, files);
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
  linear: LinearPath,
): Trainable<Unit, StationSetBatch> {
  const count = climate.stations.length;
  const values = new Map([
    [LINEAR_MAP, linear.map],
    [PATTERNS, linear.patterns],
  ]);
  const linearSpecs = linearPathShapes(config, count);
  const fixed: Weights = new Map([
    ...climateWeights(climate),
    ...linearSpecs.map(({ name, shape }) => [name, { shape, values: values.get(name)! }] as const),
  ]);
  const inputsOf = (batch: StationSetBatch) => {
    const shapes = inputShapes(count, batch.size);
    return {
      series: tf.tensor(batch.series, shapes.series),
      marks: tf.tensor(batch.marks, shapes.marks),
      time: tf.tensor(batch.time, shapes.time),
    };
  };

  return {
    specs: [
      ...memberSpecs(config, count, 'training'),
      ...[...climateShapes(count), ...linearSpecs].map((spec) => ({
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
    /** Mean over the members of each one's own error. */
    loss(weights, batch, pass: Pass<tfjs.Tensor>) {
      const forecasts = memberForecasts(
        tensorFlowOps(tf),
        inputsOf(batch),
        new Parameters<tfjs.Tensor>(weights),
        config,
        'training',
        pass,
      );
      const losses = forecasts.map((forecast) => channelLoss(tf, forecast, batch));
      return tf.div(tf.addN(losses), losses.length) as tfjs.Scalar;
    },
    /** Of the whole forecast. */
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
      return channelMeasures(mean.dataSync(), batch, climate.scales);
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
 * Each example mixed with another of the batch, in shares of its own (Zhang et al. 2018, with Beta(1, 1)): the weather
 * halfway between two is answered by what is halfway between what came of them. Four years hold few independent days, and
 * without it the networks know them by heart after two epochs.
 */
function mixUp(batch: StationSetBatch, random: Random): StationSetBatch {
  const shares = Float32Array.from({ length: batch.size }, () => random.uniform());
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
      const share = shares[index];
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

async function* validationBatches(data: TrainingData, climate: Climate): AsyncGenerator<CalibrationBatch> {
  const { stations } = climate;
  for await (const examples of data.validationExamples(
    (given) => [columnsAmong(stations, given)],
    CALIBRATION_WINDOWS,
  )) {
    const { size, targets, weights, ...arrays } = gather(examples, climate);
    yield { inputs: namedInputs(arrays, stations.length, size), targets, weights };
  }
}
