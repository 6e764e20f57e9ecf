/**
 * What the forecaster sees of stations at one init: their recent climate, the mean of the last thirty days at each hour of
 * the day, and how far the last 48 hours are from it. A station that has been observed for two days only has a climate of two days.
 *
 * Gaps are bridged from anomaly to anomaly, so that the course of the day goes on in them: between the values of evening and
 * morning lies a night, not a straight line.
 */
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';
import { CHANNELS, INPUT_HOURS } from './config.ts';

/** Hours up to init that the recent climate is the mean of. */
export const HISTORY_HOURS = 30 * 24;
/** A variable with fewer valid hours than this in the last 48 is left out. */
const FEWEST_VALID_HOURS = 8;
const HOURS_PER_DAY = 24;
/** Stations stand side by side in an hour of observations: so many are read at once, for what lies between two hours is far. */
const SIDE_BY_SIDE = 128;

export interface StationWindows {
  /** [station, hour, channel], in units, from the recent climate; 0 where the variable is left out. */
  anomalies: Float32Array;
  /** [station, hour, channel]: 1 where the anomaly was observed, 0 where it is bridged or left out. */
  observed: Float32Array;
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
    observed: new Float32Array(stations.length * INPUT_HOURS * CHANNELS),
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
  if (!hours.isKnown(side)) return;
  const valid = hours.climateOf(side);
  hours.anomaliesOf(side);
  const { anomalies, climate } = hours;
  windows.means[at * CHANNELS + channel] = climate.reduce((sum, value) => sum + value, 0) / HOURS_PER_DAY;
  windows.known[at] = Math.max(windows.known[at], valid / HISTORY_HOURS);
  for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
    windows.climate[(at * HOURS_PER_DAY + slot) * CHANNELS + channel] = climate[slot];
  }
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    const to = (at * INPUT_HOURS + hour) * CHANNELS + channel;
    windows.anomalies[to] = anomalies[hour];
    windows.observed[to] = hours.isObserved(side, hour) ? 1 : 0;
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
  readonly anomalies = new Float32Array(INPUT_HOURS);
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

  isObserved(side: number, hour: number): boolean {
    return !Number.isNaN(this.#hours[hour * SIDE_BY_SIDE + side]);
  }

  /** Whether enough of the last 48 hours are valid. */
  isKnown(side: number): boolean {
    let valid = 0;
    for (let hour = 0; hour < INPUT_HOURS; hour++) if (this.isObserved(side, hour)) valid++;
    return valid >= FEWEST_VALID_HOURS;
  }

  /** Fills `anomalies` with the 48 hours from `climate`, gaps bridged linearly and held at the ends. */
  anomaliesOf(side: number): void {
    const { anomalies, climate } = this;
    let previous = -1;
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      if (!this.isObserved(side, hour)) continue;
      const value = this.#hours[hour * SIDE_BY_SIDE + side] - climate[hour % HOURS_PER_DAY];
      const before = previous < 0 ? value : anomalies[previous];
      for (let gap = previous + 1; gap < hour; gap++) {
        anomalies[gap] = before + ((value - before) * (gap - previous)) / (hour - previous);
      }
      anomalies[hour] = value;
      previous = hour;
    }
    anomalies.fill(anomalies[previous], previous + 1);
  }

  /**
   * Fills `climate` with the means by hour of the day. An hour of the day that was never observed lies on the straight line between
   * the hours before and after it that were: reports may come every three hours.
   * @returns how many hours were valid
   */
  climateOf(side: number): number {
    const { climate } = this;
    const count = (slot: number) => this.#counts[(slot % HOURS_PER_DAY) * SIDE_BY_SIDE + side];
    let valid = 0;
    for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
      valid += count(slot);
      if (count(slot) > 0) climate[slot] = this.#sums[slot * SIDE_BY_SIDE + side] / count(slot);
    }
    for (let slot = 0; slot < HOURS_PER_DAY; slot++) {
      if (count(slot) > 0) continue;
      let [before, after] = [1, 1];
      while (count(slot + HOURS_PER_DAY - before) === 0) before++;
      while (count(slot + after) === 0) after++;
      const [earlier, later] = [
        climate[(slot + HOURS_PER_DAY - before) % HOURS_PER_DAY],
        climate[(slot + after) % HOURS_PER_DAY],
      ];
      climate[slot] = earlier + ((later - earlier) * before) / (before + after);
    }
    return valid;
  }
}
