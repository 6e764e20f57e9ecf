/**
 * Which stations stand in which image. Every station has an image of its own, in which its neighbours are seen: the nearest
 * station in each of eight sectors of the compass and of three rings. So weather is seen from whichever side it comes, however
 * unevenly stations are spread, and a station's forecast depends on what is around it alone, not on how stations are grouped.
 *
 * Images lie in the order of the station tree, so that a run of them is a region.
 */
import { distanceKm, EARTH_RADIUS_KM, type Point, unitVector } from '../../src/domain/geo.ts';
import type { Station } from '../../src/domain/station.ts';
import { buildStationTree, type StationTree } from '../station-tree/station-tree.ts';
import { type ForecasterConfig, PLACES, RINGS_KM, SECTORS } from './config.ts';
import { PointsWithin } from './points-within.ts';

export interface NodeLayout {
  /** [PLACES]: indices of the station that is forecast and of its neighbours, ring by ring, sectors from north by east; -1 where there is none. */
  stations: Int32Array;
}

const FARTHEST_KM = RINGS_KM[RINGS_KM.length - 1];
/** Nearer than this is the same place: no neighbour, but a second instrument. */
const SAME_PLACE_KM = 0.1;

/**
 * The images of a list of stations, in the order of its tree. They are kept in one array: tens of thousands of objects that
 * live for days would be gone through in every garbage collection.
 */
export class NodeLayouts {
  /** [image, PLACES] */
  readonly #places: Int32Array;

  constructor(places: Int32Array) {
    this.#places = places;
  }

  get count(): number {
    return this.#places.length / PLACES;
  }

  slice(from = 0, to = this.count): NodeLayout[] {
    return Array.from({ length: to - from }, (_, index) => ({ stations: row(this.#places, from + index) }));
  }
}

/** @param tree where the stations have one already; else one is made of them */
export function layOutNodes(
  stations: readonly Station[],
  { stationsPerNode, neighbours: seesNeighbours }: Pick<ForecasterConfig, 'stationsPerNode' | 'neighbours'>,
  tree: StationTree = buildStationTree(stations, { stationsPerNode, branching: 'auto' }),
): NodeLayouts {
  const neighbours = neighbourFinder(stations, seesNeighbours);
  const own = tree.nodes.flat().filter((index) => index >= 0);
  const places = new Int32Array(own.length * PLACES);
  for (const [image, station] of own.entries()) neighbours(station, row(places, image));
  return new NodeLayouts(places);
}

function row(places: Int32Array, image: number): Int32Array {
  return places.subarray(image * PLACES, (image + 1) * PLACES);
}

function alone(station: number, places: Int32Array = new Int32Array(PLACES)): Int32Array {
  places.fill(-1);
  places[0] = station;
  return places;
}

/**
 * @param seesNeighbours else each station is alone
 * @returns what gives [PLACES] of a station, in the array that it is given
 */
export function neighbourFinder(
  stations: readonly Station[],
  seesNeighbours: boolean,
): (station: number, places?: Int32Array) => Int32Array {
  if (!seesNeighbours) return alone;
  const vectors = stations.map(unitVector);
  const points = new PointsWithin(vectors, 2 * Math.sin(FARTHEST_KM / EARTH_RADIUS_KM / 2));
  const nearest = new Float64Array(PLACES);
  return (station, given) => {
    nearest.fill(Number.POSITIVE_INFINITY);
    const places = alone(station, given);
    points.visit(vectors[station], (other, squared) => {
      const distance = 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(squared) / 2);
      if (other === station || distance < SAME_PLACE_KM) return;
      const ring = RINGS_KM.findIndex((radius) => distance <= radius);
      if (ring < 0) return;
      const place = 1 + ring * SECTORS + sectorOf(stations[station], stations[other]);
      // Of equally near ones the one that comes first.
      if (squared > nearest[place] || (squared === nearest[place] && other > places[place])) return;
      nearest[place] = squared;
      places[place] = other;
    });
    return places;
  };
}

/** 0 is around north, 2 around east. */
function sectorOf(from: Point, to: Point): number {
  const { east, north } = offsetKm(from, to);
  const turns = Math.atan2(east, north) / (2 * Math.PI) + 1;
  return Math.round(turns * SECTORS) % SECTORS;
}

/** How far a point lies to the east and north, on the map that is true around `from`. */
export function offsetKm(from: Point, to: Point): { east: number; north: number } {
  const radian = Math.PI / 180;
  const distance = distanceKm(from, to);
  const turn = (to.longitude - from.longitude) * radian;
  const east = Math.sin(turn) * Math.cos(to.latitude * radian);
  const north =
    Math.cos(from.latitude * radian) * Math.sin(to.latitude * radian) -
    Math.sin(from.latitude * radian) * Math.cos(to.latitude * radian) * Math.cos(turn);
  const length = Math.hypot(east, north) || 1;
  return { east: (east / length) * distance, north: (north / length) * distance };
}
