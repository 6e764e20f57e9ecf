/** What is and is not in the graphs: the speed of serving hangs on it. */

import { describe, expect, it } from 'vitest';
import { emitOnnx, type Network } from '../../../models/engine/onnx/emit.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { inferNetworkConfig } from '../../../models/unireplknet/infer-architecture.ts';
import { networkFeatures } from '../../../models/unireplknet/network.ts';
import { ownFixture, withPrefix } from '../../parity/fixture.ts';

/** Nodes are named after their operators, and numbered. */
function countNodes(file: Uint8Array, operator: string): number {
  return (
    Buffer.from(file)
      .toString('latin1')
      .match(new RegExp(`\\b${operator}_\\d+`, 'g'))?.length ?? 0
  );
}

const weights = withPrefix(ownFixture('net_tiny'), 'f/');
const config = inferNetworkConfig(weights);

/** The features of [n, h, w, c] images, as [n, c, h, w]. */
const features: Network = (ops, parameters, { x }) => ({
  y: ops.transpose(networkFeatures(ops, x, parameters, config, 'fused', EVALUATION)[3], [0, 3, 1, 2]),
});

describe('a fused network', () => {
  const file = emitOnnx('test', { x: [-1, 64, 64, 1] }, weights, features);

  it('lies channels-last; only a convolution that looks around takes and gives it channels-first', () => {
    const blocks = config.kernels.flat().length;
    // Two halvings in the stem, three after it; a block has one depthwise.
    const convolutions = 5 + blocks;
    expect(countNodes(file, 'Conv')).toBe(convolutions);
    // A single channel lies first as it lies last: the image is not transposed. The last block's map is wanted channels-first.
    expect(countNodes(file, 'Transpose')).toBe(2 * convolutions - 1 + 1);
    // A block has four linear maps, two of them in its gate.
    expect(countNodes(file, 'Gemm')).toBe(4 * blocks);
    expect(countNodes(file, 'LayerNormalization')).toBe(5);
    expect(countNodes(file, 'MatMul')).toBe(0);
  });

  it('leaves weights out that it does not use, and weights do not depend on their order', () => {
    const text = Buffer.from(file).toString('latin1');
    expect(text).toContain('stages.3.0.pwconv1.1.weight');
    expect(text).not.toContain('head.weight');
    const reversed = new Map([...weights].reverse());
    expect(Buffer.compare(file, emitOnnx('test', { x: [-1, 64, 64, 1] }, reversed, features))).toBe(0);
  });

  it('takes any number of images, and gives each the same whatever the others are', async () => {
    const session = await openOnnxSession(file, { threads: 2 });
    const image = (seed: number) => Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i * 0.37 + seed));
    const { y: one } = await session.run({ x: { shape: [1, 64, 64, 1], values: image(1) } });
    const three = Float32Array.from([image(0), image(1), image(2)].flatMap((values) => [...values]));
    const { y: all } = await session.run({ x: { shape: [3, 64, 64, 1], values: three } });
    expect(all.shape).toEqual([3, ...one.shape.slice(1)]);
    const size = one.values.length;
    for (const [i, value] of one.values.entries()) expect(all.values[size + i]).toBeCloseTo(value, 5);
    await session.close();
  });
});

describe('transpositions', () => {
  it('that undo each other are not written down', () => {
    const file = emitOnnx('test', { x: [-1, 3, 4] }, new Map(), (ops, _, { x }) => ({
      y: ops.transpose(ops.relu(ops.transpose(x, [2, 0, 1])), [1, 2, 0]),
    }));
    expect(countNodes(file, 'Transpose')).toBe(0);
    expect(countNodes(file, 'Relu')).toBe(1);
  });

  it('of one tensor to one order are carried out once', () => {
    const file = emitOnnx('test', { x: [-1, 3, 4] }, new Map(), (ops, _, { x }) => {
      const turned = ops.transpose(x, [0, 2, 1]);
      return { y: ops.matMul(turned, ops.reshape(turned, [-1, 3, 4])) };
    });
    expect(countNodes(file, 'Transpose')).toBe(1);
  });
});
