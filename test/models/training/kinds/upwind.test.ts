import type * as tfjs from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { initialise } from '../../../../models/engine/initialise.ts';
import { openTensorFlow } from '../../../../models/engine/tensorflow-backend.ts';
import { trainableUpwind } from '../../../../models/training/kinds/upwind.ts';
import { makeUpwindBatch } from '../../../../models/training/kinds/upwind-batch.ts';
import { gradientsOf } from '../../../../models/training/optimizer/train-step.ts';
import { neighbourFinder } from '../../../../models/universal/node-layout.ts';
import { SCALES } from '../../../../models/universal/upwind/config.ts';
import { OWN_FEATURES } from '../../../../models/universal/upwind/own-features.ts';
import { seededRandom } from '../../../../src/domain/random.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries } from '../../synthetic-series.ts';
import { around, TINY_UPWIND } from '../../universal/upwind/tiny.ts';

const { tf } = await openTensorFlow();
const from = parseHour('2025-01-01');
const init = from + 800;
const stations = [
  ...around({ latitude: -50 }, [
    [270, 40],
    [90, 80],
  ]),
  { ...around({ latitude: 40 }, [])[0], id: 'far' },
];
const observations = testSeries({
  stations,
  from,
  hours: 900,
  values: {
    temperature_2m: (hour, station) => (hour > init ? 20 + station : 10 + station),
    wind_u_component_10m: () => 3,
    wind_v_component_10m: (hour) => (hour > init ? 6 : 3),
    wind_speed_10m: () => 5,
  },
});
const unitOf = (station: number) => ({ stations: neighbourFinder(stations, true)(station) });
const example = (station: number) => ({ observations, unit: unitOf(station), init });

test('examples with neighbours come first; targets are what came of it, turned over in the south', () => {
  const { withNeighbours, targets, weights } = makeUpwindBatch([example(3), example(0)]);
  expect(withNeighbours).toBe(1);
  expect(weights.every((weight) => weight === 1)).toBe(true);
  const [south, north] = [targets.subarray(0, 96), targets.subarray(96)];
  expect(south[0]).toBeCloseTo(10 / SCALES[0], 4);
  expect(south[2]).toBeCloseTo(-3 / SCALES[2], 4);
  expect(north[2]).toBeCloseTo(3 / SCALES[2], 4);
});

test('what is varied in training is never what came of it; over many draws every kind of damage is seen', () => {
  const whole = makeUpwindBatch([example(0)]);
  const examples = Array.from({ length: 300 }, () => example(0));
  const { targets, weights, inputs, withNeighbours } = makeUpwindBatch(examples, seededRandom('vary'));
  for (let i = 0; i < targets.length; i++) {
    // A climate of whole numbers or of fewer days may differ a little; what came of it is 10 degrees and 3 m/s away.
    if (weights[i] === 1) expect(Math.abs(targets[i] - whole.targets[i % 96])).toBeLessThan(0.2);
  }
  const own = inputs(300).own.values;
  const share = (isSo: (of: Float32Array) => boolean) =>
    examples.filter((_, index) => isSo(own.subarray(index * OWN_FEATURES, (index + 1) * OWN_FEATURES))).length / 300;
  const observed = (of: Float32Array) => of.subarray(192, 192 + 144);
  expect(share((of) => observed(of).some((value) => value === 0))).toBeGreaterThan(0.25);
  expect(share((of) => observed(of).every((value) => value === 1))).toBeGreaterThan(0.25);
  expect(weights.some((weight) => weight === 0)).toBe(true);
  expect(withNeighbours).toBeLessThan(290);
  expect(withNeighbours).toBeGreaterThan(150);
});

test('what neighbours teach does not reach the forecast of the station alone', () => {
  const network = trainableUpwind(tf, TINY_UPWIND);
  const drawn = initialise(network.specs, seededRandom('weights'));
  const variables = new Map(
    network.specs.map((spec): [string, tfjs.Variable] => [
      spec.name,
      tf.tidy(() => tf.variable(tf.tensor(drawn.get(spec.name)!.values, [...spec.shape]), spec.role === 'trained')),
    ]),
  );
  const gradients = (stations: number[], without: boolean) => {
    const batch = makeUpwindBatch(stations.map(example));
    const given = without ? { ...batch, withNeighbours: 0 } : batch;
    const { gradients } = gradientsOf(tf, variables, (weights, pass) => network.loss(weights, given, pass), {
      random: () => 0.5,
    });
    const sum = (prefix: string) =>
      Object.entries(gradients)
        .filter(([name]) => name.startsWith(prefix))
        .flatMap(([, gradient]) => [...gradient.dataSync()]);
    return { own: sum('own.'), image: sum('image.') };
  };
  const [beside, alone] = [gradients([0, 1, 3], false), gradients([0, 1, 3], true)];
  expect(beside.image.some((value) => value !== 0)).toBe(true);
  expect(alone.image.every((value) => value === 0)).toBe(true);
  for (const [i, value] of alone.own.entries()) expect(beside.own[i]).toBeCloseTo(value, 6);
});
