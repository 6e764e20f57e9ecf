/** The cells of a grid nearest to a place, where each cell has a place of its own. */
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { distanceKm } from '../../src/domain/geo.ts';
import type { Cells } from '../cf/cells.ts';
import type { Neighbour } from './bilinear.ts';
import { inverseDistance } from './inverse-distance.ts';

/** A station belongs to the grid when it is within this share of the way from its nearest cell to that cell's neighbours. */
const SHARE_IN_ROWS = 0.75;

/** The corner of a triangle is as far from its middle as the middle of the next triangle. */
const SHARE_UNSTRUCTURED = 1.1;
const SIDES = 3;

/** A single cell does not tell how large it is: half the diagonal of one of 0.25 degrees, as of ERA5's time series at a point. */
const REACH_OF_ONE_KM = 20;

export class NearestCells {
  readonly #cells: Cells;
  readonly #index: KDBush;
  /** The cell of each entry of the index: cells without a place are not in it. */
  readonly #ids: Int32Array;

  constructor(cells: Cells) {
    const { latitudes, longitudes } = cells;
    const isPlaced = (cell: number) => !Number.isNaN(latitudes[cell] + longitudes[cell]);
    this.#cells = cells;
    this.#ids = Int32Array.from(latitudes.keys()).filter(isPlaced);
    this.#index = new KDBush(this.#ids.length);
    for (const cell of this.#ids) this.#index.add(longitudes[cell], latitudes[cell]);
    this.#index.finish();
  }

  /**
   * The `count` cells nearest to a place, weighted by the inverse square of their distance (sum 1); undefined where the place
   * is outside the grid.
   */
  neighbours(latitude: number, longitude: number, count: number): Neighbour[] | undefined {
    const { columns, latitudes, longitudes } = this.#cells;
    const found = this.#around(latitude, longitude, count);
    const distances = found.map((cell) =>
      distanceKm({ latitude, longitude }, { latitude: latitudes[cell], longitude: longitudes[cell] }),
    );
    if (distances[0] > this.#reach(found[0])) return undefined;
    const weights = inverseDistance(distances);
    return found
      .map((cell, i) => ({ row: Math.floor(cell / columns), column: cell % columns, weight: weights[i] }))
      .filter(({ weight }) => weight > 0);
  }

  #around(latitude: number, longitude: number, count: number): number[] {
    return around(this.#index, longitude, latitude, count).map((entry: number) => this.#ids[entry]);
  }

  /** How far from a cell, in kilometres, its grid still reaches. */
  #reach(cell: number): number {
    const { rows, columns, latitudes, longitudes } = this.#cells;
    if (rows * columns === 1) return REACH_OF_ONE_KM;
    const at = (other: number) => ({ latitude: latitudes[other], longitude: longitudes[other] });
    if (columns === 1 || rows === 1) {
      const others = this.#around(latitudes[cell], longitudes[cell], SIDES + 1);
      return SHARE_UNSTRUCTURED * distanceKm(at(cell), at(others[others.length - 1]));
    }
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    let farthest = 0;
    for (const [dy, dx] of [
      [0, 1],
      [0, -1],
      [1, 0],
      [-1, 0],
    ]) {
      if (row + dy < 0 || row + dy >= rows || column + dx < 0 || column + dx >= columns) continue;
      const distance = distanceKm(at(cell), at(cell + dy * columns + dx));
      if (distance > farthest) farthest = distance;
    }
    return SHARE_IN_ROWS * farthest;
  }
}
