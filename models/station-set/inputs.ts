/** What the networks see of the 48 hours up to an init: all stations' anomalies, in units of their scales, and the time. */
import type { Series } from '../../src/domain/series.ts';
import { solarMarks } from '../../src/domain/sun.ts';
import type { Hour } from '../../src/domain/time.ts';
import { writeMean } from '../baselines/fitted/harmonics.ts';
import { TIME_FEATURES, timeFeatures } from '../baselines/fitted/time-features.ts';
import { windowAt } from '../baselines/fitted/windows.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { CHANNELS } from '../universal/config.ts';
import { HOUR_FEATURES } from '../universal/features.ts';
import { type Climate, centreOf } from './climate.ts';

export interface InputArrays {
  /** [n, hour, station * channel] */
  series: Float32Array;
  /** [n, hour, HOUR_FEATURES] */
  marks: Float32Array;
  /** [n, TIME_FEATURES], of init */
  time: Float32Array;
}

/** The shapes of the inputs for `n` windows; -1 where the number is not fixed. */
export function inputShapes(stations: number, n: number) {
  return {
    series: [n, INPUT_HOURS, stations * CHANNELS],
    marks: [n, INPUT_HOURS, HOUR_FEATURES],
    time: [n, TIME_FEATURES],
  };
}

export function createInputs(stations: number, n: number): InputArrays {
  const array = (shape: readonly number[]) => new Float32Array(shape.reduce((product, size) => product * size, 1));
  const { series, marks, time } = inputShapes(stations, n);
  return { series: array(series), marks: array(marks), time: array(time) };
}

/** As the graph takes them. */
export function namedInputs({ series, marks, time }: InputArrays, stations: number, n: number) {
  const shapes = inputShapes(stations, n);
  return {
    series: { shape: shapes.series, values: series },
    marks: { shape: shapes.marks, values: marks },
    time: { shape: shapes.time, values: time },
  };
}

/** @param columns where each of the climate's stations stands in the observations, or -1 */
export function writeInputs(
  { series, marks, time }: InputArrays,
  index: number,
  climate: Climate,
  observations: Series,
  columns: Int32Array,
  init: Hour,
): void {
  const stations = columns.length;
  const { anomalies } = windowAt(observations, columns, init, climate.harmonics);
  const offset = index * INPUT_HOURS * stations * CHANNELS;
  FORECAST_VARIABLES.forEach((variable, channel) => {
    const own = anomalies.get(variable)!;
    const scale = climate.scales[channel];
    for (let cell = 0; cell < own.length; cell++) series[offset + cell * CHANNELS + channel] = own[cell] / scale;
  });
  const centre = centreOf(climate.stations);
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    marks.set(solarMarks(centre, init - INPUT_HOURS + 1 + hour), (index * INPUT_HOURS + hour) * HOUR_FEATURES);
  }
  time.set(timeFeatures(init), index * TIME_FEATURES);
}

/** By channel, [lead, station]: the climatology of the 24 hours after init, in units. */
export function leadClimatology(climate: Climate, init: Hour): Float32Array[] {
  const stations = climate.stations.length;
  return FORECAST_VARIABLES.map((variable) => {
    const values = new Float32Array(LEAD_HOURS * stations);
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      writeMean(climate.harmonics.get(variable)!, init + 1 + lead, values, lead * stations);
    }
    return values;
  });
}
