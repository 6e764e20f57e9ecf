/**
 * How a grid is sampled at stations: which grid points are needed, and with which weights each station's value is made of
 * them; worked out once, used for all times. Missing neighbours are left out and the others' weights scaled up; a station
 * whose valid neighbours have less than half the weight is missing.
 */
import { distanceKm } from '../../src/domain/geo.ts';
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { Cells } from '../cf/cells.ts';
import type { HorizontalAxes } from '../cf/horizontal-axes.ts';
import { bilinearNeighbours, type Neighbour, type PoleRule } from './bilinear.ts';
import { inverseDistance } from './inverse-distance.ts';
import { NearestCells } from './nearest-cells.ts';

/**
 * `bilinear` in latitude and longitude, `nearest`, or by the `inverse-distance` squared of the four points around (on a regular
 * grid) or of the four nearest cells (on others).
 */
export type SamplingMethod = 'bilinear' | 'nearest' | 'inverse-distance';

/** Sparse weights [station, point]: those of station `s` stand at `starts[s]` up to `starts[s + 1]`. */
export interface Weights {
  starts: Int32Array;
  /** Indices of the plan's points. */
  points: Int32Array;
  weights: Float64Array;
}

export interface SamplingPlan {
  stations: readonly Station[];
  /** Stations outside the grid, which are not in `stations`. */
  outside: readonly Station[];
  /** The grid points that some station needs. */
  rows: Int32Array;
  columns: Int32Array;
  /** The weights of scalars (temperature, speed), and those of the components of wind. */
  weights: Record<'scalar' | 'component', Weights>;
}

const LEAST_WEIGHT = 0.5;

/** A grid's points: in rows of one latitude and columns of one longitude, or each with a place of its own. */
export type Places = HorizontalAxes | Cells;

export interface PlanOptions {
  file: string;
  /** Leave stations outside the grid out, unless all are. */
  skipOutside?: boolean;
  /** Where none is asked for: bilinear on a regular grid, inverse distance on others. */
  method?: SamplingMethod;
}

const NEAREST_CELLS = 4;

/**
 * @throws KernelcastError `OUTSIDE_GRID` naming up to five stations; `USAGE`: bilinear, where there are no rows and columns of
 * one latitude and longitude
 */
export function planSampling(places: Places, stations: readonly Station[], options: PlanOptions): SamplingPlan {
  const inside: Station[] = [];
  const outside: Station[] = [];
  const neighbours: Record<PoleRule, Neighbour[][]> = { mean: [], row: [] };
  const find = finderFor(places, options);
  for (const station of stations) {
    const mean = find(station, 'mean');
    const row = find(station, 'row');
    if (!mean || !row) {
      outside.push(station);
      continue;
    }
    inside.push(station);
    neighbours.mean.push(mean);
    neighbours.row.push(row);
  }
  if (outside.length > 0 && (!options.skipOutside || inside.length === 0)) {
    throw outsideGrid(places, stations, outside, options);
  }

  const columnCount = 'wraps' in places ? places.longitudes.length : places.columns;
  const keyOf = ({ row, column }: Neighbour) => row * columnCount + column;
  const keys = [...new Set([...neighbours.mean, ...neighbours.row].flat().map(keyOf))].sort((a, b) => a - b);
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  const sparse = (lists: Neighbour[][]): Weights => {
    const starts = new Int32Array(lists.length + 1);
    for (const [s, list] of lists.entries()) starts[s + 1] = starts[s] + list.length;
    const flat = lists.flat();
    return {
      starts,
      points: Int32Array.from(flat, (neighbour) => indexOf.get(keyOf(neighbour))!),
      weights: Float64Array.from(flat, ({ weight }) => weight),
    };
  };
  return {
    stations: inside,
    outside,
    rows: Int32Array.from(keys, (key) => Math.floor(key / columnCount)),
    columns: Int32Array.from(keys, (key) => key % columnCount),
    weights: { scalar: sparse(neighbours.mean), component: sparse(neighbours.row) },
  };
}

type Finder = (station: Station, pole: PoleRule) => Neighbour[] | undefined;

function finderFor(places: Places, { file, method }: PlanOptions): Finder {
  if (!('wraps' in places)) {
    if (method === 'bilinear') {
      throw new KernelcastError('USAGE', 'a grid whose cells have places of their own cannot be sampled bilinearly', {
        where: { file },
        hint: 'Use nearest or inverse-distance.',
      });
    }
    const cells = new NearestCells(places);
    const count = method === 'nearest' ? 1 : NEAREST_CELLS;
    return ({ latitude, longitude }) => cells.neighbours(latitude, longitude, count);
  }
  return ({ latitude, longitude }, pole) => {
    // Beyond the last row there is one point to be near to, not a ring of them.
    const rule = method === undefined || method === 'bilinear' ? pole : 'row';
    const around = bilinearNeighbours(places, latitude, longitude, rule);
    if (!around || method === undefined || method === 'bilinear') return around;
    if (method === 'nearest') return [{ ...nearestOf(around, places), weight: 1 }];
    const distances = around.map(({ row, column }) =>
      distanceKm({ latitude, longitude }, { latitude: places.latitudes[row], longitude: places.longitudes[column] }),
    );
    const weights = inverseDistance(distances);
    return around.map((neighbour, i) => ({ ...neighbour, weight: weights[i] })).filter(({ weight }) => weight > 0);
  };
}

/** The one with the most weight; of equals the northernmost, and of those the easternmost, as in xarray. */
function nearestOf([first, ...others]: readonly Neighbour[], { latitudes, longitudes }: HorizontalAxes): Neighbour {
  const order = (a: Neighbour, b: Neighbour) =>
    a.weight - b.weight || latitudes[a.row] - latitudes[b.row] || longitudes[a.column] - longitudes[b.column];
  return others.reduce((best, one) => (order(one, best) > 0 ? one : best), first);
}

/** Values at the plan's points (from `pointsFrom` on) to values at its stations (from `targetFrom` on). */
export function applyWeights(
  { starts, points, weights }: Weights,
  values: Float64Array,
  pointsFrom: number,
  target: Float32Array | Float64Array,
  targetFrom: number,
): void {
  for (let s = 0; s + 1 < starts.length; s++) {
    let sum = 0;
    let weight = 0;
    for (let k = starts[s]; k < starts[s + 1]; k++) {
      const value = values[pointsFrom + points[k]];
      if (Number.isNaN(value)) continue;
      sum += weights[k] * value;
      weight += weights[k];
    }
    // Weights sum to one but for rounding, and dividing by such a sum would add rounding of its own.
    target[targetFrom + s] = weight > 0.999999 ? sum : weight >= LEAST_WEIGHT ? sum / weight : Number.NaN;
  }
}

function outsideGrid(
  places: Places,
  stations: readonly Station[],
  outside: readonly Station[],
  { file, skipOutside }: PlanOptions,
): KernelcastError {
  const span = (degrees: Float64Array) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of degrees) [least, most] = [value < least ? value : least, value > most ? value : most];
    return `${Number(least.toFixed(4))} to ${Number(most.toFixed(4))}`;
  };
  const named = outside.slice(0, 5).map(({ id, latitude, longitude }) => `${id} (${latitude}, ${longitude})`);
  const more = outside.length > named.length ? `, and ${outside.length - named.length} more` : '';
  return new KernelcastError('OUTSIDE_GRID', `${outside.length} of ${stations.length} stations lie outside the grid`, {
    where: {
      file,
      stations: named.join(', ') + more,
      latitudes: span(places.latitudes),
      longitudes: 'wraps' in places && places.wraps ? 'all' : span(places.longitudes),
    },
    hint: skipOutside
      ? 'No station is inside: check that the file and the station list belong together.'
      : 'Use --skip-outside to leave them out.',
  });
}
