/** Weights by the inverse square of the distance (Shepard 1968), with sum 1. */

/** Nearer than this a place is the cell itself: coordinates come rounded. */
const SAME_PLACE_KM = 1e-3;

/** @param distances in kilometres */
export function inverseDistance(distances: readonly number[]): number[] {
  const same = distances.findIndex((distance) => distance < SAME_PLACE_KM);
  if (same >= 0) return distances.map((_, i) => (i === same ? 1 : 0));
  const weights = distances.map((distance) => distance ** -2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
