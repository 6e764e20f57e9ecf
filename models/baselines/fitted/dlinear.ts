/**
 * DLinear (Zeng et al. 2023, "Are Transformers Effective for Time Series Forecasting?"): the 48 hours of a station, standardised,
 * are split into a moving average of 25 hours (the ends repeated) and the rest; one linear map of each to the 24 hours, added.
 * Shared by all stations, or individual. The published code trains the maps by gradient descent; the model is linear, so here
 * they are fitted exactly, by least squares over all windows of the span.
 */
import type { VariableName } from '../../../src/domain/variables.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor, Weights } from '../../weights/safetensors.ts';
import { type Harmonics, writeMean } from './harmonics.ts';
import { lagMoments } from './lag-moments.ts';
import { solveRidge } from './least-squares.ts';
import { type BaselineMethod, type FitInput, type Forecasts, spanAnomalies, tensor } from './method.ts';
import { residualShapes } from './residual-quantiles.ts';
import type { Window } from './windows.ts';

const KERNEL = 25;
/** The two maps see the same 48 hours, so that only a penalty tells them apart; small beside the 35,000 windows of four years. */
const PENALTY = 0.1;
/** Seasonal part, trend, constant. */
const FEATURES = 2 * INPUT_HOURS + 1;

export const dlinear = method('dlinear', 'DLinear', false);
export const dlinearIndividual = method('dlinear-individual', 'DLinear, individual', true);

function method(id: string, name: string, individual: boolean): BaselineMethod {
  return {
    id,
    name,
    fit: (input) => ({ weights: fitMaps(input, individual), chosen: { individual } }),
    shapes: (stations) => {
      const groups = individual ? stations : 1;
      const map = [groups, INPUT_HOURS, LEAD_HOURS];
      return { seasonal: map, trend: map, constant: [groups, LEAD_HOURS], standard: [2], ...residualShapes(stations) };
    },
    async open(weights, harmonics) {
      const maps = new Map([...harmonics.keys()].map((variable) => [variable, joinMaps(weights, variable)]));
      return { predict: async (windows) => windows.map((window) => forecast(weights, maps, harmonics, window)) };
    },
  };
}

/** [hour, input hour]: the moving average of 48 hours, as a matrix. */
const AVERAGE = averageMatrix();

function averageMatrix(): Float64Array {
  const matrix = new Float64Array(INPUT_HOURS * INPUT_HOURS);
  const half = (KERNEL - 1) / 2;
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    for (let offset = -half; offset <= half; offset++) {
      const input = Math.min(INPUT_HOURS - 1, Math.max(0, hour + offset));
      matrix[hour * INPUT_HOURS + input] += 1 / KERNEL;
    }
  }
  return matrix;
}

/** The standardised values of each station over a span. */
function standardised(input: FitInput, variable: VariableName) {
  const { first, series, windows } = spanAnomalies(input, variable, input.from, input.to);
  const mean = new Float64Array(series.length);
  for (let hour = 0; hour < series[0].length; hour++) {
    writeMean(input.harmonics.get(variable)!, first + hour, mean);
    for (const [station, own] of series.entries()) own[hour] += mean[station];
  }
  const known = series.filter((own) => !Number.isNaN(own[0]));
  const count = known.length * series[0].length;
  const centre = known.reduce((sum, own) => own.reduce((total, value) => total + value, sum), 0) / count;
  const square = known.reduce((sum, own) => own.reduce((total, value) => total + (value - centre) ** 2, sum), 0);
  const scale = Math.sqrt(square / count) || 1;
  for (const own of series) for (let hour = 0; hour < own.length; hour++) own[hour] = (own[hour] - centre) / scale;
  return { series, windows, centre, scale };
}

function fitMaps(input: FitInput, individual: boolean): Weights {
  const weights = new Map<string, NamedTensor>();
  for (const variable of input.variables) {
    const { series, windows, centre, scale } = standardised(input, variable);
    const ones = new Float64Array(series[0].length).fill(1);
    const moments = series.map((own) =>
      decomposedMoments(
        own.map((value) => (Number.isNaN(value) ? 0 : value)),
        ones,
        windows,
      ),
    );
    const groups = individual ? moments : [sumMoments(moments)];
    const solved = groups.map(({ gram, right }) => solveRidge(gram, right, new Float64Array(FEATURES).fill(PENALTY)));
    const part = (from: number, to: number) =>
      solved.flatMap((maps) => [...maps.subarray(from * LEAD_HOURS, to * LEAD_HOURS)]);
    weights.set(`${variable}.seasonal`, tensor([groups.length, INPUT_HOURS, LEAD_HOURS], part(0, INPUT_HOURS)));
    weights.set(`${variable}.trend`, tensor([groups.length, INPUT_HOURS, LEAD_HOURS], part(INPUT_HOURS, FEATURES - 1)));
    weights.set(`${variable}.constant`, tensor([groups.length, LEAD_HOURS], part(FEATURES - 1, FEATURES)));
    weights.set(`${variable}.standard`, tensor([2], [centre, scale]));
  }
  return weights;
}

interface Moments {
  gram: Float64Array;
  right: Float64Array;
}

/** The normal equations of [seasonal part, trend, constant] from those of the 48 hours themselves. */
function decomposedMoments(own: Float64Array, ones: Float64Array, windows: number): Moments {
  const { gram, right } = lagMoments([own, ones], windows);
  const rows = 2 * INPUT_HOURS;
  const turned = new Float64Array(FEATURES * rows);
  for (let feature = 0; feature < FEATURES; feature++) {
    for (const [hour, weight] of featureOf(feature)) {
      for (let column = 0; column < rows; column++) {
        turned[feature * rows + column] += weight * gram[hour * rows + column];
      }
    }
  }
  const result = { gram: new Float64Array(FEATURES * FEATURES), right: new Float64Array(FEATURES * LEAD_HOURS) };
  for (let feature = 0; feature < FEATURES; feature++) {
    for (const [row, weight] of featureOf(feature)) {
      for (let other = 0; other < FEATURES; other++) {
        result.gram[other * FEATURES + feature] += weight * turned[other * rows + row];
      }
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        result.right[feature * LEAD_HOURS + lead] += weight * right[row * 2 * LEAD_HOURS + 2 * lead];
      }
    }
  }
  return result;
}

/** The rows of the moments (value and constant one by turns, hour after hour) that make a feature, and their weights. */
function featureOf(feature: number): [row: number, weight: number][] {
  if (feature === FEATURES - 1) return [[1, 1]];
  const isSeasonal = feature < INPUT_HOURS;
  const hour = feature % INPUT_HOURS;
  return Array.from({ length: INPUT_HOURS }, (_, input) => {
    const average = AVERAGE[hour * INPUT_HOURS + input];
    return [input * 2, isSeasonal ? (input === hour ? 1 : 0) - average : average];
  });
}

function sumMoments(all: readonly Moments[]): Moments {
  const sum = { gram: new Float64Array(FEATURES * FEATURES), right: new Float64Array(FEATURES * LEAD_HOURS) };
  for (const { gram, right } of all) {
    for (let i = 0; i < gram.length; i++) sum.gram[i] += gram[i];
    for (let i = 0; i < right.length; i++) sum.right[i] += right[i];
  }
  return sum;
}

/** Both maps as one, [group, input hour, lead]: what a value counts in the trend and in the rest is fixed. */
function joinMaps(weights: Weights, variable: VariableName): Float64Array {
  const seasonal = weights.get(`${variable}.seasonal`)!;
  const trend = weights.get(`${variable}.trend`)!.values;
  const size = INPUT_HOURS * LEAD_HOURS;
  const joined = Float64Array.from(seasonal.values);
  for (let group = 0; group < seasonal.shape[0]; group++) {
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      const from = group * size + hour * LEAD_HOURS;
      for (let input = 0; input < INPUT_HOURS; input++) {
        const share = AVERAGE[hour * INPUT_HOURS + input];
        if (share === 0) continue;
        const into = group * size + input * LEAD_HOURS;
        for (let lead = 0; lead < LEAD_HOURS; lead++) {
          joined[into + lead] += share * (trend[from + lead] - seasonal.values[from + lead]);
        }
      }
    }
  }
  return joined;
}

function forecast(
  weights: Weights,
  maps: ReadonlyMap<VariableName, Float64Array>,
  harmonics: Harmonics,
  { init, anomalies }: Window,
): Forecasts {
  const forecasts = [...harmonics].map(([variable, own]) => {
    const [centre, scale] = weights.get(`${variable}.standard`)!.values;
    const constants = weights.get(`${variable}.constant`)!;
    const map = maps.get(variable)!;
    const inputs = anomalies.get(variable)!;
    const stations = inputs.length / INPUT_HOURS;
    const result = new Float32Array(LEAD_HOURS * stations);
    const mean = new Float32Array(stations);
    const sums = new Float64Array(stations * LEAD_HOURS);
    for (let station = 0; station < stations; station++) {
      const group = constants.shape[0] === 1 ? 0 : station;
      sums.set(constants.values.subarray(group * LEAD_HOURS, (group + 1) * LEAD_HOURS), station * LEAD_HOURS);
    }
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      writeMean(own, init - INPUT_HOURS + 1 + hour, mean);
      for (let station = 0; station < stations; station++) {
        const group = constants.shape[0] === 1 ? 0 : station;
        const value = (inputs[hour * stations + station] + mean[station] - centre) / scale;
        const at = (group * INPUT_HOURS + hour) * LEAD_HOURS;
        for (let lead = 0; lead < LEAD_HOURS; lead++) sums[station * LEAD_HOURS + lead] += map[at + lead] * value;
      }
    }
    for (let station = 0; station < stations; station++) {
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        result[lead * stations + station] = sums[station * LEAD_HOURS + lead] * scale + centre;
      }
    }
    return [variable, result] as const;
  });
  return new Map(forecasts);
}
