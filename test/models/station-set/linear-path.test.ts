import { expect, test } from 'vitest';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { fitClimate } from '../../../models/station-set/climate.ts';
import { stationSetConfigSchema } from '../../../models/station-set/config.ts';
import { fitLinearPath } from '../../../models/station-set/linear-path.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const HOURS = 1500;
const OUTPUTS = 24 * 2 * 4;

/** Noise at the first station, which the second feels three hours later. */
function weather() {
  const random = seededRandom('weather');
  const noise = Float64Array.from({ length: HOURS + 3 }, () => random.normal());
  const from = parseHour('2023-01-01');
  return testSeries({
    stations: testStations(2),
    from,
    hours: HOURS,
    values: { temperature_2m: (hour, station) => 10 + 4 * noise[hour - from + (station === 0 ? 3 : 0)] },
  });
}

const configOf = (patterns: number) =>
  stationSetConfigSchema.parse({
    dModel: 16,
    backbone: {
      depths: [1, 1, 1, 1],
      dims: [4, 4, 4, 4],
      kernels: [[3], [3], [3], [3]],
      dropPathRate: 0,
      layerScaleInit: 0.1,
    },
    patterns,
    linear: { lags: [0, 1, 2, 5], penalty: 1, share: 0.5 },
  });

async function fitPath(patterns: number) {
  const observations = weather();
  const { tf } = await openTensorFlow();
  const climate = fitClimate(observations);
  return { climate, path: fitLinearPath(tf, observations, climate, configOf(patterns)) };
}

/** [feature, output] of the whole path. */
function wholeMap({ map, patterns }: { map: Float32Array; patterns: Float32Array }, rank: number) {
  const features = map.length / rank;
  return (feature: number, output: number) => {
    let sum = 0;
    for (let pattern = 0; pattern < rank; pattern++) {
      sum += map[feature * rank + pattern] * patterns[pattern * OUTPUTS + output];
    }
    expect(feature).toBeLessThan(features);
    return sum;
  };
}

test('it finds that one station sees what comes to the other', async () => {
  const { path } = await fitPath(8);
  const weight = wholeMap(path, 8);
  // Input: lag 0 of station 0 (both stations have four channels); output: lead hour 3 of station 1.
  expect(weight(0, 2 * 8 + 4)).toBeGreaterThan(0.9);
  // Lag 1 tells lead hour 2; and nothing is told of the first station, whose noise is new each hour.
  expect(weight(8, 8 + 4)).toBeGreaterThan(0.9);
  expect(Math.abs(weight(0, 0))).toBeLessThan(0.1);
});

test('the patterns are at right angles to each other, the ones that say most first', async () => {
  const rank = 8;
  const { path } = await fitPath(rank);
  const rows = Array.from({ length: rank }, (_, row) => path.patterns.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const sizes = rows.map((row) => Math.sqrt(product(row, row)));
  for (let i = 1; i < rank; i++) {
    expect(sizes[i]).toBeLessThanOrEqual(sizes[i - 1] * 1.01);
    for (let j = 0; j < i; j++)
      expect(Math.abs(product(rows[i], rows[j]))).toBeLessThan(1e-3 * sizes[i] * sizes[j] + 1e-6);
  }
  // Three hours can be foretold, by the three lags: three patterns say nearly all.
  expect(sizes[3]).toBeLessThan(0.5 * sizes[2]);
});
