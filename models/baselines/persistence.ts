/** Persistence: the last observation, at most six hours old, holds for all lead hours. */
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, type ForecastModel, forecastSeries, LEAD_HOURS } from '../forecast-model.ts';

/** A station that has been silent for longer has no "last value" to persist. */
const OLDEST_HOURS = 6;

export const persistence: ForecastModel = {
  id: 'persistence',
  name: 'Persistence',
  kind: 'baseline',
  weightsSha256: null,
  historyHours: OLDEST_HOURS + 1,
  async forecast(input) {
    const { observations, init } = input;
    const count = observations.stations.length;
    const result = new Map<VariableName, Float32Array>();
    for (const name of FORECAST_VARIABLES) {
      const source = observations.variables[name];
      if (!source) continue;
      const values = new Float32Array(LEAD_HOURS * count).fill(Number.NaN);
      for (let station = 0; station < count; station++) {
        for (let hour = init; hour >= init - OLDEST_HOURS; hour--) {
          const value = source.values[(hour - observations.from) * count + station];
          if (value === undefined || Number.isNaN(value)) continue;
          for (let lead = 0; lead < LEAD_HOURS; lead++) values[lead * count + station] = value;
          break;
        }
      }
      result.set(name, values);
    }
    return forecastSeries(input, result);
  },
};
