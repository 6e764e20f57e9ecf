/**
 * One forecast against what was observed. Only values that were observed count (interpolated ones do not), and only where
 * the forecast has a value.
 */
import { QUANTILE_VARIABLES } from './quantiles.ts';
import {
  ABSOLUTE,
  addTarget,
  COUNT,
  CRPS,
  ERROR,
  INSIDE_50,
  INSIDE_80,
  QUANTILE_COUNT,
  SQUARED,
  WIDTH,
} from './score-sums.ts';
import { FLAG, type Series } from './series.ts';
import type { VariableName } from './variables.ts';

/** Sums over stations, of one model, variable and lead time. Errors are forecast minus observation, in internal units. */
export interface ScoreRow {
  model: string;
  variable: VariableName;
  /** Hours after init. */
  lead: number;
  /** The pairs of forecast and observation. */
  count: number;
  sumSquaredError: number;
  sumAbsoluteError: number;
  sumError: number;
  /** Of a model that tells its uncertainty. */
  quantiles?: QuantileSums;
}

export interface QuantileSums {
  /** The pairs whose forecast has quantiles. */
  count: number;
  /** Over all pairs of the row; a forecast without quantiles adds its absolute error (see `score-sums.ts`). */
  sumCrps: number;
  /** The pairs whose observation lies within [p25, p75], and within [p10, p90]. */
  inside50: number;
  inside80: number;
}

export interface ScoreTarget {
  /** [lead, WIDTH]: added to. */
  byLead: Float64Array;
  /** [station, WIDTH]: added to. */
  byStation?: Float64Array;
  /** [lead, station]: only where it is 1. */
  mask?: Uint8Array;
}

/** Scores a variable of a forecast into sums; nothing happens where either side lacks the variable. */
export function scoreVariable(
  forecast: Series,
  observations: Series,
  variable: VariableName,
  { byLead, byStation, mask }: ScoreTarget,
): void {
  const predicted = forecast.variables[variable]?.values;
  const observed = observations.variables[variable];
  if (!predicted || !observed) return;
  const quantiles = forecast.quantiles?.[variable];
  const stations = forecast.stations.length;
  for (let lead = 0; lead < forecast.hours; lead++) {
    const row = (forecast.from + lead - observations.from) * stations;
    for (let station = 0; station < stations; station++) {
      const cell = lead * stations + station;
      if (observed.flags[row + station] !== FLAG.OBSERVED || (mask && mask[cell] === 0)) continue;
      const value = predicted[cell];
      if (Number.isNaN(value)) continue;
      addTarget(byLead, lead * WIDTH, observed.values[row + station], value, quantiles, cell);
      if (byStation) addTarget(byStation, station * WIDTH, observed.values[row + station], value, quantiles, cell);
    }
  }
}

/**
 * One row a variable and lead hour, of one forecast against the observations of the same stations. The direction is not scored:
 * it has no order, and follows from the components.
 * @param byStation by variable [station, WIDTH]: added to, and made where it is not there
 */
export function scoreForecast(
  model: string,
  forecast: Series,
  observations: Series,
  byStation?: Map<VariableName, Float64Array>,
): ScoreRow[] {
  const rows: ScoreRow[] = [];
  for (const variable of QUANTILE_VARIABLES) {
    if (!forecast.variables[variable] || !observations.variables[variable]) continue;
    const byLead = new Float64Array(forecast.hours * WIDTH);
    const stations = byStation?.get(variable) ?? new Float64Array(forecast.stations.length * WIDTH);
    byStation?.set(variable, stations);
    scoreVariable(forecast, observations, variable, { byLead, byStation: byStation && stations });
    for (let lead = 0; lead < forecast.hours; lead++) {
      rows.push(scoreRow(model, variable, lead + 1, byLead.subarray(lead * WIDTH)));
    }
  }
  return rows;
}

function scoreRow(model: string, variable: VariableName, lead: number, sums: Float64Array): ScoreRow {
  const row: ScoreRow = {
    model,
    variable,
    lead,
    count: sums[COUNT],
    sumSquaredError: sums[SQUARED],
    sumAbsoluteError: sums[ABSOLUTE],
    sumError: sums[ERROR],
  };
  if (sums[QUANTILE_COUNT] === 0) return row;
  const quantiles = {
    count: sums[QUANTILE_COUNT],
    sumCrps: sums[CRPS],
    inside50: sums[INSIDE_50],
    inside80: sums[INSIDE_80],
  };
  return { ...row, quantiles };
}
