/**
 * The harmonic climatology: for each station and hour of the day (UTC) a mean and three yearly harmonics, by least squares on
 * the observed hours of a span. Seven numbers for each station, hour of the day and variable.
 */

import { FLAG, type Series } from '../../../src/domain/series.ts';
import { dayOfYear } from '../../../src/domain/sun.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { solveRidge } from './least-squares.ts';

const HOURS_PER_DAY = 24;
const HARMONICS = 3;
/** Of one station and hour of the day. */
export const COEFFICIENTS = 1 + 2 * HARMONICS;
/** Keeps the equations solvable where an hour of the day was hardly ever observed; a few thousandths of a day's weight. */
const PENALTY = 1e-3;

/** 1, then cosine and sine of one, two and three times the angle of the year. */
export function yearlyBasis(hour: Hour): Float64Array {
  const angle = (2 * Math.PI * dayOfYear(hour)) / 365.25;
  const basis = new Float64Array(COEFFICIENTS);
  basis[0] = 1;
  for (let harmonic = 1; harmonic <= HARMONICS; harmonic++) {
    basis[2 * harmonic - 1] = Math.cos(harmonic * angle);
    basis[2 * harmonic] = Math.sin(harmonic * angle);
  }
  return basis;
}

/** By variable, [station, hour of the day, COEFFICIENTS]. A station that was never observed has NaN. */
export type Harmonics = ReadonlyMap<VariableName, Float32Array>;

/** Fits on the observed hours [from, to) of a series. */
export function fitHarmonics(
  { observations, from, to }: { observations: Series; from: Hour; to: Hour },
  variables: readonly VariableName[],
): Harmonics {
  return new Map(variables.map((variable) => [variable, fitVariable(observations, variable, from, to)]));
}

function fitVariable(observations: Series, variable: VariableName, from: Hour, to: Hour): Float32Array {
  const { values, flags } = observations.variables[variable]!;
  const stations = observations.stations.length;
  const groups = stations * HOURS_PER_DAY;
  const grams = Array.from({ length: groups }, () => new Float64Array(COEFFICIENTS * COEFFICIENTS));
  const rights = Array.from({ length: groups }, () => new Float64Array(COEFFICIENTS));
  for (let hour = from; hour < to; hour++) {
    const basis = yearlyBasis(hour);
    const row = (hour - observations.from) * stations;
    for (let station = 0; station < stations; station++) {
      if (flags[row + station] !== FLAG.OBSERVED) continue;
      const group = station * HOURS_PER_DAY + (hour % HOURS_PER_DAY);
      for (let i = 0; i < COEFFICIENTS; i++) {
        rights[group][i] += basis[i] * values[row + station];
        for (let j = 0; j < COEFFICIENTS; j++) grams[group][i * COEFFICIENTS + j] += basis[i] * basis[j];
      }
    }
  }
  const result = new Float32Array(groups * COEFFICIENTS);
  const penalty = new Float64Array(COEFFICIENTS).fill(PENALTY);
  for (let group = 0; group < groups; group++) {
    const isObserved = grams[group][0] > 0;
    const solution = isObserved ? solveRidge(grams[group], rights[group], penalty) : [Number.NaN];
    for (let i = 0; i < COEFFICIENTS; i++) result[group * COEFFICIENTS + i] = isObserved ? solution[i] : Number.NaN;
  }
  return result;
}

export function harmonicsShape(stations: number): readonly number[] {
  return [stations, HOURS_PER_DAY, COEFFICIENTS];
}

export function stationsOf(harmonics: Float32Array): number {
  return harmonics.length / (HOURS_PER_DAY * COEFFICIENTS);
}

/** Writes the climatological mean of all stations at an hour into `into` from `at` on. */
export function writeMean(harmonics: Float32Array, hour: Hour, into: Float32Array | Float64Array, at = 0): void {
  const stations = stationsOf(harmonics);
  const basis = yearlyBasis(hour);
  for (let station = 0; station < stations; station++) {
    const group = (station * HOURS_PER_DAY + (hour % HOURS_PER_DAY)) * COEFFICIENTS;
    let mean = 0;
    for (let i = 0; i < COEFFICIENTS; i++) mean += harmonics[group + i] * basis[i];
    into[at + station] = mean;
  }
}
