/**
 * The points on the globe nearest to a place, without looking at all of them: unit vectors are kept in cubic cells, and the
 * cells around the place are searched, farther and farther out, until no cell outside can hold anything nearer.
 */
export type Vector = readonly number[];

/** A few points in a cell: fewer cells to visit, not many points in vain. */
const POINTS_PER_CELL = 4;

export class NearestPoints {
  readonly #points: readonly Vector[];
  readonly #cells = new Map<number, number[]>();
  /** Cells along an axis of the cube that holds the globe. */
  readonly #along: number;

  /** @param points unit vectors */
  constructor(points: readonly Vector[]) {
    this.#points = points;
    // The globe's surface crosses about pi along^2 of the along^3 cells.
    this.#along = Math.max(1, Math.floor(Math.sqrt(points.length / (Math.PI * POINTS_PER_CELL))));
    for (const [index, point] of points.entries()) {
      const key = this.#keyOf(point.map((coordinate) => this.#cellOf(coordinate)));
      const cell = this.#cells.get(key);
      if (cell) cell.push(index);
      else this.#cells.set(key, [index]);
    }
  }

  /**
   * Indices of the `count` points nearest to `place` that are not among `without`, nearest first; of equally near ones the
   * lower index first. Fewer where there are no more.
   */
  find(place: Vector, count: number, without: ReadonlySet<number>): number[] {
    const middle = place.map((coordinate) => this.#cellOf(coordinate));
    const size = 2 / this.#along;
    let found: { index: number; closeness: number }[] = [];
    for (let ring = 0; ring <= this.#along && count > 0; ring++) {
      for (const index of this.#ring(middle, ring)) {
        if (!without.has(index)) found.push({ index, closeness: dot(this.#points[index], place) });
      }
      if (found.length < count) continue;
      found = found.sort((a, b) => b.closeness - a.closeness || a.index - b.index).slice(0, count);
      // All within `ring` whole cells of the place has been seen; 2 - 2 closeness is the distance squared.
      const farthest = Math.sqrt(Math.max(0, 2 - 2 * found[count - 1].closeness));
      if (farthest < ring * size - 1e-9) break;
    }
    found.sort((a, b) => b.closeness - a.closeness || a.index - b.index);
    return found.map(({ index }) => index);
  }

  /** The points in the cells whose farthest coordinate is `ring` cells off. */
  *#ring([x, y, z]: readonly number[], ring: number): Generator<number> {
    for (let dx = -ring; dx <= ring; dx++) {
      for (let dy = -ring; dy <= ring; dy++) {
        const isSide = Math.abs(dx) === ring || Math.abs(dy) === ring;
        const step = isSide || ring === 0 ? 1 : 2 * ring;
        for (let dz = -ring; dz <= ring; dz += step) {
          const cell = [x + dx, y + dy, z + dz];
          if (cell.every((at) => at >= 0 && at < this.#along)) yield* this.#cells.get(this.#keyOf(cell)) ?? [];
        }
      }
    }
  }

  #cellOf(coordinate: number): number {
    return Math.min(this.#along - 1, Math.max(0, Math.floor(((coordinate + 1) / 2) * this.#along)));
  }

  #keyOf([x, y, z]: readonly number[]): number {
    return (x * this.#along + y) * this.#along + z;
  }
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
