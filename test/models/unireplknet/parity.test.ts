import type * as TF from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { block, blockSpecs } from '../../../models/unireplknet/block.ts';
import { inferBlockConfig, inferForm } from '../../../models/unireplknet/infer-architecture.ts';
import { reparameterize } from '../../../models/unireplknet/reparameterize.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';
import { channelsFirst, channelsLast, difference, ownFixture, withPrefix } from '../../parity/fixture.ts';
import { ops, place, placeAll, read, run, tf, trainingPass } from './on-tensorflow.ts';

const TOLERANCE = 2e-5;
const GRADIENT_TOLERANCE = 2e-4;
const KERNELS = [3, 5, 7, 9, 11, 13, 15, 17];

function expectEqual(found: NamedTensor, reference: NamedTensor, tolerance = TOLERANCE, what = ''): void {
  expect(difference(found, reference).relative, what).toBeLessThan(tolerance);
}

describe.each([...KERNELS.map((kernel) => `block_k${kernel}`), 'net_tiny'])('%s equals the reference', (name) => {
  const fixture = ownFixture(name);
  const get = (key: string) => fixture.get(key)!;
  const trained = withPrefix(fixture, 'w/');
  const fused = withPrefix(fixture, 'f/');

  test('in training form', () => {
    const y = run(trained, get('x'), 'training');
    expectEqual(y, get('y_eval'));
    expectEqual(y, get('y_eval_f64'));
  });

  test('in fused form, with the fused weights of the reference', () => {
    expectEqual(run(fused, get('x'), 'fused'), get('y_fused'));
  });

  test('in the weights that our own fusion gives, to the name and shape', () => {
    const own = reparameterize(trained);
    expect([...own.keys()].sort()).toEqual([...fused.keys()].sort());
    for (const [tensor, reference] of fused) expectEqual(own.get(tensor)!, reference, 2e-6, tensor);
  });

  test('in training mode, with the running statistics that it leaves', () => {
    const statistics = new Map<string, NamedTensor>();
    expectEqual(run(trained, get('x'), 'training', trainingPass(statistics)), get('y_train'));
    const after = withPrefix(fixture, 'w_after/');
    expect([...statistics.keys()].sort()).toEqual([...after.keys()].sort());
    for (const [statistic, reference] of after)
      expectEqual(statistics.get(statistic)!, reference, TOLERANCE, statistic);
  });

  test('is recognised by its tensors', () => {
    expect([inferForm(trained), inferForm(fused)]).toEqual(['training', 'fused']);
    if (name.startsWith('block')) {
      expect(inferBlockConfig(trained)).toMatchObject({ channels: 8, kernel: Number(name.slice('block_k'.length)) });
    }
  });
});

test('gradients of the input and of every weight equal the reference', () => {
  const fixture = ownFixture('block_k13_grad');
  const trained = withPrefix(fixture, 'w/');
  const config = inferBlockConfig(trained);
  tf.tidy(() => {
    const tensors = placeAll(trained);
    const names = [...withPrefix(fixture, 'd/').keys()];
    const declared = blockSpecs(config, 'training').filter(({ role }) => role === 'trained');
    expect(names.toSorted()).toEqual(declared.map((spec) => spec.name).sort());
    const upstream = place(channelsLast(fixture.get('g')!));
    const loss = (x: TF.Tensor, ...weights: TF.Tensor[]) => {
      const parameters = new Parameters(
        new Map([...tensors, ...weights.map((weight, i) => [names[i], weight] as const)]),
      );
      return tf.sum(tf.mul(block(ops, x, parameters, config, 'training', EVALUATION), upstream));
    };
    const inputs = [place(channelsLast(fixture.get('x')!)), ...names.map((name) => tensors.get(name)!)];
    const [dx, ...gradients] = tf.grads(loss)(inputs);
    expectEqual(channelsFirst(read(dx)), fixture.get('dx')!, GRADIENT_TOLERANCE, 'x');
    for (const [i, name] of names.entries()) {
      expectEqual(read(gradients[i]), fixture.get(`d/${name}`)!, GRADIENT_TOLERANCE, name);
    }
  });
});
