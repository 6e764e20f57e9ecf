/** Finding stations by what a person types: without accents or case, names that begin so before those that contain it. Pure. */
import type { Station } from '../api/contracts.ts';
import { countryName } from '../format/quantity.ts';
import { wrapLongitude } from '../map/viewport.ts';

export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** 0 = best; undefined = no match. */
function rank(station: Station, wanted: string): number | undefined {
  const name = fold(station.name);
  if (name.startsWith(wanted)) return 0;
  if (name.split(/[\s\-'/(),.]+/).some((word) => word.startsWith(wanted))) return 1;
  if (fold(station.id).startsWith(wanted)) return 2;
  if (fold(countryName(station.country)).startsWith(wanted)) return 3;
  return name.includes(wanted) ? 4 : undefined;
}

/** The best `limit` matches; within one rank in order of name. */
export function searchStations(stations: readonly Station[], text: string, limit = 8): Station[] {
  const wanted = fold(text);
  if (wanted === '') return [];
  return stations
    .flatMap((station) => {
      const found = rank(station, wanted);
      return found === undefined ? [] : [{ station, found }];
    })
    .sort((a, b) => a.found - b.found || a.station.name.localeCompare(b.station.name, 'en'))
    .slice(0, limit)
    .map(({ station }) => station);
}

/**
 * The place to open the page with when no link names one: the city of the visitor's time zone (`Europe/Amsterdam`) where it
 * is among the stations, else one in the middle latitudes where it is noon with the visitor. Nothing is asked of anybody.
 * @param hoursEast how far the visitor's clock is ahead of UTC.
 */
export function startingStation(
  stations: readonly Station[],
  timeZone: string,
  hoursEast: number,
): Station | undefined {
  const city = fold((timeZone.split('/').at(-1) ?? '').replaceAll('_', ' '));
  const named = stations.find(({ name }) => fold(name) === city);
  if (named) return named;
  const farness = ({ latitude, longitude }: Station): number =>
    Math.hypot(latitude - 48, wrapLongitude(longitude - 15 * hoursEast));
  return stations.reduce<Station | undefined>(
    (best, station) => (best && farness(best) <= farness(station) ? best : station),
    undefined,
  );
}

/** `52.4, 4.9`, `52.4N 4.9E`, `33.9° S, 18.4° E`, `-33.9 18.4`: degrees north and east; undefined where a text is no position. */
export function parsePosition(written: string): { latitude: number; longitude: number } | undefined {
  const match =
    /^\s*([-+−]?\d{1,2}(?:\.\d+)?)\s*°?\s*([NS])?\s*[,;\s]\s*([-+−]?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW])?\s*$/i.exec(
      written,
    );
  if (!match) return undefined;
  const [, north, hemisphere, east, side] = match;
  const degrees = (digits: string, isNegative: boolean): number =>
    Number(digits.replace('−', '-')) * (isNegative ? -1 : 1);
  const latitude = degrees(north, hemisphere?.toUpperCase() === 'S');
  const longitude = degrees(east, side?.toUpperCase() === 'W');
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

const EARTH_RADIUS_KM = 6371;

/** The nearest stations to a position, nearest first, with their great-circle distance in kilometres. */
export function nearestStations(
  stations: readonly Station[],
  { latitude, longitude }: { latitude: number; longitude: number },
  limit = 5,
): { station: Station; distance: number }[] {
  const radian = Math.PI / 180;
  return stations
    .map((station) => {
      // Haversine: good also where the places lie close together.
      const chord =
        Math.sin(((station.latitude - latitude) * radian) / 2) ** 2 +
        Math.cos(latitude * radian) *
          Math.cos(station.latitude * radian) *
          Math.sin(((station.longitude - longitude) * radian) / 2) ** 2;
      return { station, distance: 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord))) };
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit);
}
