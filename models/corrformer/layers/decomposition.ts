/** Series decomposition: the moving average of a series is its trend, the rest is seasonal. */
import type { Ops } from '../../engine/ops.ts';

export interface Decomposition<T> {
  seasonal: T;
  trend: T;
}

/**
 * @param x [n, time, channels]
 * @param window hours of the average, odd; beyond the ends the first and the last value go on.
 */
export function decompose<T>(ops: Ops<T>, x: T, window: number): Decomposition<T> {
  const hours = ops.shape(x)[1];
  const trend = ops.matMul(ops.constant(averagingMatrix(hours, window), [hours, hours]), x);
  return { seasonal: ops.sub(x, trend), trend };
}

/** [hour of the average, hour of the series]: the weight of each value in each average. */
function averagingMatrix(hours: number, window: number): Float32Array {
  const reach = (window - 1) / 2;
  const counts = new Float32Array(hours * hours);
  for (let hour = 0; hour < hours; hour++) {
    for (let at = hour - reach; at <= hour + reach; at++) {
      counts[hour * hours + Math.min(Math.max(at, 0), hours - 1)] += 1;
    }
  }
  return counts.map((count) => count / window);
}
