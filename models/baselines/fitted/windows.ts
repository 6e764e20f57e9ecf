/**
 * What a fitted baseline sees: the 48 hours up to `init` of its own stations, in its own order, as anomalies from the harmonic
 * climatology. Gaps of up to six hours between two observations are bridged linearly; a silence at the end keeps the last anomaly
 * for six hours; what remains missing is at its climatology, an anomaly of 0. Nothing after `init` is looked at.
 */
import type { Series } from '../../../src/domain/series.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { INPUT_HOURS } from '../../forecast-model.ts';
import { type Harmonics, writeMean } from './harmonics.ts';

const LONGEST_GAP_HOURS = 6;

export interface Window {
  init: Hour;
  /** By variable, [hour, station] of the 48 hours up to `init`: anomalies without gaps. */
  anomalies: ReadonlyMap<VariableName, Float32Array>;
}

/**
 * The window of a model's stations, picked from the observations by their ids; a station that they lack is at its climatology.
 * @param columns where each of the model's stations stands in the observations, or -1
 */
export function windowAt(observations: Series, columns: Int32Array, init: Hour, harmonics: Harmonics): Window {
  const anomalies = new Map<VariableName, Float32Array>();
  const first = init - INPUT_HOURS + 1;
  for (const [variable, coefficients] of harmonics) {
    anomalies.set(variable, filledAnomalies(observations, variable, columns, first, INPUT_HOURS, coefficients));
  }
  return { init, anomalies };
}

/** [hour, station] of the hours [first, first + hours), without gaps. Hours that the series does not hold are missing. */
export function filledAnomalies(
  observations: Series,
  variable: VariableName,
  columns: Int32Array,
  first: Hour,
  hours: number,
  coefficients: Float32Array,
): Float32Array {
  const stations = columns.length;
  const result = new Float32Array(hours * stations);
  const values = observations.variables[variable]?.values;
  if (!values) return result;
  const mean = new Float32Array(stations);
  for (let hour = 0; hour < hours; hour++) {
    const row = first + hour - observations.from;
    if (row < 0 || row >= observations.hours) {
      result.fill(Number.NaN, hour * stations, (hour + 1) * stations);
      continue;
    }
    writeMean(coefficients, first + hour, mean);
    for (let station = 0; station < stations; station++) {
      const column = columns[station];
      const value = column < 0 ? Number.NaN : values[row * observations.stations.length + column];
      result[hour * stations + station] = value - mean[station];
    }
  }
  for (let station = 0; station < stations; station++) fillGaps(result, station, stations, hours);
  return result;
}

function fillGaps(anomalies: Float32Array, station: number, stations: number, hours: number): void {
  let last = -1;
  for (let hour = 0; hour <= hours; hour++) {
    if (hour < hours && Number.isNaN(anomalies[hour * stations + station])) continue;
    for (let gap = last + 1; gap < hour; gap++) {
      anomalies[gap * stations + station] = bridged(anomalies, station, stations, { last, gap, next: hour, hours });
    }
    last = hour;
  }
}

function bridged(
  anomalies: Float32Array,
  station: number,
  stations: number,
  { last, gap, next, hours }: { last: number; gap: number; next: number; hours: number },
): number {
  if (last < 0) return 0;
  const before = anomalies[last * stations + station];
  if (next === hours) return gap - last <= LONGEST_GAP_HOURS ? before : 0;
  if (next - last - 1 > LONGEST_GAP_HOURS) return 0;
  return before + ((anomalies[next * stations + station] - before) * (gap - last)) / (next - last);
}
