/**
 * The normal equations of every linear map from 48 hours to the next 24, over all windows of a span (stride 1), without
 * building a window: the product of two of a window's hours, summed over all windows, is that of the hours before it, less
 * the first window's and plus the one after the last's. What is left to sum are the products at each lag.
 */
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';

const WINDOW_HOURS = INPUT_HOURS + LEAD_HOURS;

export interface LagMoments {
  /** [48 h * station, 48 h * station] */
  gram: Float64Array;
  /** [48 h * station, 24 h * station] */
  right: Float64Array;
  /** The mean square of the targets' sum: the sum over windows and targets of their squares. */
  targetSquares: number;
}

/**
 * @param series by station, the values of consecutive hours, none missing
 * @param windows their number: window `t` has the hours t .. t + 71
 */
export function lagMoments(series: readonly Float64Array[], windows: number): LagMoments {
  const stations = series.length;
  const inputs = INPUT_HOURS * stations;
  const targets = LEAD_HOURS * stations;
  const gram = new Float64Array(inputs * inputs);
  const right = new Float64Array(inputs * targets);
  const put = (hour: number, other: number, a: number, b: number, value: number) => {
    const row = hour * stations + a;
    if (other < INPUT_HOURS) {
      gram[row * inputs + other * stations + b] = value;
      gram[(other * stations + b) * inputs + row] = value;
    } else {
      right[row * targets + (other - INPUT_HOURS) * stations + b] = value;
    }
  };
  let targetSquares = 0;
  for (let a = 0; a < stations; a++) {
    for (let b = 0; b < stations; b++) {
      for (let lag = 0; lag < WINDOW_HOURS; lag++) {
        let product = dot(series[a], series[b], lag, windows);
        for (let hour = 0; hour + lag < WINDOW_HOURS; hour++) {
          if (hour < INPUT_HOURS) put(hour, hour + lag, a, b, product);
          else if (lag === 0 && a === b) targetSquares += product;
          product +=
            series[a][windows + hour] * series[b][windows + hour + lag] - series[a][hour] * series[b][hour + lag];
        }
      }
    }
  }
  return { gram, right, targetSquares };
}

/** The sum over `count` hours of a[t] * b[t + lag]. */
function dot(a: Float64Array, b: Float64Array, lag: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let t = 0;
  for (; t + 3 < count; t += 4) {
    s0 += a[t] * b[t + lag];
    s1 += a[t + 1] * b[t + 1 + lag];
    s2 += a[t + 2] * b[t + 2 + lag];
    s3 += a[t + 3] * b[t + 3 + lag];
  }
  for (; t < count; t++) s0 += a[t] * b[t + lag];
  return s0 + s1 + s2 + s3;
}
