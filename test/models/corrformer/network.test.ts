import type * as TF from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inferCorrFormerConfig } from '../../../models/corrformer/artefact/infer-architecture.ts';
import { type CorrFormerConfig, REFERENCE_SIZES } from '../../../models/corrformer/config.ts';
import { geographicFeatures } from '../../../models/corrformer/embedding/geography.ts';
import { encodeImage } from '../../../models/corrformer/image-encoder.ts';
import { corrFormerSpecs } from '../../../models/corrformer/network.ts';
import { countParameters, Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { buildStationTree, gatherSlots, scatterSlots, slotMask } from '../../../models/station-tree/station-tree.ts';
import { networkFeatures } from '../../../models/unireplknet/network.ts';
import { variantConfig } from '../../../models/unireplknet/variants.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { difference } from '../../parity/fixture.ts';
import { ops, placeAll, read, tf } from '../unireplknet/on-tensorflow.ts';
import { forecast, freshWeights, IMAGE_ENCODER, KINDS, SMALL, toyOf } from './toys.ts';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

function sample({ shape: [, ...shape], values }: NamedTensor, index: number): NamedTensor {
  const size = shape.reduce((a, b) => a * b);
  return { shape: [1, ...shape], values: values.slice(index * size, (index + 1) * size) };
}

describe('the published sizes', () => {
  const own: CorrFormerConfig = { ...REFERENCE_SIZES, encoder: { kind: 'corrformer', layers: 2 } };
  const s = variantConfig('s', { inChannels: 1, classes: undefined });
  const withImage = (last: number): CorrFormerConfig => ({
    ...REFERENCE_SIZES,
    encoder: {
      kind: 'unireplknet',
      network: { ...s, kernels: [...s.kernels.slice(0, 3), [last, last, last]] },
      image: [192, 192],
      tokenOrder: 'tokens',
    },
  });

  it.each([
    ['CorrFormer', own, 'training', 155_920_929],
    ['UniRepLKNet with the released kernels', withImage(11), 'training', 131_978_457],
    ['UniRepLKNet with kernels 13', withImage(13), 'training', 132_144_345],
    ['UniRepLKNet with kernels 13, fused', withImage(13), 'fused', 131_333_625],
    ['CorrFormer on 10 stations a node', { ...own, stationsPerNode: 10 }, 'training', 155_908_638],
  ] as const)('%s', (_, config, form, count) => {
    expect(countParameters(corrFormerSpecs(config, form))).toBe(count);
  });
});

describe.each(KINDS)('with %s', (_, config) => {
  it('forecasts a batch of windows as it forecasts each by itself', () => {
    const both = toyOf(config, 2);
    const weights = placeAll(freshWeights(config));
    const together = read(forecast(both, weights, 'training'));
    expect(together.shape.slice(0, 2)).toEqual([2, config.leadHours]);
    expect(difference(sample(together, 0), sample(together, 1)).relative).toBeGreaterThan(1e-3);
    for (const index of [0, 1]) {
      const { series, marks, decoderMarks } = both.inputs;
      const inputs = {
        series: sample(series, index),
        marks: sample(marks, index),
        decoderMarks: sample(decoderMarks, index),
      };
      const alone = read(forecast({ ...both, inputs }, weights, 'training'));
      expect(difference(alone, sample(together, index)).relative).toBeLessThan(1e-6);
    }
  });
});

it('what stands in padding does not matter', () => {
  const full = toyOf(SMALL, 1);
  const padding = 5;
  const mask = Float32Array.from(full.places.mask, (_, slot) => (slot === padding ? 0 : 1));
  const weights = placeAll(freshWeights(SMALL));
  const withInPadding = (draw: (hour: number) => number) => {
    const values = full.inputs.series.values.slice();
    for (let hour = 0; hour < SMALL.inputHours; hour++) values[hour * mask.length + padding] = draw(hour);
    const inputs = { ...full.inputs, series: { ...full.inputs.series, values } };
    const { values: y } = read(forecast({ ...full, inputs, places: { ...full.places, mask } }, weights, 'training'));
    return y.filter((_, i) => i % mask.length !== padding);
  };
  const silent = withInPadding(() => 0);
  expect(withInPadding((hour) => 50 * Math.sin(hour))).toEqual(silent);
  expect(silent.every(Number.isFinite)).toBe(true);
});

it('the order in which stations are listed does not matter, with padding in the tree', () => {
  const { uniform, normal } = seededRandom('stations');
  const count = 7;
  const stations = Array.from({ length: count }, () => ({
    latitude: 180 * uniform() - 90,
    longitude: 360 * uniform() - 180,
    elevation: 1000 * uniform(),
    series: Array.from({ length: SMALL.inputHours }, () => 280 + 10 * normal()),
  }));
  const { stationsPerNode } = SMALL;
  const { inputs } = toyOf(SMALL, 1);
  const weights = placeAll(freshWeights({ ...SMALL, branching: [3] }));
  const forecastOf = (listed: typeof stations) => {
    const tree = buildStationTree(listed, { stationsPerNode, branching: 'auto' });
    const values = Float32Array.from(
      Array.from({ length: SMALL.inputHours }, (_, hour) => listed.map(({ series }) => series[hour])).flat(),
    );
    const slots = tree.nodes.length * stationsPerNode;
    const { values: y } = read(
      forecast(
        {
          config: { ...SMALL, branching: tree.branching },
          places: { geography: geographicFeatures(listed, tree), mask: slotMask(tree) },
          inputs: {
            ...inputs,
            series: { shape: [1, SMALL.inputHours, slots], values: gatherSlots(tree, values, count) },
          },
        },
        weights,
        'training',
      ),
    );
    return scatterSlots(tree, y, count);
  };
  const order = [4, 0, 6, 2, 1, 5, 3];
  const [given, reordered] = [forecastOf(stations), forecastOf(order.map((station) => stations[station]))];
  const back = Float32Array.from(given, (_, i) => reordered[i - (i % count) + order.indexOf(i % count)]);
  expect(given.length).toBe(SMALL.leadHours * count);
  expect(difference({ shape: [back.length], values: back }, { shape: [given.length], values: given }).relative).toBe(0);
});

it('training draws its dropouts from the pass, and gives every parameter a gradient', () => {
  const config = { ...SMALL, encoder: IMAGE_ENCODER };
  const specs = corrFormerSpecs(config, 'training');
  const weights = placeAll(freshWeights(config));
  const names = specs.filter(({ role }) => role === 'trained').map(({ name }) => name);
  const updated = new Set<string>();
  const train = (seed: string) => {
    const loss = (...values: ReturnType<typeof tf.tensor>[]) => {
      const all = new Map([...weights, ...names.map((name, i) => [name, values[i]] as const)]);
      const y = forecast(toyOf(config, 2), all, 'training', {
        training: true,
        random: seededRandom(seed).uniform,
        onStatistic: (name) => updated.add(name),
      });
      return tf.mean(tf.square(y)).asScalar();
    };
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => weights.get(name)!));
    return { value: value.dataSync()[0], without: names.filter((_, i) => !grads[i].dataSync().some((g) => g !== 0)) };
  };
  const first = train('a');
  // Offsets that every mean takes out again may have a gradient of exactly zero; whole layers may not.
  expect(first.without.filter((name) => !name.endsWith('bias'))).toEqual([]);
  expect([...updated].sort()).toEqual(
    specs
      .filter(({ role }) => role === 'statistic')
      .map(({ name }) => name)
      .sort(),
  );
  expect(train('a').value).toBe(first.value);
  expect(train('b').value).not.toBe(first.value);
});

describe('the image encoder', () => {
  it("gives a token a pixel, or the public code's mixture", () => {
    const config = { ...SMALL, encoder: IMAGE_ENCODER };
    const parameters = new Parameters(placeAll(freshWeights(config))).scope('encoder');
    const x = tf.randomNormal([1, 12, 8], 0, 1, 'float32', 1);
    const wide = { ...IMAGE_ENCODER, image: [48, 2] as const };
    const image = tf.reshape(x, [1, 48, 2, 1]);
    const encode = (tokenOrder: 'tokens' | 'raw') =>
      encodeImage<TF.Tensor>(ops, x, parameters, { ...wide, tokenOrder }, 'training', EVALUATION);
    const map = networkFeatures<TF.Tensor>(
      ops,
      image,
      parameters.scope('net'),
      wide.network,
      'training',
      EVALUATION,
    )[3];
    expect(map.shape).toEqual([1, 2, 1, 8]);
    expect(encode('tokens').dataSync()).toEqual(map.dataSync());
    expect(encode('raw').dataSync()).toEqual(tf.transpose(map, [0, 3, 1, 2]).dataSync());
    expect(encode('raw').shape).toEqual([1, 2, 8]);
  });
});

describe('the architecture read off weights', () => {
  const known = { nodes: [2, 2], inputHours: 12, decoderHours: 12, leadHours: 6, tokenOrder: 'tokens' } as const;
  const shapes = (config: CorrFormerConfig) =>
    new Map(corrFormerSpecs(config, 'training').map(({ name, shape }) => [name, { shape }]));

  it('is the one that they were made for', () => {
    // Neither shows in weights.
    const config = { ...SMALL, movingAverage: 25, tcnLayers: 2, decoderLayers: 3 };
    expect(inferCorrFormerConfig(shapes(config), known)).toEqual(config);
  });

  it.each([
    [350, [7, 50]],
    [6, [2, 3]],
    [12, [3, 4]],
    [7, [7]],
  ])('has a likely tree for %i nodes', (nodes, branching) => {
    expect(inferCorrFormerConfig(shapes(SMALL), { ...known, nodes }).branching).toEqual(branching);
  });

  it.each([
    ['a missing tensor', (map: Map<string, { shape: readonly number[] }>) => map.delete('affine_bias'), 'affine_bias'],
    ['one too many', (map) => map.set('encoder.extra', { shape: [1] }), 'encoder.extra'],
    ['a wrong shape', (map) => map.set('affine_bias', { shape: [1, 1, 4] }), 'affine_bias'],
    [
      'no CorrFormer',
      (map) => map.delete('enc_embedding.value_embedding.tokenConv.weight'),
      'enc_embedding.value_embedding.tokenConv.weight',
    ],
  ] satisfies [string, (map: Map<string, { shape: readonly number[] }>) => void, string][])(
    'is refused for %s, by name',
    (_, spoil, tensor) => {
      const map = shapes(SMALL);
      spoil(map);
      let error: unknown;
      try {
        inferCorrFormerConfig(map, known);
      } catch (thrown) {
        error = thrown;
      }
      expect(isKernelcastError(error, 'MODEL')).toBe(true);
      expect(String(error)).toContain(tensor);
    },
  );
});
