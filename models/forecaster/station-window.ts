/**
 * What the forecaster sees of one station at one init: its recent climate, the mean of the last thirty days at each hour of
 * the day, and how far its last 48 hours are from it. A station that has been observed for two days only has a climate of two days.
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

export interface StationWindow {
  /** [hour, channel], in units, from the recent climate; 0 where the variable is left out. */
  anomalies: Float32Array;
  /** [lead, channel], in units: the recent climate of the 24 hours after init, which are the hours of any day; 0 where left out. */
  climate: Float32Array;
  /** [channel], in units; NaN where the variable is left out. */
  means: Float32Array;
  /** Share of the thirty days that the climate knows, of the best-known variable. */
  known: number;
}

// Of one variable of a station, made once: a forecast makes windows by the ten thousand.
const last = new Float32Array(INPUT_HOURS);
const climate = new Float64Array(HOURS_PER_DAY);
const counts = new Uint16Array(HOURS_PER_DAY);

/** @param historyHours fewer than are there, to see what a station that is new would be like; 48 at least */
export function stationWindow(
  observations: Series,
  station: number,
  init: Hour,
  historyHours: number = HISTORY_HOURS,
): StationWindow {
  const window: StationWindow = {
    anomalies: new Float32Array(INPUT_HOURS * CHANNELS),
    climate: new Float32Array(HOURS_PER_DAY * CHANNELS),
    means: new Float32Array(CHANNELS).fill(Number.NaN),
    known: 0,
  };
  FORECAST_VARIABLES.forEach((name, channel) => {
    const values = observations.variables[name]?.values;
    if (!values || !readLastHours(last, values, observations, station, init)) return;
    const valid = readClimate(climate, values, observations, station, init, historyHours);
    window.means[channel] = climate.reduce((sum, value) => sum + value, 0) / HOURS_PER_DAY;
    window.known = Math.max(window.known, valid / HISTORY_HOURS);
    for (let slot = 0; slot < HOURS_PER_DAY; slot++) window.climate[slot * CHANNELS + channel] = climate[slot];
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      window.anomalies[hour * CHANNELS + channel] = last[hour] - climate[hour % HOURS_PER_DAY];
    }
  });
  return window;
}

/**
 * The means by hour of the day: slot 0 is the hour after init, and so the first of the 48 hours. An hour of the day that was
 * never observed has the mean of the others.
 * @returns how many hours were valid
 */
function readClimate(
  climate: Float64Array,
  values: Float32Array,
  { from, stations: { length: count } }: Series,
  station: number,
  init: Hour,
  historyHours: number,
): number {
  counts.fill(0);
  climate.fill(0);
  let valid = 0;
  let slot = (HOURS_PER_DAY - (historyHours % HOURS_PER_DAY)) % HOURS_PER_DAY;
  for (let row = init - historyHours + 1 - from; row <= init - from; row++) {
    const value = row < 0 ? Number.NaN : values[row * count + station];
    if (!Number.isNaN(value)) {
      climate[slot] += value;
      counts[slot]++;
      valid++;
    }
    slot = slot === HOURS_PER_DAY - 1 ? 0 : slot + 1;
  }
  let [sum, slots] = [0, 0];
  for (let of = 0; of < HOURS_PER_DAY; of++) {
    if (counts[of] === 0) continue;
    climate[of] /= counts[of];
    sum += climate[of];
    slots++;
  }
  for (let of = 0; of < HOURS_PER_DAY; of++) if (counts[of] === 0) climate[of] = sum / slots;
  return valid;
}

/** Fills `last` with the 48 hours, gaps bridged linearly and held at the ends; false when too few are valid. */
function readLastHours(
  last: Float32Array,
  values: Float32Array,
  { from, hours, stations: { length: count } }: Series,
  station: number,
  init: Hour,
): boolean {
  let valid = 0;
  let previous = -1;
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    const row = init - INPUT_HOURS + 1 + hour - from;
    const value = row >= 0 && row < hours ? values[row * count + station] : Number.NaN;
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
