/** Finding stations, pure: by id, by the beginning of a word of their name, by distance, in a box. */
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { distanceKm, type Point } from '../../domain/geo.ts';
import type { Station } from '../../domain/station.ts';
import type { Box } from '../requests/parameters.ts';

export interface NearStation {
  station: Station;
  distanceKm: number;
}

interface StationIndex {
  byId: ReadonlyMap<string, number>;
  tree: KDBush;
}

/** Lists of stations are shared and never written to, so what was made of one lives as long as it does. */
const indices = new WeakMap<readonly Station[], StationIndex>();

function indexOf(stations: readonly Station[]): StationIndex {
  let index = indices.get(stations);
  if (index === undefined) {
    const tree = new KDBush(stations.length);
    for (const { longitude, latitude } of stations) tree.add(longitude, latitude);
    tree.finish();
    index = { byId: new Map(stations.map(({ id }, column) => [id, column])), tree };
    indices.set(stations, index);
  }
  return index;
}

/** The place of a station in the list, or -1. */
export function columnOf(stations: readonly Station[], id: string): number {
  return indexOf(stations).byId.get(id) ?? -1;
}

/** The nearest stations with their distance, the nearest first. */
export function byDistance(stations: readonly Station[], point: Point, limit: number): NearStation[] {
  return around(indexOf(stations).tree, point.longitude, point.latitude, limit).map((column) => {
    const station = stations[column];
    return { station, distanceKm: distanceKm(station, point) };
  });
}

/** Of a list that is not empty. */
export function nearest(stations: readonly Station[], point: Point): NearStation {
  return byDistance(stations, point, 1)[0];
}

/** The stations in a box, its edges included, in their order; a box whose west is beyond its east goes across 180 degrees. */
export function inBox(stations: readonly Station[], { south, west, north, east }: Box): Station[] {
  const isBetween = (longitude: number) =>
    west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return stations.filter(({ latitude, longitude }) => latitude >= south && latitude <= north && isBetween(longitude));
}

/**
 * The stations that a person may mean by what they typed so far, the likeliest first: the id itself, then names that
 * begin so, then names of which a word begins so, then names that hold it, then countries. Case and accents do not count.
 */
export function search(stations: readonly Station[], typed: string): Station[] {
  const wanted = plain(typed);
  return stations
    .map((station) => ({ station, rank: rankOf(station, wanted) }))
    .filter(({ rank }) => rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .map(({ station }) => station);
}

/** What is searched of a station, made once: there may be tens of thousands. */
const searched = new WeakMap<Station, { id: string; name: string; words: string[]; country: string }>();

function plainOf(station: Station) {
  let known = searched.get(station);
  if (known === undefined) {
    const name = plain(station.name);
    const words = name.split(/[^\p{L}\p{N}]+/u);
    known = { id: plain(station.id), name, words, country: plain(station.country) };
    searched.set(station, known);
  }
  return known;
}

function rankOf(station: Station, wanted: string): number {
  const { id, name, words, country } = plainOf(station);
  if (id === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (words.some((word) => word.startsWith(wanted))) return 2;
  if (name.includes(wanted)) return 3;
  if (country.startsWith(wanted)) return 4;
  return Number.POSITIVE_INFINITY;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
