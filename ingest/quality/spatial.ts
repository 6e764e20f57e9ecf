/**
 * The buddy check: a value far off what the stations around it have, brought to its height. The median and the median deviation
 * of the neighbours are not led astray by one of them that is wrong itself.
 */
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { FLAG } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { BUDDIES, LAPSE_RATE, type Measured, SPATIAL, SPATIAL_DEVIATIONS } from './limits.ts';
import { type Check, passes } from './row.ts';

/** The neighbours of each station, nearest first. */
export function buddiesOf(stations: readonly Station[]): Int32Array[] {
  const index = new KDBush(stations.length);
  for (const { longitude, latitude } of stations) index.add(longitude, latitude);
  index.finish();
  return stations.map(({ longitude, latitude, elevation }, self) => {
    const near = (other: number) => {
      const height = stations[other].elevation;
      const isLevel = elevation === null || height === null || Math.abs(height - elevation) <= BUDDIES.metres;
      return other !== self && isLevel;
    };
    return Int32Array.from(around(index, longitude, latitude, BUDDIES.most, BUDDIES.kilometres, near) as number[]);
  });
}

export function spatialCheck(name: Measured, stations: readonly Station[], buddies: readonly Int32Array[]): Check {
  const heights = stations.map(({ elevation }) => elevation);
  return (window) => {
    const variable = window[window.length - 1].variables[name];
    if (!variable) return;
    const failed: number[] = [];
    for (let s = 0; s < stations.length; s++) {
      if (buddies[s].length < BUDDIES.least || !passes(variable, s)) continue;
      const others: number[] = [];
      for (const buddy of buddies[s]) {
        if (!passes(variable, buddy)) continue;
        const [own, height] = [heights[s], heights[buddy]];
        const lift = name === 'temperature_2m' && own !== null && height !== null ? LAPSE_RATE * (own - height) : 0;
        others.push(variable.values[buddy] + lift);
      }
      if (others.length >= BUDDIES.least && isFarOff(variable.values[s], others, SPATIAL[name])) failed.push(s);
    }
    // After all have been judged: a value that is wrong counts as a neighbour, and the median bears it.
    for (const s of failed) variable.flags[s] = FLAG.SPATIAL;
  };
}

function isFarOff(value: number, others: readonly number[], least: number): boolean {
  const middle = median(others);
  const distance = Math.abs(value - middle);
  if (distance <= least) return false;
  // 1.4826: from the median deviation to the standard deviation of a normal distribution.
  const deviation = 1.4826 * median(others.map((other) => Math.abs(other - middle)));
  return distance > SPATIAL_DEVIATIONS * deviation;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
