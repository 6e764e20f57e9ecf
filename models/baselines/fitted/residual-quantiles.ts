/**
 * The uncertainty of a baseline that gives a single value: the quantiles of its own errors over the validation span, for each lead
 * hour and station, laid around each forecast. It knows how large errors are, not when they are large.
 */
import { orderQuantiles, QUANTILE_LEVELS, QUANTILE_VARIABLES, type Quantiles } from '../../../src/domain/quantiles.ts';
import { FLAG } from '../../../src/domain/series.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { sortedQuantile } from '../../evaluation/bootstrap.ts';
import { LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor, Weights } from '../../weights/safetensors.ts';
import { type FitInput, type Forecasts, type Predictor, tensor } from './method.ts';
import { windowAt } from './windows.ts';

const AT_ONCE = 128;
/** Values of all errors that are held in memory; longer spans are thinned out. */
const MOST_VALUES = 60_000_000;

export function residualShapes(stations: number): Record<string, readonly number[]> {
  return { residuals: [QUANTILE_LEVELS.length, LEAD_HOURS, stations] };
}

/** `VARIABLE.residuals`: [level, lead, station], of observation minus forecast. */
export async function fitResiduals(input: FitInput, predictor: Predictor): Promise<Weights> {
  const { observations, to, validateTo, harmonics } = input;
  const variables = input.variables.filter((name) => (QUANTILE_VARIABLES as readonly VariableName[]).includes(name));
  const stations = observations.stations.length;
  const cells = LEAD_HOURS * stations;
  const all = validateTo - LEAD_HOURS - to + 1;
  const stride = Math.max(1, Math.ceil((all * cells * variables.length) / MOST_VALUES));
  const inits = Array.from({ length: Math.ceil(all / stride) }, (_, index) => to - 1 + index * stride);
  const errors = new Map(variables.map((name) => [name, new Float32Array(cells * inits.length)]));
  const columns = Int32Array.from({ length: stations }, (_, station) => station);
  for (let done = 0; done < inits.length; done += AT_ONCE) {
    const some = inits.slice(done, done + AT_ONCE);
    const forecasts = await predictor.predict(some.map((init) => windowAt(observations, columns, init, harmonics)));
    for (const [name, into] of errors) {
      some.forEach((init, index) => {
        writeErrors(into, done + index, inits.length, input, name, init, forecasts[index]);
      });
    }
  }
  return new Map(
    [...errors].map(([name, values]) => [
      `${name}.residuals`,
      tensor([QUANTILE_LEVELS.length, LEAD_HOURS, stations], quantilesOf(values, cells, inits.length)),
    ]),
  );
}

/** [cell, window]; NaN where nothing was observed. */
function writeErrors(
  into: Float32Array,
  window: number,
  windows: number,
  { observations }: FitInput,
  name: VariableName,
  init: Hour,
  forecast: Forecasts,
): void {
  const { values, flags } = observations.variables[name]!;
  const predicted = forecast.get(name)!;
  const first = (init + 1 - observations.from) * observations.stations.length;
  for (let cell = 0; cell < predicted.length; cell++) {
    const isObserved = flags[first + cell] === FLAG.OBSERVED;
    into[cell * windows + window] = isObserved ? values[first + cell] - predicted[cell] : Number.NaN;
  }
}

function quantilesOf(errors: Float32Array, cells: number, windows: number): Float32Array {
  const result = new Float32Array(QUANTILE_LEVELS.length * cells).fill(Number.NaN);
  for (let cell = 0; cell < cells; cell++) {
    const sorted = errors
      .subarray(cell * windows, (cell + 1) * windows)
      .filter((error) => !Number.isNaN(error))
      .sort();
    if (sorted.length === 0) continue;
    for (const [index, level] of QUANTILE_LEVELS.entries())
      result[index * cells + cell] = sortedQuantile(sorted, level);
  }
  return result;
}

/** A forecast's quantiles, from the weights of its baseline; none where they were not fitted. */
export function residualForecast(weights: Weights, forecasts: Forecasts): Quantiles {
  const quantiles: Quantiles = {};
  for (const [name, values] of forecasts) {
    const residuals: NamedTensor | undefined = weights.get(`${name}.residuals`);
    if (!residuals) continue;
    const levels = QUANTILE_LEVELS.map((_, level) => {
      const around = residuals.values.slice(level * values.length, (level + 1) * values.length);
      for (let cell = 0; cell < values.length; cell++) around[cell] += values[cell];
      return around;
    });
    quantiles[name] = orderQuantiles(name, levels);
  }
  return quantiles;
}
