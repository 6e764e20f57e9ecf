/**
 * CorrFormer against numbers of the reference.
 *
 * In `ts_corrformer` two lags of one head are 4e-6 apart: an engine whose rounding puts them the other way round is as
 * right as the reference, but far from it. With plain TensorFlow.js they come in the reference's order. The modules, whose
 * inputs were recorded, do not depend on it.
 */
import type * as TF from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Parameters } from '../../../models/engine/parameters.ts';
import { reparameterize } from '../../../models/unireplknet/reparameterize.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';
import { openCorrFormerFixture } from '../../parity/corrformer-fixture.ts';
import { CORRFORMER_PARTS } from '../../parity/corrformer-parts.ts';
import { ownFixture, withPrefix } from '../../parity/fixture.ts';
import { gradientError, largestMagnitude } from '../../parity/gradients.ts';
import { ops, place, placeAll, tf } from '../unireplknet/on-tensorflow.ts';
import { forecast, relativeError } from './toys.ts';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe('each module', () => {
  const fixture = ownFixture('ts_corrformer_parts');
  const { config, places, weights } = openCorrFormerFixture(fixture, 'ts_corrformer_parts');
  const inOrder = (tensors: Map<string, NamedTensor>) => [...tensors.keys()].sort().map((key) => tensors.get(key)!);

  it.each(Object.keys(CORRFORMER_PARTS))('%s', (name) => {
    const expected = inOrder(withPrefix(fixture, `y/${name}/`));
    const inputs = inOrder(withPrefix(fixture, `x/${name}/`)).map(place);
    const parameters = new Parameters(placeAll(weights));
    const actual = CORRFORMER_PARTS[name](inputs, { ops, parameters, config, places, fixture });
    expect(actual.length).toBe(expected.length);
    for (const [i, output] of actual.entries()) expect(relativeError(output, expected[i])).toBeLessThan(2e-5);
  });

  it('that was recorded is among them', () => {
    const recorded = new Set([...withPrefix(fixture, 'y/').keys()].map((key) => key.split('/')[0]));
    expect([...recorded].sort()).toEqual(Object.keys(CORRFORMER_PARTS).sort());
  });
});

describe.each(['ts_unireplknet_tokens', 'ts_unireplknet_raw', 'ts_corrformer'])('%s', (name) => {
  const fixture = ownFixture(name);
  const toy = openCorrFormerFixture(fixture, name);

  it('forecasts what the reference does', () => {
    const actual = forecast(toy, placeAll(toy.weights), 'training');
    expect(relativeError(actual, fixture.get('y_eval')!)).toBeLessThan(2e-4);
  });

  it.skipIf(!fixture.has('y_fused'))('forecasts the same with fused weights', () => {
    const actual = forecast(toy, placeAll(reparameterize(toy.weights)), 'fused');
    expect(relativeError(actual, fixture.get('y_fused')!)).toBeLessThan(2e-4);
  });

  it('has the loss and the gradients of the reference', () => {
    const expected = withPrefix(fixture, 'd/');
    const trained = [...expected.keys()];
    const tensors = placeAll(toy.weights);
    const target = place(fixture.get('target')!);
    const loss = (...values: TF.Tensor[]) => {
      const all = new Map([...tensors, ...trained.map((key, i) => [key, values[i]] as const)]);
      return tf.losses.meanSquaredError(target, forecast(toy, all, 'training')) as TF.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss)(trained.map((key) => tensors.get(key)!));
    expect(relativeError(value.reshape([1]), fixture.get('loss')!)).toBeLessThan(2e-4);

    const largest = Math.max(...[...expected.values()].map(({ values }) => largestMagnitude(values)));
    const errors = grads.map((gradient, i) => [
      trained[i],
      gradientError(gradient.dataSync(), expected.get(trained[i])!.values, largest),
    ]);
    expect(errors.filter(([, error]) => !((error as number) < 2e-4))).toEqual([]);
  });
});
