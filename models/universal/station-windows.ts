/**
 * What the forecaster sees of stations at one init: their recent climate, the mean of the last thirty days at each hour of
 * the day, and how far the last 48 hours are from it. A station that has been observed for two days only has a climate of two days.
 */
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';
import { CHANNELS, INPUT_HOURS } from './config.ts';

/** Hours up to init that the recent climate is the mean of. */
export const HISTORY_HOURS = 30 * 24;
/** A variable with fewer valid hours than this in the last 48 is left out. */
const FEWEST_VALID_HOURS = 24;
const HOURS_PER_DAY = 24;
/** Stations stand side by side in an hour of observations: so many are read at once, for what lies between two hours is far. */
const SIDE_BY_SIDE = 128;

export interface StationWindows {
  /** [station, hour, channel], in units, from the recent climate; 0 where the variable is left out. */
  anomalies: Float32Array;
  /** [station, lead, channel], in units: the recent climate of the 24 hours after init, which are the hours of any day; 0 where left out. */
  climate: Float32Array;
  /** [station, channel], in units; NaN where the variable is left out. */
  means: Float32Array;
  /** [station]: share of the thirty days that the climate knows, of the best-known variable. */
  known: Float32Array;
}

export interface StationWindowsOptions {
  /** The stations, by their index among those of the observations; by default all. */
  stations?: readonly number[];
  /** Fewer than are there, to see what a station that is new would be like; 48 at least. */
  historyHours?: number;
}

export function stationWindows(
  observations: Series,
  init: Hour,
  { stations = [...observations.stations.keys()], historyHours = HISTORY_HOURS }: StationWindowsOptions = {},
): StationWindows {
  const windows: StationWindows = {
    anomalies: new Float32Array(stations.length * INPUT_HOURS * CHANNELS),
    climate: new Float32Array(stations.length * HOURS_PER_DAY * CHANNELS),
    means: new Float32Array(stations.length * CHANNELS).fill(Number.NaN),
    known: new Float32Array(stations.length),
  };
  const hours = new ReadHours();
  FORECAST_VARIABLES.forEach((name, channel) => {
    const values = observations.variables[name]?.values;
    if (!values) return;
    for (let first = 0; first < stations.length; first += SIDE_BY_SIDE) {
      const columns = stations.slice(first, first + SIDE_BY_SIDE);
      hours.read(values, observations, columns, init, historyHours);
      for (let side = 0; side < columns.length; side++) writeWindow(windows, first + side, channel, hours, side);
    }
  });
  return windows;
}

function writeWindow(windows: StationWindows, at: number, channel: number, hours: ReadHours, side: number): void {
  if (!hours.lastOf(side)) return;
  const valid = hours.climateOf(side);
  const { last, climate } = hours;
  windows.means[at * CHANNELS + channel] = climate.reduce((sum, value) => sum + value, 0) / HOURS_PER_DAY;
  windows.known[at] = Math.max(windows.known[at], valid / HISTORY_HOURS);
  for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
    windows.climate[(at * HOURS_PER_DAY + slot) * CHANNELS + channel] = climate[slot];
  }
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    windows.anomalies[(at * INPUT_HOURS + hour) * CHANNELS + channel] = last[hour] - climate[hour % HOURS_PER_DAY];
  }
}

/** What was read of one variable of some stations. */
class ReadHours {
  /** [hour, side]: the last 48 hours. */
  readonly #hours = new Float32Array(INPUT_HOURS * SIDE_BY_SIDE);
  /** [slot, side]: by hour of the day, from the one after init, which is the first of the 48 too. */
  readonly #sums = new Float64Array(HOURS_PER_DAY * SIDE_BY_SIDE);
  readonly #counts = new Uint16Array(HOURS_PER_DAY * SIDE_BY_SIDE);
  /** Of one station, once it was asked for. */
  readonly last = new Float32Array(INPUT_HOURS);
  readonly climate = new Float64Array(HOURS_PER_DAY);

  read(
    values: Float32Array,
    { from, hours, stations: { length: width } }: Series,
    columns: readonly number[],
    init: Hour,
    historyHours: number,
  ): void {
    const last = this.#hours.fill(Number.NaN);
    const sums = this.#sums.fill(0);
    const counts = this.#counts.fill(0);
    const end = Math.min(init + 1, from + hours);
    for (let time = Math.max(from, init + 1 - historyHours); time < end; time++) {
      const before = init - time;
      const slot = (HOURS_PER_DAY - 1 - (before % HOURS_PER_DAY)) * SIDE_BY_SIDE;
      const hour = (INPUT_HOURS - 1 - before) * SIDE_BY_SIDE;
      const row = (time - from) * width;
      for (let side = 0; side < columns.length; side++) {
        const value = values[row + columns[side]];
        if (Number.isNaN(value)) continue;
        sums[slot + side] += value;
        counts[slot + side]++;
        if (hour >= 0) last[hour + side] = value;
      }
    }
  }

  /** Fills `last` with the 48 hours, gaps bridged linearly and held at the ends; false when too few are valid. */
  lastOf(side: number): boolean {
    const { last } = this;
    let valid = 0;
    let previous = -1;
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      const value = this.#hours[hour * SIDE_BY_SIDE + side];
      last[hour] = value;
      if (Number.isNaN(value)) continue;
      valid++;
      const before = previous < 0 ? value : last[previous];
      for (let gap = previous + 1; gap < hour; gap++) {
        const share = previous < 0 ? 0 : (gap - previous) / (hour - previous);
        last[gap] = before + (value - before) * share;
      }
      previous = hour;
    }
    if (valid < FEWEST_VALID_HOURS) return false;
    last.fill(last[previous], previous + 1);
    return true;
  }

  /**
   * Fills `climate` with the means by hour of the day. An hour of the day that was never observed has the mean of the others.
   * @returns how many hours were valid
   */
  climateOf(side: number): number {
    const { climate } = this;
    let [valid, sum, slots] = [0, 0, 0];
    for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
      const count = this.#counts[slot * SIDE_BY_SIDE + side];
      if (count === 0) continue;
      climate[slot] = this.#sums[slot * SIDE_BY_SIDE + side] / count;
      valid += count;
      sum += climate[slot];
      slots++;
    }
    for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
      if (this.#counts[slot * SIDE_BY_SIDE + side] === 0) climate[slot] = sum / slots;
    }
    return valid;
  }
}
