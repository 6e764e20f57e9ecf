/** The check on a minimum variability: a sensor that is stuck reports the same value again and again. */
import { FLAG } from '../../src/domain/series.ts';
import { CALM, type Measured, streakLimit } from './limits.ts';
import { type Check, passes, type Row } from './row.ts';

/** Two reports nearer than this, in degC or m/s, are equal: what packing and units make of equal ones. */
const EQUAL = 1e-3;

/** All values of a streak are flagged, those before it was told included. */
export function persistenceCheck(name: Measured, stations: number): Check {
  const last = new Float64Array(stations).fill(Number.NaN);
  const streaks = new Int32Array(stations);
  const starts: (Row | undefined)[] = new Array(stations).fill(undefined);
  const leastChange = new Float64Array(stations).fill(Number.POSITIVE_INFINITY);

  return (window) => {
    const row = window[window.length - 1];
    const variable = row.variables[name];
    if (!variable) return;
    for (let s = 0; s < stations; s++) {
      if (!passes(variable, s)) continue;
      const value = variable.values[s];
      const change = Math.abs(value - last[s]);
      last[s] = value;
      if (!(change < EQUAL)) {
        streaks[s] = 1;
        starts[s] = row;
        if (change < leastChange[s]) leastChange[s] = change;
        continue;
      }
      if (name === 'wind_speed_10m' && value < CALM) continue;
      streaks[s]++;
      const limit = streakLimit(name, leastChange[s]);
      if (streaks[s] > limit) variable.flags[s] = FLAG.PERSISTENCE;
      else if (streaks[s] === limit) flagFrom(window, starts[s], name, s);
    }
  };
}

function flagFrom(window: readonly Row[], start: Row | undefined, name: Measured, station: number): void {
  for (let i = window.length - 1; i >= 0; i--) {
    const variable = window[i].variables[name];
    if (variable && passes(variable, station)) variable.flags[station] = FLAG.PERSISTENCE;
    if (window[i] === start) return;
  }
}
