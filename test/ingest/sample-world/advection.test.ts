import { describe, expect, it } from 'vitest';
import { Advection } from '../../../ingest/sample-world/advection.ts';
import { worldGrid } from '../../../ingest/sample-world/grid.ts';
import { EARTH_RADIUS_M } from '../../../ingest/sample-world/waves.ts';
import { distanceKm } from '../../../src/domain/geo.ts';

const DEGREE = Math.PI / 180;
const grid = worldGrid(5);
const size = grid.rows * grid.columns;
const points = Array.from({ length: size }, (_, index) => ({
  latitude: grid.latitudes[Math.floor(index / grid.columns)],
  longitude: grid.longitudes[index % grid.columns],
}));

function blobAt(latitude: number, longitude: number): Float64Array {
  return Float64Array.from(points, (point) => Math.exp(-((distanceKm(point, { latitude, longitude }) / 2000) ** 2)));
}

/** The wind of a globe that turns as a whole about an axis in the plane of the equator (at 90 E) or through the poles. */
function turning(metresPerSecond: number, axis: 'poles' | 'equator'): [Float64Array, Float64Array] {
  const cos = (degrees: number) => Math.cos(degrees * DEGREE);
  const sin = (degrees: number) => Math.sin(degrees * DEGREE);
  if (axis === 'poles') {
    return [Float64Array.from(points, (p) => metresPerSecond * cos(p.latitude)), new Float64Array(size)];
  }
  return [
    Float64Array.from(points, (p) => metresPerSecond * sin(p.latitude) * sin(p.longitude)),
    Float64Array.from(points, (p) => metresPerSecond * cos(p.longitude)),
  ];
}

function carry(field: Float64Array, [u, v]: [Float64Array, Float64Array], hours: number): Float64Array {
  const advection = new Advection(grid);
  let [now, next] = [field.slice(), new Float64Array(size)];
  for (let hour = 0; hour < hours; hour++) {
    advection.step(now, u, v, 3600, next);
    [now, next] = [next, now];
  }
  return now;
}

function difference(a: Float64Array, b: Float64Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index])));
}

describe('advection', () => {
  it('leaves a constant field as it is', () => {
    const constant = new Float64Array(size).fill(7);
    expect(difference(carry(constant, turning(40, 'equator'), 5), constant)).toBeLessThan(1e-9);
  });

  it('carries a blob eastward by the way of the wind', () => {
    const degreesAnHour = (20 * 3600) / (EARTH_RADIUS_M * DEGREE);
    const moved = carry(blobAt(40, 100), turning(20, 'poles'), 72);
    expect(difference(moved, blobAt(40, 100 + 72 * degreesAnHour))).toBeLessThan(0.1);
    expect(difference(moved, blobAt(40, 100))).toBeGreaterThan(0.5);
  });

  it('carries a blob over both poles and once around the Earth', () => {
    const hours = 240;
    const speed = (2 * Math.PI * EARTH_RADIUS_M) / (hours * 3600);
    const start = blobAt(0, 0);
    const around = carry(start, turning(speed, 'equator'), hours);
    expect(difference(around, start)).toBeLessThan(0.2);
    const atPole = carry(start, turning(speed, 'equator'), hours / 4);
    expect(difference(atPole, blobAt(90, 0))).toBeLessThan(0.1);
  });
});
