import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inferForm, inferNetworkConfig } from '../../models/unireplknet/infer-architecture.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import { variantConfig } from '../../models/unireplknet/variants.ts';
import type { NamedTensor } from '../../models/weights/safetensors.ts';
import { packageRoot } from '../../src/config.ts';
import { run, trainingPass } from '../models/unireplknet/on-tensorflow.ts';
import { difference, readFixture, withPrefix } from '../parity/fixture.ts';

const path = join(packageRoot(), '../shared/fixtures/parity/net_a_64.safetensors');

describe.skipIf(!existsSync(path))(`UniRepLKNet-A equals the reference (${path})`, () => {
  const fixture = existsSync(path) ? readFixture(path) : new Map<string, NamedTensor>();
  const trained = withPrefix(fixture, 'w/');
  const get = (key: string) => fixture.get(key)!;

  test('by its tensors it is variant A with 10 classes, in both forms', () => {
    const { kernels, dims } = variantConfig('a');
    expect(inferNetworkConfig(trained)).toMatchObject({ inChannels: 3, classes: 10, kernels, dims });
    expect(inferForm(withPrefix(fixture, 'f/'))).toBe('fused');
  });

  test('in training form', () => {
    expect(difference(run(trained, get('x'), 'training'), get('y_eval')).relative).toBeLessThan(2e-5);
  });

  test('in fused form, with the weights of the reference and with our own', () => {
    for (const fused of [withPrefix(fixture, 'f/'), reparameterize(trained)]) {
      expect(difference(run(fused, get('x'), 'fused'), get('y_fused')).relative).toBeLessThan(2e-5);
    }
  });

  test('in training mode, with the running statistics that it leaves', () => {
    const statistics = new Map<string, NamedTensor>();
    const y = run(trained, get('x'), 'training', trainingPass(statistics));
    expect(difference(y, get('y_train')).relative).toBeLessThan(2e-5);
    const after = withPrefix(fixture, 'w_after/');
    expect([...statistics.keys()].sort()).toEqual([...after.keys()].sort());
    for (const [name, reference] of after) {
      expect(difference(statistics.get(name)!, reference).relative, name).toBeLessThan(2e-5);
    }
  });
});
