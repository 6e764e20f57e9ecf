/** Finding stations, pure: by id, by the beginning of a word of their name, by distance. */
import { distanceKm, type Point } from '../domain/geo.ts';
import type { Station } from '../domain/station.ts';

export interface NearStation {
  station: Station;
  distanceKm: number;
}

/** All stations with their distance, the nearest first. */
export function byDistance(stations: readonly Station[], point: Point): NearStation[] {
  return stations
    .map((station) => ({ station, distanceKm: distanceKm(station, point) }))
    .sort((a, b) => a.distanceKm - b.distanceKm);
}

/** Of a list that is not empty. */
export function nearest(stations: readonly Station[], point: Point): NearStation {
  let best: NearStation = { station: stations[0], distanceKm: Number.POSITIVE_INFINITY };
  for (const station of stations) {
    const distance = distanceKm(station, point);
    if (distance < best.distanceKm) best = { station, distanceKm: distance };
  }
  return best;
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

function rankOf(station: Station, wanted: string): number {
  const name = plain(station.name);
  if (plain(station.id) === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 2;
  if (name.includes(wanted)) return 3;
  if (plain(station.country).startsWith(wanted)) return 4;
  return Number.POSITIVE_INFINITY;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
