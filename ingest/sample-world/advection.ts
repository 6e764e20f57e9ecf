/**
 * Carries a field along with the wind on the sphere: semi-Lagrangian, one step (equation 8 of the README beside this file).
 * The value at a grid point is the one that the field had where the air came from, by cubic interpolation; trajectories are
 * straight in space, so that nothing is special at the poles.
 */
import type { WorldGrid } from './grid.ts';
import { EARTH_RADIUS_M } from './waves.ts';

const DEGREE = Math.PI / 180;

export class Advection {
  readonly #grid: WorldGrid;
  /** Of each latitude and longitude. */
  readonly #sinLatitude: Float64Array;
  readonly #cosLatitude: Float64Array;
  readonly #sinLongitude: Float64Array;
  readonly #cosLongitude: Float64Array;

  constructor(grid: WorldGrid) {
    this.#grid = grid;
    this.#sinLatitude = grid.latitudes.map((latitude) => Math.sin(latitude * DEGREE));
    this.#cosLatitude = grid.latitudes.map((latitude) => Math.cos(latitude * DEGREE));
    this.#sinLongitude = grid.longitudes.map((longitude) => Math.sin(longitude * DEGREE));
    this.#cosLongitude = grid.longitudes.map((longitude) => Math.cos(longitude * DEGREE));
  }

  /**
   * @param field [latitude, longitude]; each pole's row holds one value
   * @param u, v m/s, eastward and northward
   * @param seconds the length of the step
   * @param out the field after the step
   */
  step(field: Float64Array, u: Float64Array, v: Float64Array, seconds: number, out: Float64Array): void {
    const { rows, columns, resolution } = this.#grid;
    const scale = seconds / EARTH_RADIUS_M;
    for (let row = 0; row < rows; row++) {
      const sinLat = this.#sinLatitude[row];
      const cosLat = this.#cosLatitude[row];
      const isPole = row === 0 || row === rows - 1;
      for (let column = 0; column < (isPole ? 1 : columns); column++) {
        const index = row * columns + column;
        const sinLon = this.#sinLongitude[column];
        const cosLon = this.#cosLongitude[column];
        const east = u[index] * scale;
        const north = v[index] * scale;
        // The point less the way of the air: unit vectors east (-sin, cos, 0), north (-sinLat cos, -sinLat sin, cosLat).
        const x = cosLat * cosLon + east * sinLon + north * sinLat * cosLon;
        const y = cosLat * sinLon - east * cosLon + north * sinLat * sinLon;
        const z = sinLat - north * cosLat;
        const latitude = Math.atan2(z, Math.sqrt(x * x + y * y)) / DEGREE;
        const longitude = Math.atan2(y, x) / DEGREE;
        out[index] = this.#interpolate(field, (latitude + 90) / resolution, (longitude + 360) / resolution);
      }
      if (isPole) out.fill(out[row * columns], row * columns, (row + 1) * columns);
    }
  }

  /** Bicubic at a fractional row and column. */
  #interpolate(field: Float64Array, row: number, column: number): number {
    const { rows, columns } = this.#grid;
    const firstRow = Math.min(Math.floor(row), rows - 2);
    const firstColumn = Math.floor(column);
    const rowWeights = cubicWeights(row - firstRow);
    const columnWeights = cubicWeights(column - firstColumn);
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      let r = firstRow - 1 + i;
      let shift = 0;
      if (r < 0 || r >= rows) {
        // Beyond a pole the meridian goes on at the other side of the globe.
        r = r < 0 ? -r : 2 * (rows - 1) - r;
        shift = columns / 2;
      }
      let line = 0;
      for (let j = 0; j < 4; j++) {
        line += columnWeights[j] * field[r * columns + ((firstColumn - 1 + j + shift + columns) % columns)];
      }
      sum += rowWeights[i] * line;
    }
    return sum;
  }
}

/** Lagrange's cubic through the points -1, 0, 1, 2, at a place in [0, 1]. */
function cubicWeights(x: number): [number, number, number, number] {
  return [
    (-x * (x - 1) * (x - 2)) / 6,
    ((x + 1) * (x - 1) * (x - 2)) / 2,
    (-(x + 1) * x * (x - 2)) / 2,
    ((x + 1) * x * (x - 1)) / 6,
  ];
}
