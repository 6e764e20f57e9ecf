/**
 * What a set of stations is like, from the training span: the harmonic climatology of each, which their weather is counted
 * from, and how far each variable strays from it, which makes its unit.
 */
import type { Point } from '../../src/domain/geo.ts';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { fitHarmonics, type Harmonics, harmonicsShape } from '../baselines/fitted/harmonics.ts';
import { filledAnomalies } from '../baselines/fitted/windows.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';
import { CHANNELS } from '../universal/config.ts';
import type { Weights } from '../weights/safetensors.ts';

export interface Climate {
  stations: readonly Station[];
  /** Of every forecast variable. */
  harmonics: Harmonics;
  /** [channel]: the standard deviation of the anomalies, in units. */
  scales: Float32Array;
}

/** Tensors of the artefact, beside the network's. */
const SCALES = 'scales';
const harmonicsName = (variable: string) => `${variable}.harmonics`;

export function fitClimate(observations: Series): Climate {
  const { stations, from, hours } = observations;
  const variables = FORECAST_VARIABLES.filter((name) => observations.variables[name]);
  const fitted = fitHarmonics({ observations, from, to: from + hours }, variables);
  const columns = Int32Array.from(stations, (_, station) => station);
  const scales = new Float32Array(CHANNELS).fill(1);
  const harmonics = new Map<(typeof FORECAST_VARIABLES)[number], Float32Array>();
  FORECAST_VARIABLES.forEach((variable, channel) => {
    // A variable that is not in the data, or a station that was never observed, is at 0 throughout.
    const own = (fitted.get(variable) ?? new Float32Array(harmonicsShape(stations.length).reduce((a, b) => a * b))).map(
      (value) => (Number.isNaN(value) ? 0 : value),
    );
    harmonics.set(variable, own);
    if (!fitted.has(variable)) return;
    const anomalies = filledAnomalies(observations, variable, columns, from, hours, own);
    const squares = anomalies.reduce((sum, value) => sum + value * value, 0);
    scales[channel] = Math.sqrt(squares / anomalies.length) || 1;
  });
  return { stations, harmonics, scales };
}

export function climateWeights({ stations, harmonics, scales }: Climate): Weights {
  return new Map([
    [SCALES, { shape: [CHANNELS], values: scales }],
    ...[...harmonics].map(
      ([name, values]) => [harmonicsName(name), { shape: harmonicsShape(stations.length), values }] as const,
    ),
  ]);
}

export function climateShapes(stations: number) {
  return [
    { name: SCALES, shape: [CHANNELS] },
    ...FORECAST_VARIABLES.map((name) => ({ name: harmonicsName(name), shape: harmonicsShape(stations) })),
  ];
}

export function climateOf(stations: readonly Station[], weights: Weights): Climate {
  return {
    stations,
    harmonics: new Map(FORECAST_VARIABLES.map((name) => [name, weights.get(harmonicsName(name))!.values])),
    scales: weights.get(SCALES)!.values,
  };
}

/** The middle of the stations' latitudes and longitudes: where the sun is asked for. Stations of one region. */
export function centreOf(stations: readonly Station[]): Point {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    latitude: mean(stations.map(({ latitude }) => latitude)),
    longitude: mean(stations.map(({ longitude }) => longitude)),
  };
}
