/** What may be a name: names of datasets and models become names of folders and files, so nothing else gets through. */
import type { Station } from '../domain/station.ts';
import { KernelcastError } from '../errors.ts';

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const STATION_ID = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** Letters, digits, `.`, `_`, `-`; at most 64, the first a letter or digit. No path can be made of it. */
export function isSafeName(name: string): boolean {
  return FILE_NAME.test(name) && !name.endsWith('.');
}

/** @throws KernelcastError `USAGE` when a name of a dataset or model is not safe as a name of a folder. */
export function checkName(kind: 'dataset' | 'model', name: string): void {
  if (isSafeName(name)) return;
  throw new KernelcastError('USAGE', `'${name.slice(0, 80)}' cannot be the name of a ${kind}`, {
    where: { [kind]: name.slice(0, 80) },
    hint: 'Use letters, digits, ".", "_" and "-"; at most 64, and begin with a letter or digit.',
  });
}

/** @throws KernelcastError `STATIONS` on no stations, an odd or repeated id, or a position off the Earth. */
export function checkStations(stations: readonly Station[]): void {
  if (stations.length === 0) throw new KernelcastError('STATIONS', 'a series needs at least one station');
  const seen = new Set<string>();
  for (const [index, station] of stations.entries()) {
    const where = { station: String(station.id).slice(0, 80), index };
    if (!STATION_ID.test(station.id)) {
      throw new KernelcastError('STATIONS', `'${where.station}' cannot be the id of a station`, {
        where,
        hint: 'Use letters, digits, ".", "_" and "-"; at most 64, and begin with a letter or digit.',
      });
    }
    if (seen.has(station.id)) {
      throw new KernelcastError('STATIONS', `two stations have the id '${station.id}'`, { where });
    }
    seen.add(station.id);
    if (!(Math.abs(station.latitude) <= 90 && Math.abs(station.longitude) <= 180)) {
      throw new KernelcastError('STATIONS', `the station '${station.id}' is not on the Earth`, {
        where: { ...where, latitude: station.latitude, longitude: station.longitude },
        hint: 'Latitude is -90..90, longitude -180..180, both in degrees.',
      });
    }
  }
}
