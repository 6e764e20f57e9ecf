/**
 * Observations in any order to hourly values by station. Which hour an observation stands for says `near-hour.ts`; of several,
 * for each variable, only those that have a value are compared.
 */
import { byNearness, isNearHour, NEAR_TEXT, nearestHour, offsetFromHour } from '../../src/domain/near-hour.ts';
import { observedVariable, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { completedNames, completeWind } from '../hourly/both-winds.ts';
import type { OpenedFile } from '../opened/opened-file.ts';
import { stationId } from '../stations/station-id.ts';
import type { Observation, TableReader } from './observation.ts';

/** A station that is so many degrees away from where it was is another one. */
const SAME_PLACE_DEGREES = 0.1;

/** As many as are held in half a gigabyte. */
const MOST_OBSERVATIONS = 10_000_000;

const NOWHERE = { country: '', latitude: Number.NaN, longitude: Number.NaN, elevation: null };

export class Gatherer {
  readonly #file: string;
  readonly #reader: TableReader;
  /** Where `--stations` has them; without, the table's own positions count. */
  readonly #known: ReadonlyMap<string, Station> | undefined;
  readonly #stations: Station[] = [];
  /** By the id in the table; -1 for a station that was not asked for. */
  readonly #indexOf = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** Stations without a position so far, with the first line of each. */
  readonly #waiting = new Map<string, { line: number; observations: Observation[] }>();
  readonly #names: VariableName[];
  readonly #hours: number[] = [];
  /** Milliseconds from the hour to the observation. */
  readonly #offsets: number[] = [];
  readonly #of: number[] = [];
  readonly #values: number[][];

  constructor(file: string, reader: TableReader, stations: readonly Station[] | undefined) {
    this.#file = file;
    this.#reader = reader;
    this.#known = stations && new Map(stations.map((station) => [station.id, station]));
    const taken = new Set(reader.taken.map(({ name }) => name));
    this.#names = VARIABLE_NAMES.filter((name) => taken.has(name));
    this.#values = this.#names.map(() => []);
  }

  /** @throws KernelcastError `STATIONS`: a station without an id, or one that moves */
  add(observation: Observation, line: number): void {
    const station = this.#station(observation, line);
    if (station !== undefined && station >= 0) this.#put(observation, station);
  }

  #put(observation: Observation, station: number): void {
    const offset = offsetFromHour(observation.time);
    if (!isNearHour(offset)) return;
    if (this.#hours.push(nearestHour(observation.time)) > MOST_OBSERVATIONS) {
      throw new KernelcastError('FORMAT', `the table has more than ${MOST_OBSERVATIONS} observations`, {
        where: { file: this.#file },
        hint: 'Split it by years or stations.',
      });
    }
    this.#offsets.push(offset);
    this.#of.push(station);
    for (const [v, name] of this.#names.entries()) this.#values[v].push(observation.values[name] ?? Number.NaN);
  }

  /** @throws KernelcastError `CONVENTIONS` where no observation is near an hour; `STATIONS` where no station has a position */
  opened(): OpenedFile {
    if (this.#stations.length === 0 && this.#waiting.size > 0) throw this.#withoutPlace();
    if (this.#hours.length === 0) {
      throw new KernelcastError('CONVENTIONS', `no observation lies within ${NEAR_TEXT} of a whole hour`, {
        where: { file: this.#file, stations: this.#stations.length },
        hint: this.#known ? 'Or none is of a station of the list: the ids must be those of the table.' : undefined,
      });
    }
    const order = this.#inOrder();
    const hours = [...new Set(order.map((i) => this.#hours[i]))];
    const starts = this.#starts(order, hours);
    const [stations, names, values, of] = [this.#stations, this.#names, this.#values, this.#of];
    return {
      kind: 'stations',
      stations,
      outside: [...this.#waiting.keys()].map((text) => ({ ...NOWHERE, id: stationId(text), name: text })),
      axis: { times: Float64Array.from(hours, (hour) => hour * MILLISECONDS_PER_HOUR), cell: undefined },
      cellMethod: undefined,
      taken: this.#reader.taken,
      variables: completedNames(names),
      bytesPerTime: names.length * stations.length * 4,
      chunkTimes: 1,
      duplicates: this.#duplicates(order, starts),
      async read(first, count) {
        const variables: Series['variables'] = {};
        for (const [v, name] of names.entries()) {
          const target = new Float32Array(count * stations.length).fill(Number.NaN);
          for (let t = 0; t < count; t++) {
            for (let k = starts[first + t]; k < starts[first + t + 1]; k++) {
              const value = values[v][order[k]];
              if (!Number.isNaN(value)) target[t * stations.length + of[order[k]]] = value;
            }
          }
          variables[name] = observedVariable(target);
        }
        return completeWind(variables, count * stations.length);
      },
      async close() {},
    };
  }

  /** By hour; within an hour those that count last, which so replace the others. */
  #inOrder(): number[] {
    const [hours, offsets] = [this.#hours, this.#offsets];
    return Array.from(hours.keys()).sort((a, b) => hours[a] - hours[b] || byNearness(offsets[a], offsets[b]) || a - b);
  }

  #starts(order: readonly number[], hours: readonly number[]): Int32Array {
    const starts = new Int32Array(hours.length + 1);
    let row = 0;
    for (const [k, i] of order.entries()) if (this.#hours[i] !== hours[row]) starts[++row] = k;
    starts[hours.length] = order.length;
    return starts;
  }

  /** Observations of a station at the time of another one of it. */
  #duplicates(order: readonly number[], starts: Int32Array): number {
    let count = 0;
    for (let row = 0; row + 1 < starts.length; row++) {
      const seen = new Set<string>();
      for (let k = starts[row]; k < starts[row + 1]; k++) seen.add(`${this.#of[order[k]]} ${this.#offsets[order[k]]}`);
      count += starts[row + 1] - starts[row] - seen.size;
    }
    return count;
  }

  /** @returns -1 for a station that was not asked for, undefined for one whose position is not known yet */
  #station(observation: Observation, line: number): number | undefined {
    const { station: text, place } = observation;
    const index = this.#indexOf.get(text);
    if (index !== undefined) {
      if (index >= 0 && place && !this.#known) this.#checkPlace(this.#stations[index], place, line);
      return index;
    }
    const id = stationId(text);
    if (this.#known) return this.#keep(text, this.#known.get(text) ?? this.#known.get(id));
    const where = { file: this.#file, line, station: text.slice(0, 80) };
    if (id === '') throw new KernelcastError('STATIONS', 'an observation has no station', { where });
    if (!place) {
      // Another line may tell.
      if (!this.#waiting.has(text)) this.#waiting.set(text, { line, observations: [] });
      this.#waiting.get(text)!.observations.push(observation);
      return undefined;
    }
    if (this.#ids.has(id)) {
      throw new KernelcastError('STATIONS', `two stations of the table would both be called '${id}'`, { where });
    }
    this.#ids.add(id);
    const kept = this.#keep(text, { id, ...place, name: place.name || id });
    for (const earlier of this.#waiting.get(text)?.observations ?? []) this.#put(earlier, kept);
    this.#waiting.delete(text);
    return kept;
  }

  #keep(text: string, station: Station | undefined): number {
    const index = station ? this.#stations.push(station) - 1 : -1;
    this.#indexOf.set(text, index);
    return index;
  }

  /** What still waits for a position when the table is over. */
  #withoutPlace(): KernelcastError {
    const [[text, { line }]] = this.#waiting;
    return new KernelcastError('STATIONS', `the table does not say where the station '${text.slice(0, 80)}' is`, {
      where: { file: this.#file, line, station: text.slice(0, 80) },
      hint: 'Give the positions: --stations CSV, with the ids of the table. Stations that are not in it are left out then.',
    });
  }

  #checkPlace(station: Station, place: NonNullable<Observation['place']>, line: number): void {
    const east = Math.abs(station.longitude - place.longitude) % 360;
    const moved = Math.max(Math.abs(station.latitude - place.latitude), Math.min(east, 360 - east));
    if (moved <= SAME_PLACE_DEGREES) return;
    throw new KernelcastError('STATIONS', `the station '${station.id}' moves`, {
      where: {
        file: this.#file,
        line,
        from: `${station.latitude}, ${station.longitude}`,
        to: `${place.latitude}, ${place.longitude}`,
      },
      hint: 'Kernelcast keeps stations that stay where they are.',
    });
  }
}
