/** Where the stations of each node are, as numbers that a network can read: standardised over all stations. */
import type { StationTree } from '../../station-tree/station-tree.ts';

/** Latitude, longitude and elevation. */
export const GEOGRAPHIC_FEATURES = 3;

export interface Place {
  latitude: number;
  longitude: number;
  /** Metres; unknown ones count as the mean. */
  elevation: number | null;
}

/**
 * [node, slot * feature]: (value - mean) / deviation over all stations, with the population's deviation (1 where all
 * are equal); zeros in padding slots.
 */
export function geographicFeatures(places: readonly Place[], tree: StationTree): Float32Array {
  const columns = (['latitude', 'longitude', 'elevation'] as const).map((feature) =>
    standardise(places.map((place) => place[feature])),
  );
  const slots = tree.nodes.flat();
  return Float32Array.from(slots.flatMap((station) => columns.map((column) => (station < 0 ? 0 : column[station]))));
}

function standardise(values: readonly (number | null)[]): number[] {
  const known = values.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1);
  const deviation = Math.sqrt(variance) || 1;
  return values.map((value) => (value === null ? 0 : (value - mean) / deviation));
}
