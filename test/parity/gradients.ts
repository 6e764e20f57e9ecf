/** Compares gradients with the reference's, some of which are zero but for rounding. */

/**
 * A parameter that the loss does not depend on (a bias before a norm, an offset that softmax ignores) has a gradient of
 * rounding errors, in the reference as in ours. In the fixtures such gradients are below 1e-7 of the network's largest,
 * and all others above 1e-4 of it.
 */
const VANISHING = 1e-6;

/**
 * The largest error over the largest magnitude of the expected gradient; for a gradient that vanishes in the reference,
 * 0 when it vanishes here too, else infinity.
 *
 * @param largestOfAll the largest magnitude among all gradients of the network.
 */
export function gradientError(actual: ArrayLike<number>, expected: ArrayLike<number>, largestOfAll: number): number {
  const scale = largestMagnitude(expected);
  if (scale < VANISHING * largestOfAll) {
    return largestMagnitude(actual) < VANISHING * largestOfAll ? 0 : Number.POSITIVE_INFINITY;
  }
  let error = 0;
  for (let i = 0; i < expected.length; i++) error = Math.max(error, Math.abs(actual[i] - expected[i]));
  return error / scale;
}

export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
