/**
 * Diurnal persistence: what was observed 24 hours before each valid time, at most six hours more where that is missing.
 * All 24 hours are known at `init`.
 */
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, type ForecastModel, forecastSeries, LEAD_HOURS } from '../forecast-model.ts';

const HOURS_PER_DAY = 24;
/** How far back from the same hour of yesterday a missing value is looked for. */
const OLDEST_HOURS = 6;

export const diurnalPersistence: ForecastModel = {
  id: 'diurnal-persistence',
  name: 'Diurnal persistence',
  kind: 'baseline',
  weightsSha256: null,
  historyHours: HOURS_PER_DAY + OLDEST_HOURS,
  async forecast(input) {
    const { observations, init } = input;
    const count = observations.stations.length;
    const result = new Map<VariableName, Float32Array>();
    for (const name of FORECAST_VARIABLES) {
      const source = observations.variables[name]?.values;
      if (!source) continue;
      const values = new Float32Array(LEAD_HOURS * count).fill(Number.NaN);
      for (let cell = 0; cell < values.length; cell++) {
        const yesterday = init + 1 + Math.floor(cell / count) - HOURS_PER_DAY;
        for (let hour = yesterday; hour >= yesterday - OLDEST_HOURS; hour--) {
          const value = source[(hour - observations.from) * count + (cell % count)];
          if (value === undefined || Number.isNaN(value)) continue;
          values[cell] = value;
          break;
        }
      }
      result.set(name, values);
    }
    return forecastSeries(input, result);
  },
};
