import { beforeAll, describe, expect, it } from 'vitest';
import { worldGrid } from '../../../ingest/sample-world/grid.ts';
import { landFraction } from '../../../ingest/sample-world/land.ts';
import { sampleWorld } from '../../../ingest/sample-world/world.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { isKernelcastError } from '../../../src/errors.ts';

const DEGREE = Math.PI / 180;
const HOURS = 30 * 24;
const start = parseHour('2025-01-01');
const grid = worldGrid(5);
const size = grid.rows * grid.columns;

/** [hour, latitude, longitude] */
const world = {
  temperature: new Float32Array(HOURS * size),
  u: new Float32Array(HOURS * size),
  v: new Float32Array(HOURS * size),
};
let land: Float64Array;

beforeAll(async () => {
  land = await landFraction(grid);
  const hours = sampleWorld({ grid, land, seed: 1, start });
  for (let t = 0; t < HOURS; t++) {
    const { temperature, u, v } = hours.next().value;
    world.temperature.set(temperature, t * size);
    world.u.set(u, t * size);
    world.v.set(v, t * size);
  }
});

function at(latitude: number, longitude: number): number {
  return ((latitude + 90) / 5) * grid.columns + ((longitude + 360) % 360) / 5;
}

/** The series of one grid point, without its mean day and its trend. */
function anomalies(field: Float32Array, point: number): Float64Array {
  const series = Float64Array.from({ length: HOURS }, (_, t) => field[t * size + point]);
  const day = meanDay(field, point);
  const flat = series.map((value, t) => value - day[t % 24]);
  let sum = 0;
  let norm = 0;
  flat.forEach((value, t) => {
    sum += value * (t - HOURS / 2);
    norm += (t - HOURS / 2) ** 2;
  });
  return flat.map((value, t) => value - (sum / norm) * (t - HOURS / 2));
}

function meanDay(field: Float32Array, point: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => {
    let sum = 0;
    for (let t = hour; t < HOURS; t += 24) sum += field[t * size + point];
    return (sum * 24) / HOURS;
  });
}

/** The correlation of a with b `lag` hours later. */
function correlation(a: Float64Array, b: Float64Array, lag: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let t = 0; t + lag < HOURS; t++) {
    ab += a[t] * b[t + lag];
    aa += a[t] ** 2;
    bb += b[t + lag] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ** 2;
  return Math.sqrt(sum / values.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const RING = Array.from({ length: 12 }, (_, index) => index * 30);

describe('the sample world', () => {
  it('knows land from sea', () => {
    expect(land[at(20, 10)]).toBe(1); // Sahara
    expect(land[at(60, 100)]).toBe(1); // Siberia
    expect(land[at(-90, 0)]).toBe(1);
    expect(land[at(0, -150)]).toBe(0); // Pacific
    expect(land[at(90, 0)]).toBe(0);
    expect(land[at(-20, 180)]).toBeLessThan(0.5); // around the date line
    const weights = Array.from(land, (_, index) => Math.cos(grid.latitudes[Math.floor(index / grid.columns)] * DEGREE));
    const share =
      land.reduce((sum, value, index) => sum + value * weights[index], 0) / weights.reduce((a, b) => a + b, 0);
    expect(share).toBeGreaterThan(0.26);
    expect(share).toBeLessThan(0.33); // of the real Earth: 0.29
  });

  it('is neither hotter nor colder nor windier than the Earth can be', () => {
    let [coldest, hottest, fastest] = [Infinity, -Infinity, 0];
    for (let index = 0; index < world.temperature.length; index++) {
      coldest = Math.min(coldest, world.temperature[index]);
      hottest = Math.max(hottest, world.temperature[index]);
      fastest = Math.max(fastest, Math.hypot(world.u[index], world.v[index]));
    }
    expect(coldest).toBeGreaterThan(-75);
    expect(coldest).toBeLessThan(-25);
    expect(hottest).toBeGreaterThan(33);
    expect(hottest).toBeLessThan(50);
    expect(fastest).toBeGreaterThan(20);
    expect(fastest).toBeLessThan(45);
  });

  it('has in January a warm equator, a cold Siberia, and summer in the south', () => {
    const average = (latitude: number, longitude: number) => mean(meanDay(world.temperature, at(latitude, longitude)));
    expect(average(0, 20)).toBeGreaterThan(23);
    expect(average(65, 120)).toBeLessThan(-12);
    expect(average(-30, 140)).toBeGreaterThan(average(30, 40));
    expect(average(55, -20)).toBeGreaterThan(average(55, 80) + 3); // a mild sea
  });

  it('has the wind of the real Earth: some 5 to 6 m/s, less over land, trades and westerlies', () => {
    const speeds: Record<'land' | 'sea' | 'all', [number, number]> = { land: [0, 0], sea: [0, 0], all: [0, 0] };
    for (let point = 0; point < size; point++) {
      const weight = Math.cos(grid.latitudes[Math.floor(point / grid.columns)] * DEGREE);
      for (let t = 0; t < HOURS; t += 13) {
        const speed = Math.hypot(world.u[t * size + point], world.v[t * size + point]);
        for (const kind of ['all', land[point] > 0.7 ? 'land' : 'sea'] as const) {
          speeds[kind][0] += speed * weight;
          speeds[kind][1] += weight;
        }
      }
    }
    const [all, overLand, atSea] = (['all', 'land', 'sea'] as const).map((kind) => speeds[kind][0] / speeds[kind][1]);
    expect(all).toBeGreaterThan(4.8);
    expect(all).toBeLessThan(6.5);
    expect(overLand).toBeLessThan(0.8 * atSea);
    const zonal = (latitude: number) => mean(RING.map((lon) => mean(meanDay(world.u, at(latitude, lon)))));
    expect(zonal(15)).toBeLessThan(-3);
    expect(zonal(-15)).toBeLessThan(-3);
    expect(zonal(45)).toBeGreaterThan(2);
    expect(zonal(-50)).toBeGreaterThan(3);
  });

  it('has weather of the real size: 3 to 6.5 degC in the middle latitudes, 1 to 2 in the tropics', () => {
    const deviation = (latitude: number) =>
      mean(RING.map((lon) => rootMeanSquare(anomalies(world.temperature, at(latitude, lon)))));
    for (const latitude of [40, 50, 60, -50]) {
      expect(deviation(latitude)).toBeGreaterThan(3);
      expect(deviation(latitude)).toBeLessThan(6.5);
    }
    expect(deviation(0)).toBeGreaterThan(0.7);
    expect(deviation(0)).toBeLessThan(2);
  });

  it('changes slowly: an hour ago tells more than a day ago', () => {
    for (const longitude of RING) {
      const temperature = anomalies(world.temperature, at(50, longitude));
      const wind = anomalies(world.v, at(50, longitude));
      expect(correlation(temperature, temperature, 1)).toBeGreaterThan(0.97);
      expect(correlation(temperature, temperature, 24)).toBeLessThan(0.9);
      expect(correlation(wind, wind, 1)).toBeGreaterThan(0.8);
      expect(correlation(wind, wind, 24)).toBeLessThan(0.8);
      // Turbulence: not all is known an hour ahead.
      expect(correlation(wind, wind, 1)).toBeLessThan(0.999);
    }
  });

  it('comes from upstream: in the westerlies the western neighbour knows tomorrow, the eastern one does not', () => {
    for (const latitude of [50, -50]) {
      const correlations = RING.map((longitude) => {
        const here = anomalies(world.temperature, at(latitude, longitude));
        const west = anomalies(world.temperature, at(latitude, longitude - 15));
        const east = anomalies(world.temperature, at(latitude, longitude + 15));
        return [correlation(west, here, 24), correlation(here, here, 24), correlation(east, here, 24)];
      });
      const [west, here, east] = [0, 1, 2].map((which) => mean(correlations.map((row) => row[which])));
      expect(west).toBeGreaterThan(here + 0.2);
      expect(here).toBeGreaterThan(east + 0.2);
      expect(west).toBeGreaterThan(0.6);
    }
  });

  it('is warmest in the local afternoon, by much over land and by little at sea', () => {
    for (const [latitude, longitude] of [
      [20, 10],
      [-25, 135],
      [0, 25],
      [25, 80],
      [35, -100],
    ]) {
      const day = meanDay(world.temperature, at(latitude, longitude));
      const localHour = (day.indexOf(Math.max(...day)) + longitude / 15 + 24) % 24;
      expect(localHour).toBeGreaterThan(12.5);
      expect(localHour).toBeLessThan(16.5);
      expect(Math.max(...day) - Math.min(...day)).toBeGreaterThan(5);
    }
    const sea = meanDay(world.temperature, at(0, -150));
    expect(Math.max(...sea) - Math.min(...sea)).toBeLessThan(2);
  });

  it('has no day in the polar night', () => {
    const day = meanDay(world.temperature, at(80, -45));
    expect(Math.max(...day) - Math.min(...day)).toBeLessThan(1);
  });

  it('has wind that turns rather than parts: divergence is small beside vorticity', () => {
    const divergence: number[] = [];
    const vorticity: number[] = [];
    const radius = 6.371e6;
    for (let t = 0; t < HOURS; t += 97) {
      for (const latitude of [-60, -50, -40, 40, 50, 60]) {
        const cosine = (shift: number) => Math.cos((latitude + shift) * DEGREE);
        for (let longitude = 0; longitude < 360; longitude += 5) {
          const pick = (field: Float32Array, dLat: number, dLon: number) =>
            field[t * size + at(latitude + dLat, longitude + dLon)];
          const scale = 1 / (2 * 5 * DEGREE * radius * cosine(0));
          const [u, v] = [world.u, world.v];
          divergence.push(
            scale * (pick(u, 0, 5) - pick(u, 0, -5) + pick(v, 5, 0) * cosine(5) - pick(v, -5, 0) * cosine(-5)),
          );
          vorticity.push(
            scale * (pick(v, 0, 5) - pick(v, 0, -5) - pick(u, 5, 0) * cosine(5) + pick(u, -5, 0) * cosine(-5)),
          );
        }
      }
    }
    expect(rootMeanSquare(divergence)).toBeLessThan(0.4 * rootMeanSquare(vorticity));
  });

  it('has one temperature and one wind at each pole', () => {
    for (const [row, sign] of [
      [0, -1],
      [grid.rows - 1, 1],
    ]) {
      const east = world.u[row * grid.columns];
      const north = world.v[row * grid.columns];
      for (let column = 0; column < grid.columns; column += 5) {
        const index = row * grid.columns + column;
        const turn = sign * grid.longitudes[column] * DEGREE;
        expect(world.temperature[index]).toBe(world.temperature[row * grid.columns]);
        expect(world.u[index]).toBeCloseTo(east * Math.cos(turn) + north * Math.sin(turn), 1);
        expect(world.v[index]).toBeCloseTo(north * Math.cos(turn) - east * Math.sin(turn), 1);
      }
    }
  });

  it('is the same for the same seed and another for another', () => {
    const fifthHour = (seed: number) => {
      const hours = sampleWorld({ grid, land, seed, start });
      for (let t = 0; t < 5; t++) hours.next();
      return Float32Array.from(hours.next().value.temperature);
    };
    const again = fifthHour(1);
    expect(again).toEqual(world.temperature.slice(5 * size, 6 * size));
    expect(fifthHour(2)).not.toEqual(again);
  });

  it('stays the world that the shipped model was trained on', () => {
    const sample = [at(50, 10), at(-35, -60), at(0, 100), at(-90, 0)].map((point) =>
      [world.temperature, world.u, world.v].map((field) => Number(field[500 * size + point].toFixed(2))),
    );
    expect(sample).toMatchInlineSnapshot(`
      [
        [
          1.98,
          4.78,
          -8.42,
        ],
        [
          23.53,
          1.18,
          0.68,
        ],
        [
          26,
          -4.36,
          -2.78,
        ],
        [
          -22.52,
          1.65,
          -1.1,
        ],
      ]
    `);
  });
});

describe('the grid of the sample world', () => {
  it.each([0, -5, 7, 45, 0.1, Number.NaN])('cannot have %s degrees', (resolution) => {
    try {
      worldGrid(resolution);
      expect.unreachable();
    } catch (error) {
      expect(isKernelcastError(error, 'USAGE')).toBe(true);
    }
  });
});
