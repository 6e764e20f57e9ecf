import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emitOnnx } from '../../../models/engine/onnx/emit.ts';
import { type OnnxLanes, openOnnxLanes } from '../../../models/engine/onnx/lanes.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';

/** y = softmax over the last axis of x + 2 x, and the mean of each image. */
const file = emitOnnx('test', { x: [-1, 3, 4] }, new Map(), (ops, _, { x }) => ({
  y: ops.softmax(ops.add(x, ops.mul(x, ops.constant([2], []))), -1),
  mean: ops.mean(x, [1, 2]),
}));
const images = (count: number) => ({
  shape: [count, 3, 4],
  values: Float32Array.from({ length: count * 12 }, (_, i) => Math.sin(i)),
});
let lanes: OnnxLanes;
beforeAll(async () => {
  lanes = await openOnnxLanes(file, { threads: 3, large: 0, engine: 'cpu' });
});
afterAll(() => lanes.close());

describe('lanes', () => {
  it('say of any number of images what one session says', async () => {
    expect(lanes.lanes).toBe(3);
    const session = await openOnnxSession(file, { threads: 1 });
    for (const count of [1, 2, 3, 5, 8]) {
      expect(await lanes.run({ x: images(count) })).toEqual(await session.run({ x: images(count) }));
    }
    await session.close();
  });

  it('take a part of a larger array, and write where they are asked to', async () => {
    const { values } = images(6);
    const all = await lanes.run({ x: images(6) });
    const into = { y: { shape: [4, 3, 4], values: new Float32Array(48) } };
    const { y } = await lanes.run({ x: { shape: [4, 3, 4], values: values.subarray(24) } }, into);
    expect(y.values).toBe(into.y.values);
    expect(y.values).toEqual(all.y.values.slice(24));
  });

  it('name an input that does not fit, and go on', async () => {
    const wrong = { shape: [4, 3, 5], values: new Float32Array(60) };
    await expect(lanes.run({ x: wrong })).rejects.toMatchObject({ code: 'MODEL', message: /'x' is \[-1,3,4\]/ });
    expect((await lanes.run({ x: images(4) })).mean.shape).toEqual([4]);
  });

  it('are one where the network is small, or one thread is asked for', async () => {
    for (const options of [{ threads: 3 }, { threads: 1, large: 0 }]) {
      const one = await openOnnxLanes(file, options);
      expect(one.lanes).toBe(1);
      await one.close();
    }
  });

  it('refuse what is no model', async () => {
    await expect(openOnnxLanes(new Uint8Array(9), { threads: 2, large: 0 })).rejects.toMatchObject({ code: 'MODEL' });
  });
});
