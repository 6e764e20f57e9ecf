/**
 * The points on the globe within a radius of a place, without looking at all of them: unit vectors are kept in cubic cells
 * whose side is the radius, so that the cell of the place and the 26 around it hold everything.
 */
export type Vector = readonly number[];

export class PointsWithin {
  readonly #points: readonly Vector[];
  readonly #cells = new Map<number, number[]>();
  readonly #side: number;
  readonly #along: number;

  /**
   * @param points unit vectors
   * @param radius the largest that will be asked for, as a length of the chord: 2 sin(angle / 2)
   */
  constructor(points: readonly Vector[], radius: number) {
    this.#points = points;
    this.#side = radius;
    this.#along = Math.ceil(2 / radius) + 2;
    for (const [index, point] of points.entries()) {
      const key = this.#keyOf(point.map((coordinate) => this.#cellOf(coordinate)));
      const cell = this.#cells.get(key);
      if (cell) cell.push(index);
      else this.#cells.set(key, [index]);
    }
  }

  /** Calls back with each point within the radius, in no particular order; `squared` is the chord's square. */
  visit(place: Vector, found: (index: number, squared: number) => void): void {
    const middle = place.map((coordinate) => this.#cellOf(coordinate));
    const limit = this.#side ** 2;
    for (let x = -1; x <= 1; x++) {
      for (let y = -1; y <= 1; y++) {
        for (let z = -1; z <= 1; z++) {
          for (const index of this.#cells.get(this.#keyOf([middle[0] + x, middle[1] + y, middle[2] + z])) ?? []) {
            const [a, b, c] = this.#points[index];
            const squared = (a - place[0]) ** 2 + (b - place[1]) ** 2 + (c - place[2]) ** 2;
            if (squared <= limit) found(index, squared);
          }
        }
      }
    }
  }

  /** From 1 on, so that the cells around have numbers too. */
  #cellOf(coordinate: number): number {
    return Math.floor((coordinate + 1) / this.#side) + 1;
  }

  #keyOf([x, y, z]: readonly number[]): number {
    const along = this.#along + 1;
    return (x * along + y) * along + z;
  }
}
