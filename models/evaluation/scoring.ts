/**
 * One forecast against what was observed. Only values that were observed count (interpolated ones do not), and only where
 * the forecast has a value.
 */
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { ScoreRow } from '../../src/store/scores.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';
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
} from './sums.ts';

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

/** One row a variable and lead hour, of one forecast against the observations of the same stations. */
export function scoreForecast(model: string, forecast: Series, observations: Series): ScoreRow[] {
  const rows: ScoreRow[] = [];
  for (const variable of FORECAST_VARIABLES) {
    if (!forecast.variables[variable] || !observations.variables[variable]) continue;
    const byLead = new Float64Array(forecast.hours * WIDTH);
    scoreVariable(forecast, observations, variable, { byLead });
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
