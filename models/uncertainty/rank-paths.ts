/**
 * The bank of rank paths: errors of validation forecasts through all lead hours of a station, drawn at random and kept as ranks.
 * What it is for: `src/domain/rank-paths.ts`.
 */
import { type Random, seededRandom } from '../../src/domain/random.ts';
import type { RankPaths } from '../../src/domain/rank-paths.ts';
import { FORECAST_VARIABLES } from '../forecast-model.ts';
import type { NamedTensor } from '../weights/safetensors.ts';

/** The bank's name among the weights of an artefact, [path, channel, lead]; NaN where a channel has fewer paths than others. */
export const RANK_PATHS = 'rankPaths';

interface Channel {
  /** Each [lead]. */
  paths: Float32Array[];
  offered: number;
  random: Random;
}

/** Draws paths of errors evenly from all that are offered, however many will come: algorithm R (Waterman; in Vitter 1985). */
export class RankPathSample {
  readonly #leads: number;
  readonly #capacity: number;
  readonly #channels: Channel[];

  constructor(channels: number, leads: number, capacity: number) {
    this.#leads = leads;
    this.#capacity = capacity;
    // The same numbers for each channel: where all are observed, the paths of all are of the same stations and times.
    this.#channels = Array.from({ length: channels }, () => ({
      paths: [],
      offered: 0,
      random: seededRandom('rank paths'),
    }));
  }

  /**
   * The paths of some examples; one of which an hour is missing is left out.
   * @param errors [example, lead, ..., channel], each (observation - mean) / scale; NaN where missing
   * @param perLead values of one example and lead hour
   */
  offer(errors: Float32Array, perLead: number): void {
    for (let first = 0; first < errors.length; first += this.#leads * perLead) {
      for (let cell = 0; cell < perLead; cell++) {
        const path = Float32Array.from({ length: this.#leads }, (_, lead) => errors[first + lead * perLead + cell]);
        if (!path.some(Number.isNaN)) this.#draw(this.#channels[cell % this.#channels.length], path);
      }
    }
  }

  #draw(own: Channel, path: Float32Array): void {
    own.offered++;
    const place = own.paths.length < this.#capacity ? own.paths.length : Math.floor(own.random.uniform() * own.offered);
    if (place < this.#capacity) own.paths[place] = path;
  }

  /** [path, channel, lead]; undefined where nothing was offered. */
  ranks(): NamedTensor | undefined {
    const count = Math.max(...this.#channels.map(({ paths }) => paths.length));
    if (count === 0) return undefined;
    const shape = [count, this.#channels.length, this.#leads];
    const values = new Float32Array(count * this.#channels.length * this.#leads).fill(Number.NaN);
    for (const [channel, { paths }] of this.#channels.entries()) {
      for (let lead = 0; lead < this.#leads; lead++) {
        // Equal errors stay in the order of their paths.
        const order = [...paths.keys()].sort((a, b) => paths[a][lead] - paths[b][lead]);
        for (const [rank, path] of order.entries()) {
          values[(path * this.#channels.length + channel) * this.#leads + lead] = (rank + 0.5) / paths.length;
        }
      }
    }
    return { shape, values };
  }
}

/** The bank as a forecast carries it; without the variables that have no paths. */
export function rankPathsOf({ shape: [count, channels, leads], values }: NamedTensor): RankPaths {
  const bank: RankPaths = {};
  for (const [channel, variable] of FORECAST_VARIABLES.entries()) {
    const rank = (path: number, lead: number) => values[(path * channels + channel) * leads + lead];
    const paths = Array.from({ length: count }, (_, path) => path).filter((path) => !Number.isNaN(rank(path, 0)));
    if (paths.length === 0) continue;
    bank[variable] = Float32Array.from({ length: leads * paths.length }, (_, index) =>
      rank(paths[index % paths.length], Math.floor(index / paths.length)),
    );
  }
  return bank;
}
