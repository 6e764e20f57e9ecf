import type * as TF from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION, type Pass } from '../../../models/engine/pass.ts';
import { dropPathRates } from '../../../models/layers/drop-path.ts';
import { block, blockSpecs } from '../../../models/unireplknet/block.ts';
import { globalResponseNorm } from '../../../models/unireplknet/global-response-norm.ts';
import { networkFeatures, networkSpecs } from '../../../models/unireplknet/network.ts';
import { variantConfig } from '../../../models/unireplknet/variants.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { ops, place, placeAll, tf } from './on-tensorflow.ts';

test('the response norm has a gradient of zero, not of nothing, on a dark channel', () => {
  const gamma = tf.ones([1, 1, 1, 2]);
  const beta = tf.zeros([1, 1, 1, 2]);
  const parameters = new Parameters<TF.Tensor>(
    new Map([
      ['gamma', gamma],
      ['beta', beta],
    ]),
  );
  const x = tf.tensor4d([0, 3, 0, 4], [1, 2, 1, 2]);
  const gradient = tf.grad((y: TF.Tensor) => tf.sum(globalResponseNorm(ops, y, parameters, 'training')))(x);
  const values = [...gradient.dataSync()];
  expect(values.every(Number.isFinite)).toBe(true);
  // The dark channel passes straight through.
  expect([values[0], values[2]]).toEqual([1, 1]);
});

describe('drop path', () => {
  const config = { channels: 4, kernel: 3, dropPathRate: 0.4, layerScaleInit: 1 };
  const weights = initialise(blockSpecs(config, 'training'), seededRandom('drop'));
  const x = tf.randomNormal([5, 4, 4, 4], 0, 1, 'float32', 7);
  const draws = [0.1, 0.7, 0.59, 0.61, 0.9];
  const pass: Pass<TF.Tensor> = {
    training: true,
    random: () => draws.shift()!,
    onStatistic: () => {},
  };

  test('leaves the block out for whole samples, and scales it up for the others', () => {
    const parameters = new Parameters(placeAll(weights));
    const kept = block(ops, x, parameters, { ...config, dropPathRate: 0 }, 'training', pass);
    const dropped = block(ops, x, parameters, config, 'training', pass);
    const ratio = (sample: number) => {
      const part = (y: TF.Tensor) => tf.sub(y, x).slice([sample, 0, 0, 0], [1, -1, -1, -1]);
      return tf
        .sum(part(dropped))
        .div(tf.sum(part(kept)))
        .dataSync()[0];
    };
    expect([0, 1, 2, 3, 4].map(ratio)).toEqual([1, 0, 1, 0, 0].map((on) => expect.closeTo(on / 0.6, 3)));
    expect(draws).toEqual([]);
  });

  test('grows in equal steps from the first block of a network to the last', () => {
    expect(dropPathRates(5, 0.4)).toEqual([0, 0.1, 0.2, expect.closeTo(0.3), 0.4]);
    expect(dropPathRates(1, 0.4)).toEqual([0]);
  });

  test('does nothing in evaluation', () => {
    const parameters = new Parameters(placeAll(weights));
    const y = block(ops, x, parameters, config, 'training', EVALUATION);
    const without = block(ops, x, parameters, { ...config, dropPathRate: 0 }, 'training', EVALUATION);
    expect(y.dataSync()).toEqual(without.dataSync());
  });
});

describe('feature maps', () => {
  const config = {
    ...variantConfig('a', { inChannels: 1, classes: undefined }),
    dims: [4, 8, 8, 8],
    depths: [1, 1, 1, 1],
  };
  const small = { ...config, kernels: [[3], [3], [3], [3]] };
  const x = tf.randomNormal([2, 34, 65, 1], 0, 1, 'float32', 5);

  test('halve the image with rounding up, stage by stage', () => {
    const weights = placeAll(initialise(networkSpecs(small, 'training'), seededRandom('maps')));
    const maps = networkFeatures(ops, x, new Parameters(weights), small, 'training', EVALUATION);
    expect(maps.map((map) => map.shape)).toEqual([
      [2, 9, 17, 4],
      [2, 5, 9, 8],
      [2, 3, 5, 8],
      [2, 2, 3, 8],
    ]);
  });

  test('are normalised over their channels where the network has norms for them', () => {
    const normed = { ...small, featureNorms: true };
    const weights = placeAll(initialise(networkSpecs(normed, 'training'), seededRandom('maps')));
    const maps = networkFeatures(ops, x, new Parameters(weights), normed, 'training', EVALUATION);
    const plain = networkFeatures(ops, x, new Parameters(weights), small, 'training', EVALUATION);
    for (const [stage, map] of maps.entries()) {
      const { mean, variance } = tf.moments(plain[stage], -1, true);
      const expected = tf.div(tf.sub(plain[stage], mean), tf.sqrt(tf.add(variance, 1e-6)));
      expect(tf.max(tf.abs(tf.sub(map, expected))).dataSync()[0]).toBeLessThan(1e-4);
    }
  });
});

test('a whole network trains: a step down its gradients lowers the loss, and no gradient is missing', () => {
  const config = {
    inChannels: 1,
    depths: [1, 1, 1, 1],
    dims: [4, 8, 8, 16],
    kernels: [[3], [7], [9], [0]],
    dropPathRate: 0,
    layerScaleInit: 1e-6,
  };
  const specs = networkSpecs(config, 'training');
  const weights = initialise(specs, seededRandom('step'));
  tf.tidy(() => {
    const variables = new Map(
      specs.map(({ name, role }) => [name, tf.variable(place(weights.get(name)!), role === 'trained', name)]),
    );
    const x = tf.randomNormal([3, 32, 32, 1], 0, 1, 'float32', 3);
    const target = tf.randomNormal([3, 1, 1, 16], 0, 1, 'float32', 4);
    const pass: Pass<TF.Tensor> = { ...EVALUATION, training: true };
    const loss = () => {
      const last = networkFeatures(ops, x, new Parameters(variables), config, 'training', pass)[3];
      return tf.mean(tf.squaredDifference(last, target)) as TF.Scalar;
    };
    const { value, grads } = tf.variableGrads(loss);
    expect(Object.keys(grads).sort()).toEqual(
      specs
        .filter(({ role }) => role === 'trained')
        .map(({ name }) => name)
        .sort(),
    );
    for (const [name, gradient] of Object.entries(grads)) {
      const variable = variables.get(name)!;
      expect(gradient.shape).toEqual(variable.shape);
      variable.assign(tf.sub(variable, tf.mul(gradient, 0.05)));
    }
    expect(loss().dataSync()[0]).toBeLessThan(value.dataSync()[0]);
    for (const variable of variables.values()) variable.dispose();
  });
});
