import { expect, test } from 'vitest';
import { engineChoice, servesOnCuda, trainsNatively } from '../../../models/engine/engine-choice.ts';
import { emitOnnx } from '../../../models/engine/onnx/emit.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';

test('the environment chooses; without it, the best there is', () => {
  expect(engineChoice({})).toBe('auto');
  expect(engineChoice({ KERNELCAST_ENGINE: '' })).toBe('auto');
  expect(engineChoice({ KERNELCAST_ENGINE: 'cpu' })).toBe('cpu');
  expect(() => engineChoice({ KERNELCAST_ENGINE: 'CPU' })).toThrow("there is no engine 'CPU'");
});

test.each([
  ['auto', true, true, false],
  ['auto', false, false, false],
  ['cpu', true, true, false],
  ['gpu', false, true, true],
  ['native', false, true, true],
  ['plain', true, false, false],
] as const)('%s trains natively where installed is %s: %s, and must: %s', (choice, installed, native, required) => {
  expect(trainsNatively(choice, installed)).toMatchObject({ native, required });
});

test.each([
  ['auto', true, true, false],
  ['auto', false, false, false],
  ['native', true, true, false],
  ['gpu', false, true, true],
  ['cpu', true, false, false],
  ['plain', true, false, false],
] as const)(
  '%s serves on CUDA where its provider is there (%s): %s, and must: %s',
  (choice, present, cuda, required) => {
    expect(servesOnCuda(choice, present)).toMatchObject({ cuda, required });
  },
);

const twice = () => emitOnnx('twice', { x: [-1, 2] }, new Map(), (ops, _, { x }) => ({ y: ops.add(x, x) }));
const x = { shape: [1, 2], values: Float32Array.of(1, 2) };

test('a session says what computes and why', async () => {
  const session = await openOnnxSession(twice(), { engine: 'cpu' });
  expect(session.engine).toMatchObject({ device: 'cpu', why: "the engine 'cpu' is asked for" });
  expect(session.engine.name).toMatch(/^ONNX Runtime \d+\.\d+\.\d+$/);
  await session.close();
});

test('a GPU that is asked for and not there is an error, not a slow forecast', async () => {
  // Where a machine has the provider, the session opens; anywhere else it says so.
  const outcome = await openOnnxSession(twice(), { engine: 'gpu' }).catch((error: unknown) => error);
  expect(outcome).toSatisfy((result) => result.code === 'ENVIRONMENT' || result.engine.device === 'gpu');
});

test('an output goes where it is asked to', async () => {
  const session = await openOnnxSession(twice(), { engine: 'cpu', threads: 1 });
  const values = new Float32Array(2);
  await session.run({ x }, { y: { shape: [1, 2], values } });
  expect([...values]).toEqual([2, 4]);
  await session.close();
});
