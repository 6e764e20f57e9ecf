/**
 * Climatology: the mean of what was observed before `init` at the same hour of the day, within 30 days of the same day
 * of the year, in all years that the dataset holds (ten at the most). With less than a year of data this is the mean
 * of the past 30 days at that hour.
 */
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import {
  FORECAST_VARIABLES,
  type ForecastInput,
  type ForecastModel,
  forecastSeries,
  LEAD_HOURS,
} from '../forecast-model.ts';

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
  forecast: async (input) => forecastFrom(input, new Map()),
  async forecastMany(inputs) {
    // The hours that a valid time has its like in are the same for all 24 inits before it, so each mean is made once.
    const means = new Map<string, Float32Array>();
    const [first] = inputs;
    return inputs.map((input) => forecastFrom(input, sameData(first, input) ? means : new Map()));
  },
};

/** Whether both see the same hours from their beginning on. */
function sameData(a: ForecastInput, b: ForecastInput): boolean {
  if (a.observations.from !== b.observations.from) return false;
  return FORECAST_VARIABLES.every((name) => {
    const [one, other] = [a.observations.variables[name]?.values, b.observations.variables[name]?.values];
    return one?.buffer === other?.buffer && one?.byteOffset === other?.byteOffset;
  });
}

/** @param means by variable and valid hour, [station]; what is missing is made and added */
function forecastFrom(input: ForecastInput, means: Map<string, Float32Array>): Series {
  const { observations, init } = input;
  const count = observations.stations.length;
  const result = new Map<VariableName, Float32Array>();
  for (const name of FORECAST_VARIABLES) {
    const source = observations.variables[name];
    if (!source) continue;
    const values = new Float32Array(LEAD_HOURS * count);
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const valid = init + 1 + lead;
      let mean = means.get(`${name} ${valid}`);
      if (!mean) {
        mean = meanOverHours(source.values, analogueHours(valid, init, observations), observations.from, count);
        means.set(`${name} ${valid}`, mean);
      }
      values.set(mean, lead * count);
    }
    result.set(name, values);
  }
  return forecastSeries(input, result);
}

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
  const means = new Float32Array(count);
  for (let station = 0; station < count; station++) {
    means[station] = valid[station] >= FEWEST_VALUES ? sum[station] / valid[station] : Number.NaN;
  }
  return means;
}
