/**
 * The linear path: one map from all stations at a few lags to all stations' 24 hours, by ridge regression in closed form, of
 * reduced rank (Reinsel & Velu 1998): what it foretells is a sum of a few patterns, the leading ones of its own forecasts of
 * the training span. The networks forecast in the same patterns, so that they cannot learn what no weather looks like.
 *
 * A few lags, farther apart the older they are, beat all 48 hours: neighbouring hours tell almost the same, and what is left
 * to tell them apart is noise.
 */
import { seededRandom } from '../../src/domain/random.ts';
import type { Series } from '../../src/domain/series.ts';
import { solveRidge } from '../baselines/fitted/least-squares.ts';
import { TIME_FEATURES, timeFeatures } from '../baselines/fitted/time-features.ts';
import { filledAnomalies } from '../baselines/fitted/windows.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { CHANNELS } from '../universal/config.ts';
import type { Climate } from './climate.ts';
import type { StationSetConfig } from './config.ts';
import { linearSizes } from './network.ts';

const WINDOWS_AT_ONCE = 1024;
/** Time features are hardly held back: they are few. */
const TIME_PENALTY = 1;
/** Of orthogonal iteration. Patterns that are not told apart yet after these explain about the same, and their order matters little. */
const ITERATIONS = 12;

export interface LinearPath {
  /** [lag * station * channel + TIME_FEATURES, pattern]: how much of each pattern, in units of its standard deviation. */
  map: Float32Array;
  /** [pattern, lead * station * channel]: each of the size of its standard deviation in the training span. */
  patterns: Float32Array;
}

export function fitLinearPath(
  tf: TensorFlowModule,
  observations: Series,
  climate: Climate,
  config: StationSetConfig,
): LinearPath {
  const [features, outputs] = linearSizes(config, observations.stations.length);
  const { gram, right, windows } = moments(tf, observations, climate, config);
  const penalties = new Float64Array(features)
    .fill(TIME_PENALTY)
    .fill(config.linear.penalty, 0, features - TIME_FEATURES);
  const full = Float32Array.from(solveRidge(gram, right, penalties));
  return reduceRank(tf, full, gram, { features, outputs, windows, rank: config.patterns });
}

/** The normal equations of the windows of a span. */
function moments(tf: TensorFlowModule, observations: Series, climate: Climate, config: StationSetConfig) {
  const { stations, hours, from } = observations;
  const { lags } = config.linear;
  const width = stations.length * CHANNELS;
  const [features, outputs] = linearSizes(config, stations.length);
  const rows = anomalyRows(observations, climate);
  const gram = new Float64Array(features * features);
  const right = new Float64Array(features * outputs);
  const windows = hours - INPUT_HOURS - LEAD_HOURS + 1;
  for (let done = 0; done < windows; done += WINDOWS_AT_ONCE) {
    const count = Math.min(WINDOWS_AT_ONCE, windows - done);
    const seen = new Float32Array(count * features);
    const targets = new Float32Array(count * outputs);
    for (let window = 0; window < count; window++) {
      const last = done + window + INPUT_HOURS - 1;
      lags.forEach((lag, index) => {
        seen.set(rows.subarray((last - lag) * width, (last - lag + 1) * width), window * features + index * width);
      });
      seen.set(timeFeatures(from + last), (window + 1) * features - TIME_FEATURES);
      targets.set(rows.subarray((last + 1) * width, (last + 1 + LEAD_HOURS) * width), window * outputs);
    }
    // Nothing is returned from here: an array that leaves `tidy` is searched for tensors, element by element.
    tf.tidy(() => {
      const x = tf.tensor2d(seen, [count, features]);
      const y = tf.tensor2d(targets, [count, outputs]);
      addTo(gram, tf.matMul(x, x, true).dataSync());
      addTo(right, tf.matMul(x, y, true).dataSync());
    });
  }
  return { gram, right, windows };
}

function addTo(sums: Float64Array, values: ArrayLike<number>): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

interface Sizes {
  features: number;
  outputs: number;
  windows: number;
  rank: number;
}

/** Projects a map on the directions in which its forecasts vary most, by orthogonal iteration. */
function reduceRank(tf: TensorFlowModule, full: Float32Array, gram: Float64Array, sizes: Sizes): LinearPath {
  const { features, outputs, windows, rank } = sizes;
  const random = seededRandom('patterns');
  let directions = Float32Array.from({ length: outputs * rank }, () => random.normal());
  let map = new Float32Array(features * rank);
  let variances = new Float32Array(rank);
  const covariance = Float32Array.from(gram, (value) => value / windows);
  for (let iteration = 0; iteration <= ITERATIONS; iteration++) {
    orthonormalise(directions, outputs, rank);
    tf.tidy(() => {
      const weight = tf.tensor2d(full, [features, outputs]);
      const through = tf.matMul(weight, tf.tensor2d(directions, [outputs, rank]));
      const seen = tf.matMul(tf.tensor2d(covariance, [features, features]), through);
      map = Float32Array.from(through.dataSync());
      variances = Float32Array.from(tf.sum(tf.mul(through, seen), 0).dataSync());
      if (iteration < ITERATIONS) directions = Float32Array.from(tf.matMul(weight, seen, true).dataSync());
    });
  }
  const patterns = new Float32Array(rank * outputs);
  for (let pattern = 0; pattern < rank; pattern++) {
    const deviation = Math.sqrt(Math.max(variances[pattern], 1e-12));
    for (let i = 0; i < features; i++) map[i * rank + pattern] /= deviation;
    for (let i = 0; i < outputs; i++) patterns[pattern * outputs + i] = directions[i * rank + pattern] * deviation;
  }
  return { map, patterns };
}

/** The columns of [rows, columns], in place, from left to right (modified Gram-Schmidt). */
function orthonormalise(matrix: Float32Array, rows: number, columns: number): void {
  // Column by column in memory, and in double precision.
  const vectors = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (_, row) => matrix[row * columns + column]),
  );
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  vectors.forEach((vector, column) => {
    for (const before of vectors.slice(0, column)) {
      const share = product(vector, before);
      for (let i = 0; i < rows; i++) vector[i] -= share * before[i];
    }
    const norm = Math.sqrt(product(vector, vector)) || 1;
    for (let i = 0; i < rows; i++) vector[i] /= norm;
    for (let row = 0; row < rows; row++) matrix[row * columns + column] = vector[row];
  });
}

/** [hour, station * channel]: all hours' anomalies without gaps, in units of the scales. */
function anomalyRows(observations: Series, { harmonics, scales }: Climate): Float32Array {
  const { stations, from, hours } = observations;
  const columns = Int32Array.from(stations, (_, station) => station);
  const rows = new Float32Array(hours * stations.length * CHANNELS);
  FORECAST_VARIABLES.forEach((variable, channel) => {
    const own = filledAnomalies(observations, variable, columns, from, hours, harmonics.get(variable)!);
    for (let cell = 0; cell < own.length; cell++) rows[cell * CHANNELS + channel] = own[cell] / scales[channel];
  });
  return rows;
}
