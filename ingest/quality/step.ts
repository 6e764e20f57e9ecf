/**
 * The check on a plausible rate of change. A jump alone does not tell which side of it is wrong (it may be a front); a spike does:
 * a value that lies far off both the one before and the one after it, on the same side.
 */
import { FLAG } from '../../src/domain/series.ts';
import { type Measured, STEP_HOURS, stepLimit } from './limits.ts';
import { type Check, passes, type Row } from './row.ts';

export function stepCheck(name: Measured, stations: number): Check {
  /** The last value that is no spike, and the one after it, which may be one. */
  const before = new Float64Array(stations).fill(Number.NaN);
  const beforeHour = new Float64Array(stations);
  const candidates: (Row | undefined)[] = new Array(stations).fill(undefined);

  return (window) => {
    const row = window[window.length - 1];
    const variable = row.variables[name];
    if (!variable) return;
    for (let s = 0; s < stations; s++) {
      if (!passes(variable, s)) continue;
      const candidate = candidates[s];
      candidates[s] = row;
      if (!candidate) continue;
      const suspect = candidate.variables[name]!;
      if (!passes(suspect, s)) continue;
      const value = suspect.values[s];
      const rise = value - before[s];
      const fall = value - variable.values[s];
      const hours = [candidate.hour - beforeHour[s], row.hour - candidate.hour];
      const isSpike =
        rise * fall > 0 &&
        Math.max(...hours) <= STEP_HOURS &&
        Math.abs(rise) > stepLimit(name, hours[0]) &&
        Math.abs(fall) > stepLimit(name, hours[1]);
      if (isSpike) {
        suspect.flags[s] = FLAG.STEP;
      } else {
        before[s] = value;
        beforeHour[s] = candidate.hour;
      }
    }
  };
}
