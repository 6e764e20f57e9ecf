/**
 * What the network sees in one image: how far its station and the neighbours are from their recent climates, hour by hour;
 * where the sun stands; and what the places are like. Everything is divided by fixed physical scales, so that one network reads
 * any station.
 */
import type { Station } from '../../src/domain/station.ts';
import { solarMarks } from '../../src/domain/sun.ts';
import type { Hour } from '../../src/domain/time.ts';
import { CHANNELS, INPUT_HOURS, LEAD_HOURS, PLACES, RINGS_KM, SERIES } from './config.ts';
import { type NodeLayout, offsetKm } from './node-layout.ts';
import type { StationWindows } from './station-windows.ts';

/** degC or m/s that make one unit of each channel. */
export const CHANNEL_SCALES: readonly number[] = [5, 5, 5, 5];

/** Per hour: sine and cosine of local solar time and of the day of the year, sine of the sun's elevation. */
export const HOUR_FEATURES = 5;
/** Of the station itself: its climate by lead hour and channel, the channels that it has and their means, share of history, latitude, elevation. */
const OWN_CONTEXT = LEAD_HOURS * CHANNELS + 2 * CHANNELS + 4;
/** Of a neighbour: the channels that it has, east and north, how much higher and warmer it is. */
const NEIGHBOUR_CONTEXT = CHANNELS + 4;
export const CONTEXT = OWN_CONTEXT + HOUR_FEATURES + (PLACES - 1) * NEIGHBOUR_CONTEXT;

const TEMPERATURE = 0;
/** Of the mean temperature. */
const CLIMATE_SCALE = 20;
const FARTHEST_KM = RINGS_KM[RINGS_KM.length - 1];

export interface NodeFeatures {
  /** [hour, place * channel]: anomalies; 0 where there is nothing. */
  series: Float32Array;
  /** [hour, HOUR_FEATURES] */
  marks: Float32Array;
  /** [CONTEXT] */
  context: Float32Array;
}

export function emptyFeatures(): NodeFeatures {
  return {
    series: new Float32Array(INPUT_HOURS * SERIES),
    marks: new Float32Array(INPUT_HOURS * HOUR_FEATURES),
    context: new Float32Array(CONTEXT),
  };
}

/**
 * @param features is written to, whatever it holds
 * @param places where each place's window stands among the windows; -1 for a neighbour that is not to be seen
 */
export function writeFeatures(
  features: NodeFeatures,
  stations: readonly Station[],
  node: NodeLayout,
  init: Hour,
  windows: StationWindows,
  places: ArrayLike<number> = node.stations,
): void {
  const own = stations[node.stations[0]];
  features.series.fill(0);
  features.context.fill(0);
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    features.marks.set(solarMarks(own, init - INPUT_HOURS + 1 + hour), hour * HOUR_FEATURES);
  }
  describeOwn(features.context, own, windows, places[0]);
  features.context.set(features.marks.subarray((INPUT_HOURS - 1) * HOUR_FEATURES), OWN_CONTEXT);
  for (let place = 0; place < PLACES; place++) {
    const at = places[place];
    if (at < 0) continue;
    for (let hour = 0; hour < INPUT_HOURS; hour++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        features.series[hour * SERIES + place * CHANNELS + channel] =
          windows.anomalies[(at * INPUT_HOURS + hour) * CHANNELS + channel] / CHANNEL_SCALES[channel];
      }
    }
    if (place === 0) continue;
    const neighbour = stations[node.stations[place]];
    describeNeighbour(features.context, place, own, neighbour, windows, places[0], at);
  }
}

function describeOwn(
  context: Float32Array,
  station: Station,
  { climate, means, known }: StationWindows,
  window: number,
): void {
  let at = 0;
  for (let lead = 0; lead < LEAD_HOURS; lead++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const given = means[window * CHANNELS + channel];
      const mean = Number.isNaN(given) ? 0 : given;
      context[at++] = (climate[(window * LEAD_HOURS + lead) * CHANNELS + channel] - mean) / CHANNEL_SCALES[channel];
    }
  }
  for (let channel = 0; channel < CHANNELS; channel++) {
    const mean = means[window * CHANNELS + channel];
    const isKnown = !Number.isNaN(mean);
    context[at++] = isKnown ? 1 : 0;
    context[at++] = isKnown ? mean / (channel === TEMPERATURE ? CLIMATE_SCALE : CHANNEL_SCALES[channel]) : 0;
  }
  const latitude = (station.latitude * Math.PI) / 180;
  context[at++] = known[window];
  context[at++] = Math.sin(latitude);
  context[at++] = Math.cos(latitude);
  context[at++] = (station.elevation ?? 0) / 1000;
}

function describeNeighbour(
  context: Float32Array,
  place: number,
  own: Station,
  neighbour: Station,
  { means }: StationWindows,
  ownWindow: number,
  window: number,
): void {
  let at = OWN_CONTEXT + HOUR_FEATURES + (place - 1) * NEIGHBOUR_CONTEXT;
  for (let channel = 0; channel < CHANNELS; channel++) {
    context[at++] = Number.isNaN(means[window * CHANNELS + channel]) ? 0 : 1;
  }
  const { east, north } = offsetKm(own, neighbour);
  const higher = own.elevation === null || neighbour.elevation === null ? 0 : neighbour.elevation - own.elevation;
  const warmer = means[window * CHANNELS + TEMPERATURE] - means[ownWindow * CHANNELS + TEMPERATURE];
  context[at++] = east / FARTHEST_KM;
  context[at++] = north / FARTHEST_KM;
  context[at++] = higher / 1000;
  context[at++] = Number.isNaN(warmer) ? 0 : warmer / CHANNEL_SCALES[TEMPERATURE];
}
