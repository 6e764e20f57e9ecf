import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import { blockSpecs } from '../../../models/unireplknet/block.ts';
import { inferNetworkConfig } from '../../../models/unireplknet/infer-architecture.ts';
import { networkSpecs } from '../../../models/unireplknet/network.ts';
import { reparameterize } from '../../../models/unireplknet/reparameterize.ts';
import type { NamedTensor, Weights } from '../../../models/weights/safetensors.ts';
import { type Random, seededRandom } from '../../../src/domain/random.ts';
import { difference } from '../../parity/fixture.ts';
import { run } from './on-tensorflow.ts';

const kernel = fc.constantFrom(0, 3, 5, 7, 9, 11, 13, 15, 17);

/** Far from a fresh network, in which blocks do next to nothing: every norm, scale and offset is really there. */
function lively(specs: ReturnType<typeof blockSpecs>, random: Random): Map<string, NamedTensor> {
  const weights = initialise(specs, random);
  for (const [name, { values }] of weights) {
    const draw = /running_var|norm\.weight|_bn.*weight|pwconv2\.2\.weight|gamma$/.test(name)
      ? () => 0.5 + random.uniform()
      : () => 0.3 * random.normal();
    for (let i = 0; i < values.length; i++) values[i] = draw();
  }
  return weights;
}

function image(channels: number, height: number, width: number, random: Random): NamedTensor {
  const shape = [2, channels, height, width];
  return { shape, values: Float32Array.from({ length: 2 * channels * height * width }, () => random.normal()) };
}

function expectSame(trained: Weights, x: NamedTensor): void {
  const before = run(trained, x, 'training');
  const after = run(reparameterize(trained), x, 'fused');
  expect(difference(after, before).relative).toBeLessThan(1e-5);
}

test('a fused block computes what the trained one does, for every kernel, with and without branches and layer scale', () => {
  fc.assert(
    fc.property(kernel, fc.boolean(), fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.nat(), (...drawn) => {
      const [size, plain, scaled, quarter, seed] = drawn;
      const random = seededRandom(seed);
      const layerScaleInit = scaled ? 1e-6 : 0;
      const config = { channels: 4 * quarter, kernel: size, plain, dropPathRate: 0, layerScaleInit };
      const trained = lively(blockSpecs(config, 'training'), random);
      expectSame(trained, image(config.channels, 7, 6, random));
      const declared = blockSpecs(config, 'fused').map(({ name, shape }) => [name, shape]);
      const fused = [...reparameterize(trained)].map(([name, { shape }]) => [name, shape]);
      expect(new Map(fused as [string, number[]][])).toEqual(new Map(declared as [string, number[]][]));
    }),
    { numRuns: 25, seed: 1 },
  );
});

test('a fused network computes what the trained one does, for any depths and kernels', () => {
  const stage = fc.array(kernel, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.tuple(stage, stage, stage, stage), fc.nat(), (kernels, seed) => {
      const random = seededRandom(seed);
      const config = {
        inChannels: 1,
        depths: kernels.map((sizes) => sizes.length),
        dims: [4, 4, 8, 8],
        kernels,
        dropPathRate: 0,
        layerScaleInit: 1e-6,
        classes: 3,
      };
      expectSame(lively(networkSpecs(config, 'training'), random), image(1, 33, 20, random));
    }),
    { numRuns: 5, seed: 2 },
  );
});

test('a network of plain large kernels has no branches, and is known as one by its tensors, in both forms', () => {
  const config = {
    inChannels: 1,
    depths: [1, 1, 1, 1],
    dims: [4, 4, 4, 4],
    kernels: [[13], [7], [5], [3]],
    plainKernels: true,
    dropPathRate: 0,
    layerScaleInit: 1e-6,
    classes: 3,
  };
  const trained = lively(networkSpecs(config, 'training'), seededRandom(5));
  expect([...trained.keys()].filter((name) => name.includes('dil_') || name.includes('lk_origin'))).toEqual([]);
  expectSame(trained, image(1, 33, 20, seededRandom(6)));
  for (const weights of [trained, reparameterize(trained)]) {
    expect(inferNetworkConfig(weights)).toMatchObject({ kernels: config.kernels, plainKernels: true });
  }
  const branched = networkSpecs({ ...config, plainKernels: false }, 'training');
  expect(inferNetworkConfig(lively(branched, seededRandom(5))).plainKernels).toBeUndefined();
});

test('blocks are found wherever they stand, and everything else is passed on untouched', () => {
  const config = { channels: 4, kernel: 7, dropPathRate: 0, layerScaleInit: 1e-6 };
  const inner = lively(blockSpecs(config, 'training'), seededRandom(1));
  const other = { shape: [2], values: Float32Array.of(1, 2) };
  const prefixed = (tensors: Weights) =>
    new Map<string, NamedTensor>([...tensors].map(([name, tensor]) => [`encoder.stages.0.0.${name}`, tensor]));
  const weights = prefixed(inner);
  weights.set('head.bias', other);
  const fused = reparameterize(weights);
  expect(fused.get('head.bias')).toBe(other);
  fused.delete('head.bias');
  expect(fused).toEqual(prefixed(reparameterize(inner)));
});

test('fusing twice is fusing once, and the trained weights stay as they were', () => {
  const trained = lively(
    blockSpecs({ channels: 4, kernel: 9, dropPathRate: 0, layerScaleInit: 0 }, 'training'),
    seededRandom(3),
  );
  const copy = structuredClone(trained);
  const once = reparameterize(trained);
  expect(reparameterize(once)).toEqual(once);
  expect(trained).toEqual(copy);
});

test('a block that lacks a branch is an error that names it', () => {
  const trained = lively(
    blockSpecs({ channels: 4, kernel: 7, dropPathRate: 0, layerScaleInit: 0 }, 'training'),
    seededRandom(3),
  );
  trained.delete('dwconv.dil_conv_k3_2.weight');
  expect(() => reparameterize(trained)).toThrow('dwconv.dil_conv_k3_2.weight');
});
