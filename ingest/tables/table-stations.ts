/** The stations of a table: where its lines, or a list, say that they are. */
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import { stationId } from '../stations/station-id.ts';
import type { Observation } from './observation.ts';

/** A station that is so many degrees away from where it was is another one. */
const SAME_PLACE_DEGREES = 0.1;

/** A station without an id is that of the list whose cell of the grid it is: half a quarter of a degree, and a hair. */
const SAME_CELL_DEGREES = 0.13;

const NOWHERE = { country: '', latitude: Number.NaN, longitude: Number.NaN, elevation: null };

export interface TableStationsOptions {
  /** `--stations`: where they are, and which of them; without, the table's own positions count. */
  listed?: readonly Station[];
  isByPosition?: boolean;
  /** All of the table is of one station, which a list of one names. */
  isOneStation?: boolean;
}

export class TableStations {
  unknownElevations = 0;
  readonly #file: string;
  readonly #listed: readonly Station[] | undefined;
  readonly #isByPosition: boolean;
  readonly #isOneStation: boolean;
  readonly #byId: ReadonlyMap<string, Station>;
  readonly #stations: Station[] = [];
  /** By the id in the table; -1 for a station that was not asked for. */
  readonly #indexOf = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** Those without a position so far, with the first line of each. */
  readonly #nowhere = new Map<string, number>();

  constructor(file: string, { listed, isByPosition = false, isOneStation = false }: TableStationsOptions) {
    this.#file = file;
    this.#listed = listed;
    this.#isByPosition = isByPosition;
    this.#isOneStation = isOneStation;
    this.#byId = new Map(listed?.map((station) => [station.id, station]));
  }

  get isListed(): boolean {
    return this.#listed !== undefined;
  }

  /** The station's place among them; undefined while it has no position. */
  indexOf(text: string): number | undefined {
    return this.#indexOf.get(text);
  }

  /** @throws KernelcastError `STATIONS`: a line without a station, two stations of one id, a station that moves */
  meet(observation: Observation, line: number): 'not-listed' | undefined {
    const { station: text, place } = observation;
    const index = this.#indexOf.get(text);
    if (index !== undefined) {
      if (index < 0) return 'not-listed';
      if (place && !this.#listed) this.#checkPlace(this.#stations[index], place, line);
      return undefined;
    }
    const id = stationId(text);
    const where = { file: this.#file, line, station: text.slice(0, 80) };
    if (this.#listed) {
      this.#keep(text, this.#inList(text, id, place));
      return this.#indexOf.get(text)! < 0 ? 'not-listed' : undefined;
    }
    if (id === '') throw new KernelcastError('STATIONS', 'an observation has no station', { where });
    if (!place) {
      if (!this.#nowhere.has(text)) this.#nowhere.set(text, line);
      return undefined;
    }
    if (this.#ids.has(id)) {
      throw new KernelcastError('STATIONS', `two stations of the table would both be called '${id}'`, { where });
    }
    this.#ids.add(id);
    if (observation.isElevationUnknown) this.unknownElevations++;
    this.#keep(text, { id, ...place, name: place.name || id });
    this.#nowhere.delete(text);
    return undefined;
  }

  /** When the table is over. @throws KernelcastError `STATIONS` where no station has a position */
  end(): { stations: readonly Station[]; outside: Station[] } {
    if (this.#stations.length === 0 && this.#nowhere.size > 0) throw this.#withoutPlace();
    const outside = [...this.#nowhere.keys()].map((text) => ({ ...NOWHERE, id: stationId(text), name: text }));
    return { stations: this.#stations, outside };
  }

  #keep(text: string, station: Station | undefined): void {
    this.#indexOf.set(text, station ? this.#stations.push(station) - 1 : -1);
  }

  #inList(text: string, id: string, place: Observation['place']): Station | undefined {
    const known = this.#byId.get(text) ?? this.#byId.get(id) ?? this.#byNumber(text);
    if (!known && this.#isOneStation && this.#listed!.length === 1) return this.#listed![0];
    if (known || !this.#isByPosition || !place) return known;
    const away = (station: Station) =>
      Math.max(Math.abs(station.latitude - place.latitude), eastBetween(station.longitude, place.longitude));
    const [nearest] = [...this.#listed!].sort((a, b) => away(a) - away(b));
    return nearest && away(nearest) <= SAME_CELL_DEGREES ? nearest : undefined;
  }

  /** `00044` of a list is the station 44 of a table, where no other is. */
  #byNumber(text: string): Station | undefined {
    if (!/^\d+$/.test(text)) return undefined;
    const same = this.#listed!.filter(({ id }) => /^\d+$/.test(id) && Number(id) === Number(text));
    return same.length === 1 ? same[0] : undefined;
  }

  #withoutPlace(): KernelcastError {
    const [[text, line]] = this.#nowhere;
    return new KernelcastError('STATIONS', `the table does not say where the station '${text.slice(0, 80)}' is`, {
      where: { file: this.#file, line, station: text.slice(0, 80) },
      hint: 'Give the positions: --stations CSV, with the ids of the table. Stations that are not in it are left out then.',
    });
  }

  #checkPlace(station: Station, place: NonNullable<Observation['place']>, line: number): void {
    const north = Math.abs(station.latitude - place.latitude);
    if (Math.max(north, eastBetween(station.longitude, place.longitude)) <= SAME_PLACE_DEGREES) return;
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

function eastBetween(a: number, b: number): number {
  const east = Math.abs(a - b) % 360;
  return Math.min(east, 360 - east);
}
