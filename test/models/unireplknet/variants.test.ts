import { describe, expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import { countParameters } from '../../../models/engine/parameters.ts';
import { blockSpecs } from '../../../models/unireplknet/block.ts';
import { inferForm, inferNetworkConfig } from '../../../models/unireplknet/infer-architecture.ts';
import { imagesAtOnce, networkSpecs } from '../../../models/unireplknet/network.ts';
import { parseVariant, VARIANTS, type Variant, variantConfig } from '../../../models/unireplknet/variants.ts';
import { seededRandom } from '../../../src/domain/random.ts';

/** Counted on the reference implementation: 3 input channels, 1000 classes; trained values, without running statistics. */
const REFERENCE_COUNTS = {
  a: [4_649_060, 4_437_300],
  f: [6_489_328, 6_235_216],
  p: [11_080_520, 10_741_704],
  n: [18_818_880, 18_318_560],
  t: [31_693_420, 31_037_980],
  s: [56_456_704, 55_645_984],
  b: [99_089_416, 98_008_456],
  l: [220_076_056, 218_454_616],
  xl: [388_690_984, 386_529_064],
} as const;

describe.each(VARIANTS)('variant %s', (variant) => {
  test('has as many parameters as the reference, in training and in fused form', () => {
    const config = variantConfig(variant);
    const counts = (['training', 'fused'] as const).map((form) => countParameters(networkSpecs(config, form)));
    expect(counts).toEqual(REFERENCE_COUNTS[variant]);
  });

  test('is recognised by the shapes of its tensors', () => {
    for (const form of ['training', 'fused'] as const) {
      const config = variantConfig(variant, { inChannels: 1, classes: 10 });
      const shapes = new Map(networkSpecs(config, form).map((spec) => [spec.name, spec]));
      expect(inferForm(shapes)).toBe(form);
      const layerScaleInit = form === 'fused' ? 0 : 1e-6;
      expect(inferNetworkConfig(shapes)).toEqual({ ...config, layerScaleInit, featureNorms: false });
    }
  });
});

test('the time-series encoder counts as the reference does', () => {
  const backbone = { ...variantConfig('s', { inChannels: 1, classes: undefined }) };
  expect(countParameters(networkSpecs(backbone, 'training'))).toBe(55_685_304);
  const kernels = backbone.kernels.with(3, [11, 11, 11]);
  expect(countParameters(networkSpecs({ ...backbone, kernels }, 'training'))).toBe(55_519_416);
});

test('the third stage mixes kernels from T on, each group beginning with the large one', () => {
  const third = (variant: Variant) => variantConfig(variant).kernels[2];
  expect(third('n')).toEqual(Array(8).fill(13));
  expect(third('t')).toEqual(Array(9).fill([13, 3]).flat());
  expect(third('s')).toEqual(Array(9).fill([13, 3, 3]).flat());
});

test('the gate of a block has a quarter of its channels, rounded down', () => {
  const specs = blockSpecs({ channels: 7, kernel: 3, dropPathRate: 0, layerScaleInit: 0 }, 'fused');
  expect(specs.find(({ name }) => name === 'se.down.weight')!.shape).toEqual([1, 7, 1, 1]);
});

test('a variant is found whatever the case of its name, and an unknown one lists those that are', () => {
  expect(parseVariant('XL')).toBe('xl');
  expect(() => parseVariant('h')).toThrow("no UniRepLKNet variant 'h'");
});

describe('a fresh network starts as the reference does', () => {
  const specs = networkSpecs(variantConfig('a', { classes: 10 }), 'training');
  const drawn = (name: string, seed = 'fresh') =>
    initialise(
      specs.filter((spec) => spec.name === name),
      seededRandom(seed),
    ).get(name)!.values;

  test.each(['downsample_layers.3.0.weight', 'stages.2.3.pwconv1.1.weight', 'stages.3.0.dwconv.lk_origin.weight'])(
    '%s is normal with deviation 0.02',
    (name) => {
      const values = drawn(name);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(mean).toBeCloseTo(0, 3);
      expect(Math.sqrt(variance)).toBeCloseTo(0.02, 3);
    },
  );

  test.each([
    ['stages.1.0.gamma', 1e-6],
    ['stages.1.0.norm.weight', 1],
    ['stages.1.0.norm.running_mean', 0],
    ['stages.1.0.dwconv.dil_bn_k7_2.running_var', 1],
    ['stages.1.0.act.1.gamma', 0],
    ['stages.1.0.se.up.bias', 0],
    ['norm.weight', 1],
    ['head.bias', 0],
  ])('%s is %d', (name, value) => {
    expect(new Set(drawn(name))).toEqual(new Set([Math.fround(value)]));
  });

  test('from the same seed the same, from another another', () => {
    const name = 'stages.0.0.dwconv.weight';
    expect(drawn(name)).toEqual(drawn(name));
    expect(drawn(name)).not.toEqual(drawn(name, 'other'));
  });
});

describe('a configuration that contradicts itself is refused', () => {
  const config = variantConfig('a');
  test.each([
    ['a kernel size that does not exist', { kernels: [[3, 4], ...config.kernels.slice(1)] }, 'no block with kernel 4'],
    [
      'too few kernel sizes',
      { kernels: [[3], ...config.kernels.slice(1)] },
      'stage 0 has 2 blocks, but 1 kernel sizes',
    ],
    ['three stages', { dims: [8, 16, 32] }, 'four stages'],
    ['an odd number of channels', { dims: [9, 16, 32, 64] }, 'must be even'],
  ])('%s', (_, change, message) => {
    expect(() => networkSpecs({ ...config, ...change }, 'training')).toThrow(message);
  });
});

test('as many images at once as have their widest maps in the caches: many small ones, few large ones, at least one', () => {
  const atOnce = (variant: Variant, size: number) => imagesAtOnce(variantConfig(variant), size, size);
  expect(atOnce('a', 48)).toBe(64);
  expect(atOnce('a', 192)).toBe(5);
  expect(atOnce('s', 192)).toBe(2);
  expect(atOnce('xl', 384)).toBe(1);
});
