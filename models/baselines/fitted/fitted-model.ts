/** A fitted baseline as a forecast model: it finds its stations among those of a dataset, and puts its uncertainty around its forecasts. */
import type { Quantiles } from '../../../src/domain/quantiles.ts';
import type { Series } from '../../../src/domain/series.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import {
  type ForecastInput,
  type ForecastModel,
  forecastSeries,
  INPUT_HOURS,
  LEAD_HOURS,
} from '../../forecast-model.ts';
import type { Weights } from '../../weights/safetensors.ts';
import { distributionForecast } from './harmonic-climatology.ts';
import type { Harmonics } from './harmonics.ts';
import type { BaselineMethod, Forecasts } from './method.ts';
import { residualForecast } from './residual-quantiles.ts';
import { windowAt } from './windows.ts';

export interface FittedBaseline {
  method: BaselineMethod;
  id: string;
  name: string;
  /** Of the weights file; null where the fit was never stored. */
  weightsSha256: string | null;
  /** The ids of the stations that it was fitted to, in the order of its weights. */
  stations: readonly string[];
  variables: readonly VariableName[];
  weights: Weights;
}

/** Other stations than its own are missing in its forecasts; of its own, those that the dataset lacks count as unobserved. */
export async function openFitted(baseline: FittedBaseline): Promise<ForecastModel> {
  const { id, name, weightsSha256, weights } = baseline;
  const harmonics = harmonicsOf(baseline);
  const predictor = await baseline.method.open(weights, harmonics);
  const forecastMany = async (inputs: readonly ForecastInput[]) => {
    const columns = inputs.map(({ observations }) => columnsOf(baseline.stations, observations));
    const windows = inputs.map(({ observations, init }, index) =>
      windowAt(observations, columns[index], init, harmonics),
    );
    const forecasts = await predictor.predict(windows);
    return inputs.map((input, index) => {
      const quantiles = {
        ...residualForecast(weights, forecasts[index]),
        ...distributionForecast(weights, [...harmonics.keys()], input.init),
      };
      return asSeries(input, columns[index], forecasts[index], quantiles);
    });
  };
  return {
    id,
    name,
    kind: 'baseline',
    weightsSha256,
    historyHours: INPUT_HOURS,
    forecast: async (input) => (await forecastMany([input]))[0],
    forecastMany,
  };
}

export function harmonicsOf({ weights, variables }: Pick<FittedBaseline, 'weights' | 'variables'>): Harmonics {
  return new Map(variables.map((variable) => [variable, weights.get(`${variable}.harmonics`)!.values]));
}

/** Where each of the baseline's stations stands in the observations, or -1. */
function columnsOf(stations: readonly string[], { stations: present }: Series): Int32Array {
  const places = new Map(present.map(({ id }, index) => [id, index]));
  return Int32Array.from(stations, (id) => places.get(id) ?? -1);
}

/** From the baseline's stations to the dataset's. */
function asSeries(input: ForecastInput, columns: Int32Array, forecasts: Forecasts, quantiles: Quantiles): Series {
  const spread = (values: Float32Array) => {
    const width = input.observations.stations.length;
    const result = new Float32Array(LEAD_HOURS * width).fill(Number.NaN);
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      for (let station = 0; station < columns.length; station++) {
        const column = columns[station];
        if (column >= 0) result[lead * width + column] = values[lead * columns.length + station];
      }
    }
    return result;
  };
  const values = new Map<VariableName, Float32Array>();
  const levels: Quantiles = {};
  for (const [name, own] of forecasts) {
    if (!input.observations.variables[name]) continue;
    // A linear map knows no lower bound.
    values.set(name, spread(name === 'wind_speed_10m' ? notBelowZero(own) : own));
    if (quantiles[name]) levels[name] = quantiles[name].map(spread);
  }
  return forecastSeries(input, values, levels);
}

function notBelowZero(speeds: Float32Array): Float32Array {
  for (let cell = 0; cell < speeds.length; cell++) if (speeds[cell] < 0) speeds[cell] = 0;
  return speeds;
}
