/**
 * Climatology: the mean of what was observed before `init` at the same hour of the day, within 30 days of the same day
 * of the year, in all years that the dataset holds (ten at the most). With less than a year of data this is the mean
 * of the past 30 days at that hour.
 */
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, type ForecastModel, forecastSeries, LEAD_HOURS } from '../forecast-model.ts';

const HALF_WINDOW_DAYS = 30;
const YEARS = 10;
const HOURS_PER_YEAR = 365.25 * 24;
/** Fewer values than this make no mean. */
const FEWEST_VALUES = 5;

/** The hours at which `valid` has its like: same hour of day, within the window, not after `init`, in the series. */
export function analogueHours(valid: Hour, init: Hour, observations: Series): Hour[] {
  const hours: Hour[] = [];
  const last = Math.min(init, observations.from + observations.hours - 1);
  for (let year = 0; year <= YEARS; year++) {
    const centre = valid - Math.round((year * HOURS_PER_YEAR) / 24) * 24;
    for (let day = -HALF_WINDOW_DAYS; day <= HALF_WINDOW_DAYS; day++) {
      const hour = centre + day * 24;
      if (hour >= observations.from && hour <= last) hours.push(hour);
    }
  }
  return hours;
}

export const climatology: ForecastModel = {
  id: 'climatology',
  name: 'Climatology',
  kind: 'baseline',
  weightsSha256: null,
  historyHours: YEARS * HOURS_PER_YEAR + HALF_WINDOW_DAYS * 24,
  async forecast(input) {
    const { observations, init } = input;
    const count = observations.stations.length;
    const analogues = Array.from({ length: LEAD_HOURS }, (_, lead) =>
      analogueHours(init + 1 + lead, init, observations),
    );
    const result = new Map<VariableName, Float32Array>();
    for (const name of FORECAST_VARIABLES) {
      const source = observations.variables[name];
      if (!source) continue;
      const values = new Float32Array(LEAD_HOURS * count);
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        values.set(meanOverHours(source.values, analogues[lead], observations.from, count), lead * count);
      }
      result.set(name, values);
    }
    return forecastSeries(input, result);
  },
};

/** [station] mean over the given hours of a [time, station] array; NaN where there are too few values. */
function meanOverHours(values: Float32Array, hours: readonly Hour[], from: Hour, count: number): Float32Array {
  const sum = new Float64Array(count);
  const valid = new Uint32Array(count);
  for (const hour of hours) {
    const row = (hour - from) * count;
    for (let station = 0; station < count; station++) {
      const value = values[row + station];
      if (Number.isNaN(value)) continue;
      sum[station] += value;
      valid[station]++;
    }
  }
  return Float32Array.from(sum, (total, station) =>
    valid[station] >= FEWEST_VALUES ? total / valid[station] : Number.NaN,
  );
}
