/**
 * What the network sees of one node at one init: its stations' last 48 hours, the hours' place in the day and the year,
 * and where the stations are. Temperature counts from the station's mean over the window, and every variable is divided
 * by a fixed physical scale, so that one network reads any station.
 */
import type { Series } from '../../src/domain/series.ts';
import { solarMarks } from '../../src/domain/sun.ts';
import type { Hour } from '../../src/domain/time.ts';
import { FORECAST_VARIABLES, INPUT_HOURS } from '../forecast-model.ts';
import { INPUT_CHANNELS } from './config.ts';
import { eastOf, type NodeLayout } from './node-layout.ts';

/** degC or m/s that make one unit of each channel. */
export const CHANNEL_SCALES: readonly number[] = [5, 5, 5, 5];
/** The channel that counts from the station's mean over the window. */
const TEMPERATURE = FORECAST_VARIABLES.indexOf('temperature_2m');
/** A station's variable with fewer valid hours than this in the window is left out. */
const FEWEST_VALID_HOURS = 24;

/** Per station: present, sine of latitude, east and north of the centre (1000 km), elevation (km), mean temperature (30 degC), variables present. */
export const STATION_FEATURES = 6 + INPUT_CHANNELS;
/** Per hour, at the node's centre: sine and cosine of local solar time and of the day of the year, sine of the sun's elevation. */
export const HOUR_FEATURES = 5;

const KM_PER_DEGREE = 111.2;

export interface NodeFeatures {
  /** [hour, station, channel], normalised; 0 where there is nothing. */
  series: Float32Array;
  /** [hour, HOUR_FEATURES] */
  marks: Float32Array;
  /** [station, STATION_FEATURES] */
  places: Float32Array;
  /** [station, channel]: what a normalised 0 stands for, in units; NaN where the variable is left out. */
  baselines: Float32Array;
}

function emptyFeatures(places: number): NodeFeatures {
  return {
    series: new Float32Array(INPUT_HOURS * places * INPUT_CHANNELS),
    marks: new Float32Array(INPUT_HOURS * HOUR_FEATURES),
    places: new Float32Array(places * STATION_FEATURES),
    baselines: new Float32Array(places * INPUT_CHANNELS),
  };
}

/**
 * Reads the window that ends at `init`; hours outside `observations` count as missing.
 * @param features is written to, whatever it holds, and returned.
 */
export function nodeFeatures(
  observations: Series,
  node: NodeLayout,
  init: Hour,
  features: NodeFeatures = emptyFeatures(node.stations.length),
): NodeFeatures {
  const places = node.stations.length;
  features.series.fill(0);
  features.places.fill(0);
  features.baselines.fill(Number.NaN);
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    features.marks.set(solarMarks(node.centre, init - INPUT_HOURS + 1 + hour), hour * HOUR_FEATURES);
  }
  const window = new Float32Array(INPUT_HOURS);
  for (let place = 0; place < places; place++) {
    if (node.stations[place] < 0) continue;
    describePlace(features, observations, node, place);
    for (let channel = 0; channel < INPUT_CHANNELS; channel++) {
      if (!readWindow(window, observations, channel, node.stations[place], init)) continue;
      const mean = channel === TEMPERATURE ? window.reduce((sum, value) => sum + value, 0) / INPUT_HOURS : 0;
      features.baselines[place * INPUT_CHANNELS + channel] = mean;
      features.places[place * STATION_FEATURES + 6 + channel] = 1;
      if (channel === TEMPERATURE) features.places[place * STATION_FEATURES + 5] = mean / 30;
      for (let hour = 0; hour < INPUT_HOURS; hour++) {
        features.series[(hour * places + place) * INPUT_CHANNELS + channel] =
          (window[hour] - mean) / CHANNEL_SCALES[channel];
      }
    }
  }
  return features;
}

function describePlace(features: NodeFeatures, observations: Series, node: NodeLayout, place: number): void {
  const station = observations.stations[node.stations[place]];
  const { centre } = node;
  const shrink = Math.cos((centre.latitude * Math.PI) / 180);
  features.places.set(
    [
      1,
      Math.sin((station.latitude * Math.PI) / 180),
      (eastOf(centre, station) * shrink * KM_PER_DEGREE) / 1000,
      ((station.latitude - centre.latitude) * KM_PER_DEGREE) / 1000,
      (station.elevation ?? 0) / 1000,
    ],
    place * STATION_FEATURES,
  );
}

/** Fills `window` with a station's 48 hours, gaps bridged linearly and held at the ends; false when too few are valid. */
function readWindow(window: Float32Array, observations: Series, channel: number, station: number, init: Hour): boolean {
  const values = observations.variables[FORECAST_VARIABLES[channel]]?.values;
  if (!values) return false;
  const count = observations.stations.length;
  let valid = 0;
  let previous = -1;
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    const row = init - INPUT_HOURS + 1 + hour - observations.from;
    const value = row >= 0 && row < observations.hours ? values[row * count + station] : Number.NaN;
    window[hour] = value;
    if (Number.isNaN(value)) continue;
    valid++;
    const before = previous < 0 ? value : window[previous];
    for (let gap = previous + 1; gap < hour; gap++) {
      const share = previous < 0 ? 0 : (gap - previous) / (hour - previous);
      window[gap] = before + (value - before) * share;
    }
    previous = hour;
  }
  if (valid < FEWEST_VALID_HOURS) return false;
  window.fill(window[previous], previous + 1);
  return true;
}
