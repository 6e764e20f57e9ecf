/**
 * The sample world: a plausible global atmosphere, hour by hour, from a seed. Its equations stand in the README beside this
 * file. What it gives for the first hours does not depend on how many are asked for.
 *
 *     const hours = sampleWorld({ grid, land: await landFraction(grid), seed: 1, start: parseHour('2025-01-01') });
 *     const { temperature, u, v } = hours.next().value; // [latitude, longitude]
 */
import { type Random, seededRandom } from '../../src/domain/random.ts';
import { dayOfYear, solarDeclination } from '../../src/domain/sun.ts';
import type { Hour } from '../../src/domain/time.ts';
import { Advection } from './advection.ts';
import {
  diurnalShape,
  diurnalStrength,
  equilibriumTemperature,
  meanEastwardWind,
  meanNorthwardWind,
  steeringFlow,
  yearAngle,
} from './climate.ts';
import type { WorldGrid } from './grid.ts';
import { Turbulence } from './turbulence.ts';
import { rossbyWaves, slowRotations, type Wave, WaveField, type WaveGroup } from './waves.ts';

export interface SampleWorldOptions {
  grid: WorldGrid;
  /** 0 .. 1, [latitude, longitude]; see `landFraction`. */
  land: Float64Array;
  seed: string | number;
  start: Hour;
}

/** One hour of weather; [latitude, longitude], degC and m/s. The arrays are written over by the next hour. */
export interface WorldHour {
  hour: Hour;
  temperature: Float64Array;
  u: Float64Array;
  v: Float64Array;
}

/** So long before the start the air begins to move, from its equilibrium, so that the first hour has its weather. */
const SPIN_UP_HOURS = 240;
/** Hours in which the air takes on the temperature of what lies under it, over sea and over land. */
const RELAXATION_SEA = 42;
const RELAXATION_LAND = 55;
/** The share of the steering waves' wind that is felt at 10 m. */
const WIND_AT_10_M = 0.85;
/** The share of the wind at 10 m that land takes away. */
const LAND_DRAG = 0.35;
/** degC by which the sun's course moves the temperature over sea, and more over land; its share in the wind over land. */
const DAY_SEA = 0.4;
const DAY_LAND = 5.2;
const DAY_WIND = 0.25;

const STORM_TRACK: Omit<WaveGroup, 'center'> = {
  wavenumbers: [2, 3, 4, 5, 6, 7, 8],
  each: 3,
  scatter: 9,
  width: 15,
  speed: 7.8,
  peak: 5.5,
  flow: 15,
  memory: 70,
};
const EDDIES: Omit<WaveGroup, 'center'> = {
  wavenumbers: [9, 10, 11, 12, 13, 14],
  each: 3,
  scatter: 20,
  width: 7,
  speed: 4,
  peak: 10,
  flow: 12,
  memory: 30,
};
const POLAR: Omit<WaveGroup, 'center'> = {
  wavenumbers: [1, 2],
  each: 2,
  scatter: 4,
  width: 12,
  speed: 9,
  peak: 1.5,
  flow: 0,
  memory: 60,
};
const EASTERLY_WAVES: WaveGroup = {
  wavenumbers: [4, 5, 6, 7, 8, 9, 10, 11, 12],
  each: 2,
  center: 0,
  scatter: 16,
  width: 8,
  speed: 4.5,
  peak: 8,
  flow: -1,
  memory: 50,
};

export function* sampleWorld({ grid, land, seed, start }: SampleWorldOptions): Generator<WorldHour, never> {
  const { rows, columns } = grid;
  const size = rows * columns;
  const flow = new WaveField(streamFunctionWaves(seededRandom(`${seed}/waves`)), grid);
  const heating = new WaveField(heatingWaves(seededRandom(`${seed}/heating`)), grid);
  const turbulence = new Turbulence(grid, land, seededRandom(`${seed}/turbulence`));
  const advection = new Advection(grid);

  const [waveU, waveV, heat, u, v, temperature] = Array.from({ length: 6 }, () => new Float64Array(size));
  let air = new Float64Array(size);
  let carried = new Float64Array(size);
  const climate = Array.from(land, (share, index) =>
    equilibriumTemperature(grid.latitudes[Math.floor(index / columns)], share),
  );
  const belts = Array.from(grid.latitudes, (latitude) => ({
    u: meanEastwardWind(latitude),
    v: meanNorthwardWind(latitude),
  }));
  const relaxation = land.map((share) => 1 / (RELAXATION_SEA + (RELAXATION_LAND - RELAXATION_SEA) * share));

  for (let hour = start - SPIN_UP_HOURS; ; hour++) {
    const time = hour - start;
    const year = yearAngle(dayOfYear(hour));
    flow.wind(time, waveU, waveV);
    heating.values(time, heat);
    forEachPoint(grid, (index) => {
      const { mean, cosine, sine } = climate[index];
      const equilibrium = mean + cosine * Math.cos(year) + sine * Math.sin(year);
      if (time === -SPIN_UP_HOURS) air[index] = equilibrium;
      else air[index] += (equilibrium - air[index]) * relaxation[index] + heat[index];
    });
    if (time >= 0) {
      turbulence.step();
      const declination = solarDeclination(hour);
      const strengths = grid.latitudes.map((latitude) => diurnalStrength(latitude, declination));
      const shapes = grid.longitudes.map((longitude) => diurnalShape(longitude, hour));
      forEachPoint(grid, (index, row, column) => {
        const sun = strengths[row] * shapes[column];
        const wind = (1 - LAND_DRAG * land[index]) * (1 + DAY_WIND * land[index] * sun);
        temperature[index] = air[index] + (DAY_SEA + DAY_LAND * land[index]) * sun + turbulence.temperature[index];
        u[index] = wind * (belts[row].u + WIND_AT_10_M * waveU[index]) + turbulence.u[index];
        v[index] = wind * (belts[row].v + WIND_AT_10_M * waveV[index]) + turbulence.v[index];
      });
      yield { hour, temperature, u, v };
    }
    const steering = grid.latitudes.map((latitude) => steeringFlow(latitude, year));
    forEachPoint(grid, (index, row) => {
      waveU[index] += steering[row];
    });
    advection.step(air, waveU, waveV, 3600, carried);
    [air, carried] = [carried, air];
  }
}

function forEachPoint({ rows, columns }: WorldGrid, visit: (index: number, row: number, column: number) => void): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) visit(row * columns + column, row, column);
  }
}

function streamFunctionWaves(random: Random): Wave[] {
  return [-50, 50]
    .flatMap((center) => [
      ...rossbyWaves({ ...STORM_TRACK, center }, random),
      ...rossbyWaves({ ...EDDIES, center }, random),
      ...rossbyWaves({ ...POLAR, center: Math.sign(center) * 78 }, random),
    ])
    .concat(rossbyWaves(EASTERLY_WAVES, random));
}

/** Clouds and rain, as patches that heat and cool the air, degC an hour; they drift, and matter most in the tropics. */
function heatingWaves(random: Random): Wave[] {
  return Array.from({ length: 60 }, () => ({
    wavenumber: 2 + Math.floor(random.uniform() * 9),
    center: 70 * (2 * random.uniform() - 1),
    width: 12,
    amplitude: 0.018,
    frequency: 0.03 * random.normal(),
    rotations: slowRotations(40, random),
  }));
}
