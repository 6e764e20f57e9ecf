/**
 * Which stations stand in which image, in which order: the leaves of the station tree, each with its halo.
 *
 * A node forecasts its own stations; its halo are the nearest stations outside it, so that weather that comes over the
 * node's edge is seen. Empty places are -1. Own stations are ordered from west to east, the halo by distance.
 */
import { type Point, unitVector } from '../../src/domain/geo.ts';
import type { Station } from '../../src/domain/station.ts';
import { buildStationTree, type StationTree } from '../station-tree.ts';
import { NearestPoints } from './nearest-points.ts';

export interface NodeLayout {
  /** Centre of the node's own stations. */
  centre: Point;
  /** Indices of the stations, own first, then the halo; -1 where the place is empty. */
  stations: number[];
}

/** @param tree where the stations have one already; else one is made of them */
export function layOutNodes(
  stations: readonly Station[],
  options: { stationsPerNode: number; haloStations: number },
  tree: StationTree = buildStationTree(stations, { stationsPerNode: options.stationsPerNode, branching: 'auto' }),
): NodeLayout[] {
  const { stationsPerNode, haloStations } = options;
  const vectors = stations.map(unitVector);
  const points = new NearestPoints(vectors);
  return tree.nodes.map((members) => {
    const own = members.filter((index) => index >= 0);
    const centre = centreOf(own.map((index) => vectors[index]));
    own.sort((a, b) => eastOf(centre, stations[a]) - eastOf(centre, stations[b]) || a - b);
    return {
      centre,
      stations: [
        ...fill(own, stationsPerNode),
        ...fill(points.find(unitVector(centre), haloStations, new Set(own)), haloStations),
      ],
    };
  });
}

function fill(indices: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, place) => indices[place] ?? -1);
}

function centreOf(vectors: readonly (readonly number[])[]): Point {
  const [x, y, z] = [0, 1, 2].map((axis) => vectors.reduce((sum, vector) => sum + vector[axis], 0));
  return {
    latitude: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI,
    longitude: (Math.atan2(y, x) * 180) / Math.PI,
  };
}

/** Degrees of longitude east of the centre, in [-180, 180). */
export function eastOf(centre: Point, point: Point): number {
  return ((((point.longitude - centre.longitude + 180) % 360) + 360) % 360) - 180;
}
