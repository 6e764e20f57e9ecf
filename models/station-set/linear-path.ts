/**
 * The linear path: one map from all stations at a few lags to all stations' 24 hours, by ridge regression in closed form.
 * A few lags, farther apart the older they are, beat all 48 hours: neighbouring hours tell almost the same, and what is left
 * to tell them apart is noise.
 */
import type { Series } from '../../src/domain/series.ts';
import { solveRidge } from '../baselines/fitted/least-squares.ts';
import { TIME_FEATURES, timeFeatures } from '../baselines/fitted/time-features.ts';
import { filledAnomalies } from '../baselines/fitted/windows.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import type { Climate } from './climate.ts';
import { CHANNELS, type StationSetConfig } from './config.ts';
import { linearPathShape } from './network.ts';

const WINDOWS_AT_ONCE = 1024;
/** Time features are hardly held back: they are few. */
const TIME_PENALTY = 1;

/** @returns [lag * station * channel + TIME_FEATURES, lead * station * channel] */
export function fitLinearPath(
  tf: TensorFlowModule,
  observations: Series,
  climate: Climate,
  config: StationSetConfig,
): Float32Array {
  const { stations, hours, from } = observations;
  const { lags, penalty } = config.linear;
  const width = stations.length * CHANNELS;
  const [features, outputs] = linearPathShape(config, stations.length);
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
    const [square, product] = tf.tidy(() => {
      const x = tf.tensor2d(seen, [count, features]);
      const y = tf.tensor2d(targets, [count, outputs]);
      return [tf.matMul(x, x, true).dataSync(), tf.matMul(x, y, true).dataSync()];
    });
    for (let i = 0; i < gram.length; i++) gram[i] += square[i];
    for (let i = 0; i < right.length; i++) right[i] += product[i];
  }
  const penalties = new Float64Array(features).fill(TIME_PENALTY).fill(penalty, 0, features - TIME_FEATURES);
  return Float32Array.from(solveRidge(gram, right, penalties));
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
