/**
 * Errors of forecasts against observations, as sums that add up: over stations, runs and lead hours.
 * Only values that were observed count (interpolated ones do not), and only where the forecast has a value.
 */
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { ScoreRow } from '../../src/store/scores.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';

/** One row a variable and lead hour, of one forecast against the observations of the same stations. */
export function scoreForecast(model: string, forecast: Series, observations: Series): ScoreRow[] {
  const count = forecast.stations.length;
  const rows: ScoreRow[] = [];
  for (const variable of FORECAST_VARIABLES) {
    const predicted = forecast.variables[variable];
    const observed = observations.variables[variable];
    if (!predicted || !observed) continue;
    for (let lead = 0; lead < forecast.hours; lead++) {
      const row = emptyRow(model, variable, lead + 1);
      const offset = (forecast.from + lead - observations.from) * count;
      for (let station = 0; station < count; station++) {
        if (observed.flags[offset + station] !== FLAG.OBSERVED) continue;
        const error = predicted.values[lead * count + station] - observed.values[offset + station];
        if (Number.isNaN(error)) continue;
        row.count++;
        row.sumError += error;
        row.sumAbsoluteError += Math.abs(error);
        row.sumSquaredError += error * error;
      }
      rows.push(row);
    }
  }
  return rows;
}

function emptyRow(model: string, variable: VariableName, lead: number): ScoreRow {
  return { model, variable, lead, count: 0, sumSquaredError: 0, sumAbsoluteError: 0, sumError: 0 };
}

/** Adds rows of the same model, variable and lead hour, over any number of forecasts. */
export class ScoreTotals {
  readonly #rows = new Map<string, ScoreRow>();

  add(rows: readonly ScoreRow[]): void {
    for (const row of rows) {
      const key = `${row.model}/${row.variable}/${row.lead}`;
      let total = this.#rows.get(key);
      if (!total) {
        total = emptyRow(row.model, row.variable, row.lead);
        this.#rows.set(key, total);
      }
      total.count += row.count;
      total.sumError += row.sumError;
      total.sumAbsoluteError += row.sumAbsoluteError;
      total.sumSquaredError += row.sumSquaredError;
    }
  }

  rows(): ScoreRow[] {
    return [...this.#rows.values()];
  }
}

/** Mean errors in the variable's unit (MSE: unit squared). */
export interface Scores {
  count: number;
  mse: number;
  rmse: number;
  mae: number;
  bias: number;
}

/** The means over all the rows given; NaN where nothing was scored. */
export function meanScores(rows: readonly ScoreRow[]): Scores {
  const total = { count: 0, squared: 0, absolute: 0, error: 0 };
  for (const row of rows) {
    total.count += row.count;
    total.squared += row.sumSquaredError;
    total.absolute += row.sumAbsoluteError;
    total.error += row.sumError;
  }
  const mse = total.squared / total.count;
  return {
    count: total.count,
    mse,
    rmse: Math.sqrt(mse),
    mae: total.absolute / total.count,
    bias: total.error / total.count,
  };
}
