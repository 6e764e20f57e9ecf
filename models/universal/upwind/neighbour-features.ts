/**
 * What the network sees of the stations around: a row each, by direction from the wind (downwind, round by the left, upwind in the
 * middle, and round by the right) and in each direction by ring. A row tells how far the neighbour's anomalies are from the
 * station's own, hour by hour, with the wind along and across the steering wind; where it lies; and how alike the two are.
 * A row without a neighbour is zero.
 */
import type { Station } from '../../../src/domain/station.ts';
import { INPUT_HOURS, RINGS_KM } from '../config.ts';
import { type NodeLayout, offsetKm } from '../node-layout.ts';
import type { StationWindows } from '../station-windows.ts';
import { CHANNELS, RINGS, ROW_HOURS, SCALES, SECTORS } from './config.ts';
import { turned } from './own-features.ts';
import { type SteeringWind, steeringWind } from './steering-wind.ts';

const [T, U, V, SPEED] = [0, 1, 2, 3];
const OBSERVED = [T, SPEED];
const GEOMETRY = 12;
/** Differences first, [hour, channel], the latest hour last. */
export const ROW_SERIES = ROW_HOURS * CHANNELS;
/** Where a row says that there is a neighbour. */
export const ROW_PRESENT = ROW_SERIES + ROW_HOURS * OBSERVED.length;
export const ROW_FEATURES = ROW_PRESENT + GEOMETRY;
/** Neighbours by ring, those upwind by ring, and what they are like on the whole. */
export const GATE_FEATURES = 2 * RINGS + 6;

const FARTHEST_KM: number = RINGS_KM[RINGS - 1];
const NEAR_KM = 50;
/** km/h; how fast weather moves where no wind is. */
const SLOWEST = 5;
const KMH = 3.6;
const FIRST_HOUR = INPUT_HOURS - ROW_HOURS;

export interface NeighbourFeatures {
  /** [ROWS, ROW_FEATURES] */
  rows: Float32Array;
  /** [GATE_FEATURES] */
  gate: Float32Array;
  /** [2]: the unit vector of the steering wind. */
  flow: Float32Array;
}

/**
 * @param into is written to, whatever it holds
 * @param places where each place's window stands among the windows; -1 for a neighbour that is not to be seen
 * @returns how many neighbours there are
 */
export function writeNeighbourFeatures(
  into: NeighbourFeatures,
  stations: readonly Station[],
  node: NodeLayout,
  windows: StationWindows,
  places: ArrayLike<number>,
): number {
  const { rows, gate, flow } = into;
  rows.fill(0);
  gate.fill(0);
  const own = stations[node.stations[0]];
  const wind = steeringWind(own, windows, places);
  flow.set([wind.east, wind.north]);
  const turn = Math.round((Math.atan2(-wind.east, -wind.north) / (2 * Math.PI)) * SECTORS);
  const sums = { count: 0, nearest: FARTHEST_KM, temperature: 0, speed: 0, higher: 0 };
  for (let place = 1; place < places.length; place++) {
    const window = places[place];
    if (window < 0) continue;
    const [ring, sector] = [Math.floor((place - 1) / SECTORS), (place - 1) % SECTORS];
    const mirrored = own.latitude < 0 ? SECTORS / 2 - sector : sector;
    const relative = (((mirrored - turn + SECTORS / 2) % SECTORS) + SECTORS) % SECTORS;
    const row = rows.subarray((relative * RINGS + ring) * ROW_FEATURES, (relative * RINGS + ring + 1) * ROW_FEATURES);
    const alike = writeDifferences(row, windows, places[0], window, own, wind);
    const { distance, higher } = writeGeometry(
      row,
      own,
      stations[node.stations[place]],
      windows,
      places[0],
      window,
      wind,
    );
    row[ROW_PRESENT + 7] = alike.temperature;
    row[ROW_PRESENT + 8] = alike.speed;
    gate[ring] += 1 / SECTORS;
    if (Math.abs(relative - SECTORS / 2) <= 1) gate[RINGS + ring] += 1 / 3;
    sums.count++;
    sums.nearest = Math.min(sums.nearest, distance);
    sums.temperature += alike.temperature;
    sums.speed += alike.speed;
    sums.higher += Math.abs(higher);
  }
  const count = Math.max(1, sums.count);
  gate.set(
    [
      wind.speed / 10,
      sums.nearest / FARTHEST_KM,
      sums.temperature / count,
      sums.speed / count,
      sums.higher / count,
      windows.known[places[0]],
    ],
    2 * RINGS,
  );
  return sums.count;
}

/** @returns the root mean square of the differences, in units */
function writeDifferences(
  row: Float32Array,
  { anomalies, observed, means }: StationWindows,
  own: number,
  other: number,
  station: Station,
  wind: SteeringWind,
): { temperature: number; speed: number } {
  const both = SCALES.map(
    (_, channel) => !Number.isNaN(means[own * CHANNELS + channel]) && !Number.isNaN(means[other * CHANNELS + channel]),
  );
  const squares = [0, 0];
  const difference = new Float64Array(CHANNELS);
  for (let hour = 0; hour < ROW_HOURS; hour++) {
    const [a, b] = [own, other].map((window) => (window * INPUT_HOURS + FIRST_HOUR + hour) * CHANNELS);
    for (let channel = 0; channel < CHANNELS; channel++) {
      const sign = turned(station, channel) / SCALES[channel];
      difference[channel] = both[channel] ? (anomalies[b + channel] - anomalies[a + channel]) * sign : 0;
    }
    const [u, v] = [difference[U], difference[V]];
    row[hour * CHANNELS + T] = difference[T];
    row[hour * CHANNELS + U] = u * wind.east + v * wind.north;
    row[hour * CHANNELS + V] = v * wind.east - u * wind.north;
    row[hour * CHANNELS + SPEED] = difference[SPEED];
    squares[0] += difference[T] ** 2 / ROW_HOURS;
    squares[1] += difference[SPEED] ** 2 / ROW_HOURS;
    for (const [index, channel] of OBSERVED.entries()) {
      row[ROW_SERIES + hour * OBSERVED.length + index] = observed[b + channel];
    }
  }
  return { temperature: Math.sqrt(squares[0]), speed: Math.sqrt(squares[1]) };
}

function writeGeometry(
  row: Float32Array,
  own: Station,
  neighbour: Station,
  { means, observed }: StationWindows,
  ownWindow: number,
  window: number,
  wind: SteeringWind,
): { distance: number; higher: number } {
  const { east, north } = offsetKm(own, neighbour);
  const distance = Math.hypot(east, north);
  const poleward = own.latitude < 0 ? -north : north;
  // How far upwind, and to the left of it.
  const upwind = -(east * wind.east + poleward * wind.north);
  const aside = poleward * wind.east - east * wind.north;
  const higher =
    own.elevation === null || neighbour.elevation === null ? 0 : (neighbour.elevation - own.elevation) / 1000;
  const more = (channel: number) => {
    const by = (means[window * CHANNELS + channel] - means[ownWindow * CHANNELS + channel]) / SCALES[channel];
    return Number.isNaN(by) ? 0 : by;
  };
  let age = 0;
  while (age < ROW_HOURS && !observed[(window * INPUT_HOURS + INPUT_HOURS - 1 - age) * CHANNELS + T]) age++;
  const hours = upwind / (wind.speed * KMH + SLOWEST);
  row.set(
    [
      1,
      distance / FARTHEST_KM,
      NEAR_KM / (NEAR_KM + distance),
      upwind / Math.max(distance, 1),
      aside / Math.max(distance, 1),
      higher,
      more(T),
      0,
      0,
      more(SPEED),
      age / ROW_HOURS,
      Math.max(-2, Math.min(2, hours / ROW_HOURS)),
    ],
    ROW_PRESENT,
  );
  return { distance, higher };
}
