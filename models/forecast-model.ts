/**
 * What every forecaster is, network or baseline: from the hours up to and including `init`, the 24 hours after it.
 *
 *     const forecast = await model.forecast({ observations, init });
 *     // forecast.from === init + 1, forecast.hours === LEAD_HOURS, forecast.stations === observations.stations
 */
import type { Quantiles } from '../src/domain/quantiles.ts';
import type { RankPaths } from '../src/domain/rank-paths.ts';
import { observedVariable, type Series, type SeriesVariable } from '../src/domain/series.ts';
import type { Hour } from '../src/domain/time.ts';
import type { VariableName } from '../src/domain/variables.ts';
import type { Shard } from '../src/store/runs/parts.ts';
import type { RunModel } from '../src/store/runs/runs.ts';

/** Hours that the network sees: [init - 47, init]. */
export const INPUT_HOURS = 48;
/** Hours that a run forecasts: init + 1 .. init + 24. */
export const LEAD_HOURS = 24;

/** The variables that are forecast and scored. Direction follows from the components. */
export const FORECAST_VARIABLES = [
  'temperature_2m',
  'wind_u_component_10m',
  'wind_v_component_10m',
  'wind_speed_10m',
] as const satisfies readonly VariableName[];

export interface ForecastInput {
  /** What was observed before the valid times; reaches back at least `historyHours` where the dataset does. */
  observations: Series;
  /** The hour of the last observation that may be used. */
  init: Hour;
  /** Only these images of a network are computed, and its forecast holds their stations alone. Models without images pass over it. */
  shard?: Shard;
  /** Ids of the stations whose forecasts are wanted, by default all; a model may leave those of others missing. */
  wanted?: ReadonlySet<string>;
}

export interface ForecastModel extends RunModel {
  /** How many hours up to `init` the model looks at. */
  readonly historyHours: number;
  /** Values that the model cannot give (a station without data) are missing. */
  forecast(input: ForecastInput): Promise<Series>;
  /** The forecasts of many inits, in their order, where making them together is faster. */
  forecastMany?(inputs: readonly ForecastInput[]): Promise<Series[]>;
}

/** The forecasts of many inits, in their order, the fastest way that the model has. */
export async function forecastEach(model: ForecastModel, inputs: readonly ForecastInput[]): Promise<Series[]> {
  if (model.forecastMany) return model.forecastMany(inputs);
  const forecasts: Series[] = [];
  for (const input of inputs) forecasts.push(await model.forecast(input));
  return forecasts;
}

/**
 * Wraps forecast values as a series from `init + 1`; the flags follow from the values.
 * @param rankPaths [lead, path], the model's; kept of the variables that have quantiles
 */
export function forecastSeries(
  { observations, init }: ForecastInput,
  values: ReadonlyMap<VariableName, Float32Array>,
  quantiles?: Quantiles,
  rankPaths: RankPaths = {},
): Series {
  const variables: Partial<Record<VariableName, SeriesVariable>> = {};
  for (const [name, array] of values) {
    variables[name] = observedVariable(array);
  }
  const series = { stations: observations.stations, from: init + 1, hours: LEAD_HOURS, variables };
  if (!quantiles || Object.keys(quantiles).length === 0) return series;
  const joint = Object.entries(rankPaths).filter(([name]) => name in quantiles);
  return { ...series, quantiles, ...(joint.length > 0 && { rankPaths: Object.fromEntries(joint) }) };
}
