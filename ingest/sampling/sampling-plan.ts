/**
 * How a grid is sampled at stations: which grid points are needed, and with which weights each station's value is made of
 * them. Missing neighbours are left out and the others' weights scaled up; a station whose valid neighbours have less than
 * half the weight is missing.
 */
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { HorizontalAxes } from '../cf/horizontal-axes.ts';
import { bilinearNeighbours, type Neighbour, type PoleRule } from './bilinear.ts';

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

/**
 * @param options.skipOutside leave stations outside the grid out, unless all are
 * @throws KernelcastError `OUTSIDE_GRID` naming up to five stations
 */
export function planSampling(
  axes: HorizontalAxes,
  stations: readonly Station[],
  options: { file: string; skipOutside?: boolean },
): SamplingPlan {
  const inside: Station[] = [];
  const outside: Station[] = [];
  const neighbours: Record<PoleRule, Neighbour[][]> = { mean: [], row: [] };
  for (const station of stations) {
    const mean = bilinearNeighbours(axes, station.latitude, station.longitude, 'mean');
    const row = bilinearNeighbours(axes, station.latitude, station.longitude, 'row');
    if (!mean || !row) {
      outside.push(station);
      continue;
    }
    inside.push(station);
    neighbours.mean.push(mean);
    neighbours.row.push(row);
  }
  if (outside.length > 0 && (!options.skipOutside || inside.length === 0)) {
    throw outsideGrid(axes, stations, outside, options);
  }

  const columnCount = axes.longitudes.length;
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

/** Values at the plan's points (from `pointsFrom` on) to values at its stations (from `targetFrom` on). */
export function applyWeights(
  { starts, points, weights }: Weights,
  values: Float64Array,
  pointsFrom: number,
  target: Float32Array,
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
  { latitudes, longitudes, wraps }: HorizontalAxes,
  stations: readonly Station[],
  outside: readonly Station[],
  { file, skipOutside }: { file: string; skipOutside?: boolean },
): KernelcastError {
  const span = (axis: Float64Array) =>
    [axis[0], axis[axis.length - 1]]
      .sort((a, b) => a - b)
      .map((degrees) => Number(degrees.toFixed(4)))
      .join(' to ');
  const named = outside.slice(0, 5).map(({ id, latitude, longitude }) => `${id} (${latitude}, ${longitude})`);
  const more = outside.length > named.length ? `, and ${outside.length - named.length} more` : '';
  return new KernelcastError('OUTSIDE_GRID', `${outside.length} of ${stations.length} stations lie outside the grid`, {
    where: {
      file,
      stations: named.join(', ') + more,
      latitudes: span(latitudes),
      longitudes: wraps ? 'all' : span(longitudes),
    },
    hint: skipOutside
      ? 'No station is inside: check that the file and the station list belong together.'
      : 'Use --skip-outside to leave them out.',
  });
}
