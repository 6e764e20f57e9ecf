/** What each fitted baseline consists of: how it is fitted to a span, and how it forecasts from what was fitted. */
import type { Series } from '../../../src/domain/series.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor, Weights } from '../../weights/safetensors.ts';
import type { Harmonics } from './harmonics.ts';
import { filledAnomalies, type Window } from './windows.ts';

/** What a fit may see. Targets lie in [from, to) to be fitted, and in [to, validateTo) to choose by. */
export interface FitSpan {
  /** Hours after `validateTo` are not looked at. */
  observations: Series;
  from: Hour;
  to: Hour;
  validateTo: Hour;
}

export interface FitInput extends FitSpan {
  variables: readonly VariableName[];
  /** Fitted on [from, to). */
  harmonics: Harmonics;
}

export interface Fit {
  /** Beside the harmonics, which every baseline has. */
  weights: Weights;
  /** What was chosen, for the artefact. */
  chosen: Record<string, unknown>;
}

/** Of one window: by variable, [lead, station], in units. */
export type Forecasts = ReadonlyMap<VariableName, Float32Array>;

export interface Predictor {
  predict(windows: readonly Window[]): Promise<Forecasts[]>;
}

export interface BaselineMethod {
  id: string;
  /** For people. */
  name: string;
  fit(input: FitInput): Fit;
  /** The tensors of one variable, beside its harmonics: what comes after `VARIABLE.`, and the shape. */
  shapes(stations: number): Record<string, readonly number[]>;
  /** @param weights with the harmonics among them */
  open(weights: Weights, harmonics: Harmonics): Promise<Predictor>;
}

/** By station, the anomalies without gaps of the windows whose targets lie in [from, to), and how many windows those are. */
export function spanAnomalies(
  { observations, harmonics }: Pick<FitInput, 'observations' | 'harmonics'>,
  variable: VariableName,
  from: Hour,
  to: Hour,
): { first: Hour; windows: number; series: Float64Array[] } {
  const first = Math.max(observations.from, from - INPUT_HOURS);
  const hours = to - first;
  const stations = observations.stations.length;
  const columns = Int32Array.from({ length: stations }, (_, station) => station);
  const all = filledAnomalies(observations, variable, columns, first, hours, harmonics.get(variable)!);
  const series = Array.from(columns, (station) =>
    Float64Array.from({ length: hours }, (_, hour) => all[hour * stations + station]),
  );
  return { first, windows: hours - INPUT_HOURS - LEAD_HOURS + 1, series };
}

/** Values as weights hold them. */
export function tensor(shape: readonly number[], values: ArrayLike<number>): NamedTensor {
  return { shape, values: values instanceof Float32Array ? values : Float32Array.from(values) };
}
