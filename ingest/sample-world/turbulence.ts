/**
 * What no forecast can know: small independent fluctuations of each grid point, first-order autoregressive
 * (equation 9 of the README beside this file). At a pole all longitudes are one point and share one fluctuation.
 */
import type { Random } from '../../src/domain/random.ts';
import type { WorldGrid } from './grid.ts';

const DEGREE = Math.PI / 180;
/** Standard deviation at sea and what land adds to it; hours of memory. */
const TEMPERATURE = { sea: 0.35, land: 0.3, memory: 6 };
const WIND = { sea: 0.8, land: 0.3, memory: 4 };

export class Turbulence {
  /** degC and m/s, [latitude, longitude]. */
  readonly temperature: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly #grid: WorldGrid;
  readonly #land: Float64Array;
  readonly #random: Random;
  #isFirst = true;

  constructor(grid: WorldGrid, land: Float64Array, random: Random) {
    this.#grid = grid;
    this.#land = land;
    this.#random = random;
    this.temperature = new Float64Array(land.length);
    this.u = new Float64Array(land.length);
    this.v = new Float64Array(land.length);
  }

  /** Goes on by an hour. The first step gives the state that the others keep to. */
  step(): void {
    const { rows, columns } = this.#grid;
    for (let index = 0; index < this.#land.length; index++) {
      const row = Math.floor(index / columns);
      const isPole = row === 0 || row === rows - 1;
      if (isPole && index % columns > 0) this.#copyPole(index, row);
      else {
        this.#advance(this.temperature, index, TEMPERATURE);
        this.#advance(this.u, index, WIND);
        this.#advance(this.v, index, WIND);
      }
    }
    this.#isFirst = false;
  }

  #advance(state: Float64Array, index: number, { sea, land, memory }: typeof WIND): void {
    const deviation = sea + land * this.#land[index];
    const keep = this.#isFirst ? 0 : Math.exp(-1 / memory);
    state[index] = keep * state[index] + deviation * Math.sqrt(1 - keep * keep) * this.#random.normal();
  }

  /** The same wind, seen from another meridian: east turns with the longitude, against the clock at the north pole. */
  #copyPole(index: number, row: number): void {
    const { columns, longitudes } = this.#grid;
    const start = row * columns;
    const turn = longitudes[index - start] * DEGREE * (row === 0 ? -1 : 1);
    this.temperature[index] = this.temperature[start];
    this.u[index] = this.u[start] * Math.cos(turn) + this.v[start] * Math.sin(turn);
    this.v[index] = this.v[start] * Math.cos(turn) - this.u[start] * Math.sin(turn);
  }
}
