import { describe, expect, test } from 'vitest';
import { ONES, type ParameterSpec, ZEROS } from '../../../models/engine/parameters.ts';
import { inferNetworkConfig } from '../../../models/unireplknet/infer-architecture.ts';
import { networkSpecs } from '../../../models/unireplknet/network.ts';
import { variantConfig } from '../../../models/unireplknet/variants.ts';
import { compareToSpecs, requireSpecs, type Shapes } from '../../../models/weights/checkpoint.ts';

const specs: ParameterSpec[] = [
  { name: 'norm.weight', shape: [4], init: ONES, role: 'trained' },
  { name: 'norm.running_var', shape: [4], init: ONES, role: 'statistic' },
  { name: 'head.weight', shape: [2, 4], init: ZEROS, role: 'trained' },
];

function shapes(entries: Record<string, number[]>): Map<string, { shape: readonly number[] }> {
  return new Map(Object.entries(entries).map(([name, shape]) => [name, { shape }]));
}

const right = { 'head.weight': [2, 4], 'norm.running_var': [4], 'norm.weight': [4] };

test('the declared tensors come back in the order of the specs', () => {
  expect([...requireSpecs(shapes(right), specs).keys()]).toEqual(specs.map(({ name }) => name));
});

test('the batch counters of the reference framework do not matter', () => {
  const found = requireSpecs(shapes({ ...right, 'norm.num_batches_tracked': [] }), specs);
  expect([...found.keys()]).toEqual(specs.map(({ name }) => name));
});

test('every difference is listed, wrong shapes with both shapes', () => {
  const tensors = shapes({ 'norm.weight': [4], 'head.weight': [4, 2], 'head.scale': [1] });
  expect(compareToSpecs(tensors, specs)).toEqual({
    missing: ['norm.running_var'],
    extra: ['head.scale'],
    wrongShape: [{ tensor: 'head.weight', expected: [2, 4], found: [4, 2] }],
  });
});

describe('weights that do not fit are one error', () => {
  const failure = (tensors: Shapes) => {
    try {
      requireSpecs(new Map(tensors), specs, { file: 'w.safetensors' });
    } catch (error) {
      return error;
    }
  };

  test.each([
    [{ 'head.weight': [2, 4], 'norm.weight': [4] }, 'norm.running_var', /1 missing: norm.running_var$/],
    [{ ...right, 'head.weight': [2, 5] }, 'head.weight', /head.weight \(expected \[2,4\], found \[2,5\]\)$/],
    [{ ...right, 'head.weight': [8] }, 'head.weight', /expected \[2,4\], found \[8\]/],
    [{ ...right, 'head.weight': [2] }, 'head.weight', /expected \[2,4\], found \[2\]/],
    [{ ...right, 'head.bias': [2] }, 'head.bias', /1 not known: head.bias$/],
  ])('%j', (tensors, tensor, message) => {
    expect(failure(shapes(tensors))).toMatchObject({
      code: 'MODEL',
      where: { file: 'w.safetensors', tensor },
      message: expect.stringMatching(message),
    });
  });

  test('names under a common prefix are not unwrapped, but the hint says so', () => {
    const wrapped = Object.fromEntries(Object.entries(right).map(([name, shape]) => [`module.${name}`, shape]));
    expect(failure(shapes(wrapped))).toMatchObject({ hint: expect.stringContaining("begin with 'module.'") });
  });
});

test('a checkpoint of another variant is refused with both shapes of a tensor', () => {
  const tensors = new Map(networkSpecs(variantConfig('f'), 'training').map((spec) => [spec.name, spec]));
  expect(() => requireSpecs(tensors, networkSpecs(variantConfig('a'), 'training'))).toThrow(
    /downsample_layers\.0\.0\.weight \(expected \[20,3,3,3\], found \[24,3,3,3\]\)/,
  );
});

test('an architecture is not read off tensors that are of none', () => {
  const tensors = new Map(networkSpecs(variantConfig('a'), 'training').map((spec) => [spec.name, spec]));
  expect(() => inferNetworkConfig(new Map())).toThrow("'downsample_layers.0.0.weight' is missing");
  const without = new Map(tensors);
  without.delete('stages.2.5.norm.bias');
  expect(() => inferNetworkConfig(without)).toThrow('1 missing: stages.2.5.norm.bias');
  const headless = new Map(tensors);
  headless.delete('head.bias');
  expect(() => inferNetworkConfig(headless)).toThrow('1 missing: head.bias');
  expect(() => inferNetworkConfig(new Map([...tensors, ['ema.decay', tensors.get('head.bias')!]]))).toThrow(
    'ema.decay',
  );
});
