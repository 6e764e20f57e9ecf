/** The places of a request: stations by id, positions (each answered by its nearest station), or all stations in a box. */
import { z } from 'zod';
import { closest } from '../../domain/closest.ts';
import type { Station } from '../../domain/station.ts';
import { KernelcastError } from '../../errors.ts';
import { boundingBox, list, MOST_LOCATIONS, numbers, oneOf } from '../requests/parameters.ts';
import { badParameter } from '../requests/query.ts';
import { columnOf, inBox, type NearStation, nearest } from './stations.ts';

/** Beyond this distance a station says too little about a place. */
const MAX_DISTANCE_KM = 300;

export const PLACE_PARAMETERS = {
  station: list(undefined, { most: MOST_LOCATIONS }).optional().describe('ids of stations; or instead of them:'),
  latitude: numbers(-90, 90)
    .optional()
    .describe(`degrees north; the nearest station answers, up to ${MAX_DISTANCE_KM} km away`),
  longitude: numbers(-180, 180).optional().describe('degrees east, one for each latitude'),
  bounding_box: boundingBox()
    .optional()
    .describe('south,west,north,east: all stations in it; a west beyond the east goes across 180 degrees'),
  elevation: numbers(-500, 9000, 'nan')
    .optional()
    .describe("Open-Meteo's, one for each latitude; no effect: the station answers for its own, which it tells"),
  cell_selection: oneOf('nearest', 'land', 'sea')
    .default('nearest')
    .describe("Open-Meteo's; stations are points, so all three choose the nearest"),
};
const schema = z.strictObject(PLACE_PARAMETERS);
export type PlaceQuery = Omit<z.infer<typeof schema>, 'cell_selection'>;

/** @throws KernelcastError `USAGE` when no place or two ways of naming one are given */
export function checkPlaces({ station, latitude, longitude, bounding_box, elevation }: PlaceQuery): void {
  const hint = 'Give a station, a latitude and a longitude, or a bounding_box.';
  const hasPosition = latitude !== undefined || longitude !== undefined;
  if (station && hasPosition) throw badParameter('station', 'a station and a position are given at once', hint);
  if (bounding_box && (station || hasPosition)) {
    throw badParameter('bounding_box', 'a bounding_box and other places are given at once', hint);
  }
  if (elevation && elevation.length !== (latitude?.length ?? 0)) {
    throw badParameter('elevation', `there are ${elevation.length} elevations and ${latitude?.length ?? 0} latitudes`);
  }
  if (station || bounding_box) return;
  if (!latitude) throw badParameter('latitude', "the parameter 'latitude' is missing", hint);
  if (!longitude) throw badParameter('longitude', "the parameter 'longitude' is missing", hint);
  if (latitude.length !== longitude.length) {
    throw badParameter(
      latitude.length < longitude.length ? 'latitude' : 'longitude',
      `there are ${latitude.length} latitudes and ${longitude.length} longitudes`,
      'Give as many of one as of the other.',
    );
  }
}

/** @throws KernelcastError `NOT_FOUND` for an unknown station, or a position too far from any; `USAGE` for too many */
export function findPlaces(stations: readonly Station[], query: PlaceQuery): NearStation[] {
  const { station: ids, latitude, longitude, bounding_box } = query;
  if (ids) return ids.map((id) => ({ station: findStation(stations, id), distanceKm: 0 }));
  if (!bounding_box) return latitude!.map((north, index) => findNearest(stations, north, longitude![index]));
  const found = inBox(stations, bounding_box);
  if (found.length === 0) {
    throw new KernelcastError('NOT_FOUND', 'there is no station in the bounding_box', {
      where: { parameter: 'bounding_box' },
      hint: 'It is south,west,north,east; /v1/stations lists the stations.',
    });
  }
  if (found.length <= MOST_LOCATIONS) return found.map((station) => ({ station, distanceKm: 0 }));
  throw badParameter(
    'bounding_box',
    `there are ${found.length} stations in the bounding_box, at most ${MOST_LOCATIONS} are possible`,
    'Ask for smaller boxes, or for all stations with /v1/runs/latest/values.',
  );
}

export function findStation(stations: readonly Station[], id: string): Station {
  const column = columnOf(stations, id);
  if (column >= 0) return stations[column];
  const meant = closest(
    id,
    stations.map((candidate) => candidate.id),
  );
  throw new KernelcastError('NOT_FOUND', `there is no station '${id.slice(0, 64)}'`, {
    where: { parameter: 'station' },
    hint: `${meant ? `Did you mean '${meant}'? ` : ''}Find stations by name with /v1/stations?search=...`,
  });
}

function findNearest(stations: readonly Station[], latitude: number, longitude: number): NearStation {
  const near = nearest(stations, { latitude, longitude });
  if (near.distanceKm <= MAX_DISTANCE_KM) return near;
  const { name, id } = near.station;
  throw new KernelcastError(
    'NOT_FOUND',
    `no station within ${MAX_DISTANCE_KM} km of ${latitude}, ${longitude}: the nearest, ${name || id}, is ${Math.round(near.distanceKm)} km away`,
    { where: { parameter: 'latitude' }, hint: `Its id is '${id}'; ask for it by station=${id}.` },
  );
}
