/**
 * Ridge regression over all stations: one linear map from the 48 hours of every station (anomalies of the same variable from the
 * harmonic climatology) and 35 features of time to the 24 hours of every station. What the neighbours saw is in it, which makes it
 * the strongest linear baseline. The penalty of each variable is the one with the least error on the validation span.
 */
import type { VariableName } from '../../../src/domain/variables.ts';
import { emitOnnx } from '../../engine/onnx/emit.ts';
import { openOnnxSession } from '../../engine/onnx/session.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor, Weights } from '../../weights/safetensors.ts';
import { meanForecast } from './harmonic-climatology.ts';
import type { Harmonics } from './harmonics.ts';
import { lagMoments } from './lag-moments.ts';
import { solveRidge } from './least-squares.ts';
import { type BaselineMethod, type FitInput, type Predictor, spanAnomalies, tensor } from './method.ts';
import { residualShapes } from './residual-quantiles.ts';
import { TIME_FEATURES, timeFeatures } from './time-features.ts';
import type { Window } from './windows.ts';

/** Tried in this order, in units of the mean square of an anomaly, until the validation error rises. */
const PENALTIES = [100, 300, 1000, 3000, 10_000, 30_000, 100_000];
/** Time features are hardly held back: they are few. */
const TIME_PENALTY = 1e-3;

export const ridge: BaselineMethod = {
  id: 'ridge',
  name: 'Ridge over all stations',
  fit(input) {
    const weights = new Map<string, NamedTensor>();
    const chosen: Record<string, unknown> = {};
    for (const variable of input.variables) {
      const { map, penalty, validationMse } = fitVariable(input, variable);
      const outputs = LEAD_HOURS * input.observations.stations.length;
      weights.set(`${variable}.map`, tensor([map.length / outputs, outputs], map));
      chosen[variable] = { penalty, validationMse };
    }
    return { weights, chosen };
  },
  shapes: (stations) => ({
    map: [INPUT_HOURS * stations + TIME_FEATURES, LEAD_HOURS * stations],
    ...residualShapes(stations),
  }),
  open,
};

interface Moments {
  gram: Float64Array;
  right: Float64Array;
  targetSquares: number;
  windows: number;
  features: number;
}

/** The normal equations of [48 h * station, TIME_FEATURES] -> [24 h * station] over the windows with targets in [from, to). */
function spanMoments(input: FitInput, variable: VariableName, from: number, to: number): Moments {
  const { first, series, windows } = spanAnomalies(input, variable, from, to);
  const stations = series.length;
  const moments = lagMoments(series, windows);
  const inputs = INPUT_HOURS * stations;
  const outputs = LEAD_HOURS * stations;
  const features = inputs + TIME_FEATURES;
  const gram = new Float64Array(features * features);
  const right = new Float64Array(features * outputs);
  for (let row = 0; row < inputs; row++)
    gram.set(moments.gram.subarray(row * inputs, (row + 1) * inputs), row * features);
  right.set(moments.right);

  // [TIME_FEATURES][window]
  const times = Array.from({ length: TIME_FEATURES }, () => new Float64Array(windows));
  for (let window = 0; window < windows; window++) {
    const now = timeFeatures(first + INPUT_HOURS - 1 + window);
    for (let k = 0; k < TIME_FEATURES; k++) times[k][window] = now[k];
  }
  for (let k = 0; k < TIME_FEATURES; k++) {
    const row = inputs + k;
    for (let other = 0; other < TIME_FEATURES; other++) {
      gram[row * features + inputs + other] = product(times[k], times[other], 0, windows);
    }
    for (const [station, own] of series.entries()) {
      for (let hour = 0; hour < INPUT_HOURS + LEAD_HOURS; hour++) {
        const value = product(times[k], own, hour, windows);
        const column = hour * stations + station;
        if (hour < INPUT_HOURS) {
          gram[row * features + column] = value;
          gram[column * features + row] = value;
        } else {
          right[row * outputs + column - inputs] = value;
        }
      }
    }
  }
  return { gram, right, targetSquares: moments.targetSquares, windows, features };
}

/** The sum over `count` hours of a[t] * b[t + lag]. */
function product(a: Float64Array, b: Float64Array, lag: number, count: number): number {
  let sum = 0;
  for (let t = 0; t < count; t++) sum += a[t] * b[t + lag];
  return sum;
}

function fitVariable(input: FitInput, variable: VariableName) {
  const training = spanMoments(input, variable, input.from, input.to);
  const validation = spanMoments(input, variable, input.to, input.validateTo);
  const inputs = training.features - TIME_FEATURES;
  let squares = 0;
  for (let i = 0; i < inputs; i++) squares += training.gram[i * (training.features + 1)];
  const meanSquare = squares / inputs / training.windows || 1;
  let best: { map: Float64Array; penalty: number; validationMse: number } | undefined;
  for (const penalty of PENALTIES) {
    const diagonal = new Float64Array(training.features).fill(TIME_PENALTY).fill(penalty * meanSquare, 0, inputs);
    const map = solveRidge(training.gram, training.right, diagonal);
    const validationMse = meanSquaredError(validation, map);
    if (best && validationMse >= best.validationMse) break;
    best = { map, penalty, validationMse };
  }
  return best!;
}

/** Of a map over the windows that the moments were made of: (|Y|² - 2 tr(WᵀB) + tr(WᵀGW)) / n. */
function meanSquaredError({ gram, right, targetSquares, windows, features }: Moments, map: Float64Array): number {
  const outputs = map.length / features;
  const row = new Float64Array(outputs);
  let sum = targetSquares;
  for (let i = 0; i < features; i++) {
    row.fill(0);
    for (let j = 0; j < features; j++) {
      const weight = gram[i * features + j];
      for (let k = 0; k < outputs; k++) row[k] += weight * map[j * outputs + k];
    }
    for (let k = 0; k < outputs; k++) sum += map[i * outputs + k] * (row[k] - 2 * right[i * outputs + k]);
  }
  return sum / (windows * outputs);
}

/** By ONNX Runtime: a window costs a few million multiplications. */
async function open(weights: Weights, harmonics: Harmonics): Promise<Predictor> {
  const variables = [...harmonics.keys()];
  const maps = new Map(variables.map((variable) => [`${variable}.map`, weights.get(`${variable}.map`)!]));
  const shapes = Object.fromEntries(
    variables.map((variable) => [variable, [-1, maps.get(`${variable}.map`)!.shape[0]]]),
  );
  const file = emitOnnx('ridge', shapes, maps, (ops, parameters, inputs) =>
    Object.fromEntries(
      variables.map((name) => [`${name}_24h`, ops.matMul(inputs[name], parameters.get(`${name}.map`))]),
    ),
  );
  const session = await openOnnxSession(file);
  return {
    async predict(windows) {
      const feeds = Object.fromEntries(
        variables.map((name) => [name, inputsOf(windows, name, maps.get(`${name}.map`)!.shape[0])]),
      );
      const outputs = await session.run(feeds);
      return windows.map(({ init }, index) => {
        const forecasts = variables.map((name) => {
          const values = meanForecast(harmonics.get(name)!, init);
          const changes = outputs[`${name}_24h`].values;
          for (let cell = 0; cell < values.length; cell++) values[cell] += changes[index * values.length + cell];
          return [name, values] as const;
        });
        return new Map(forecasts);
      });
    },
  };
}

function inputsOf(windows: readonly Window[], variable: VariableName, features: number): NamedTensor {
  const values = new Float32Array(windows.length * features);
  windows.forEach(({ init, anomalies }, index) => {
    values.set(anomalies.get(variable)!, index * features);
    values.set(timeFeatures(init), (index + 1) * features - TIME_FEATURES);
  });
  return { shape: [windows.length, features], values };
}
