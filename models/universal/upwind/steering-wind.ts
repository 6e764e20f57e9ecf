/**
 * The wind that brings the weather: the mean of a station and its neighbours over the last half day. The image is turned into it,
 * so that what comes from upwind stands in the same rows everywhere on the globe, from whichever side it blows.
 */
import type { Point } from '../../../src/domain/geo.ts';
import { INPUT_HOURS } from '../config.ts';
import type { StationWindows } from '../station-windows.ts';
import { CHANNELS } from './config.ts';
import { turned } from './own-features.ts';

const [U, V] = [1, 2];
const STEERING_HOURS = 12;
const HOURS_PER_DAY = 24;
/** m/s; less has no direction. */
const CALM = 0.1;

export interface SteeringWind {
  /** m/s */
  speed: number;
  /** Unit vector of where it blows to, east and north (south of the equator: and poleward). From north where there is none. */
  east: number;
  north: number;
}

/** @param places the windows of the station and its neighbours; -1 where there is none */
export function steeringWind(
  own: Point,
  { anomalies, climate, means }: StationWindows,
  places: ArrayLike<number>,
): SteeringWind {
  const sums = [0, 0];
  let count = 0;
  for (let place = 0; place < places.length; place++) {
    const window = places[place];
    if (window < 0 || Number.isNaN(means[window * CHANNELS + U])) continue;
    for (let hour = INPUT_HOURS - STEERING_HOURS; hour < INPUT_HOURS; hour++) {
      for (const [component, channel] of [U, V].entries()) {
        sums[component] +=
          anomalies[(window * INPUT_HOURS + hour) * CHANNELS + channel] +
          climate[(window * HOURS_PER_DAY + (hour % HOURS_PER_DAY)) * CHANNELS + channel];
      }
      count++;
    }
  }
  const [u, v] = [sums[0] / Math.max(1, count), (sums[1] / Math.max(1, count)) * turned(own, V)];
  const speed = Math.hypot(u, v);
  return speed < CALM ? { speed: 0, east: 0, north: -1 } : { speed, east: u / speed, north: v / speed };
}
