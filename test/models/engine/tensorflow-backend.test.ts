import { afterEach, expect, test, vi } from 'vitest';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';

afterEach(() => vi.unstubAllEnvs());

test('the environment can ask for plain JavaScript, and the engine says what it is', async () => {
  vi.stubEnv('KERNELCAST_ENGINE', 'plain');
  const engine = await openTensorFlow();
  expect(engine).toMatchObject({ native: false, name: 'TensorFlow.js (plain JavaScript)' });
  expect(engine.version).toMatch(/^4\./);
  expect(engine.tf.getBackend()).toBe('cpu');
  expect(engine.report).toMatchObject({ device: 'cpu', why: "the engine 'plain' is asked for" });
});

test('an engine that does not exist is one clear error', async () => {
  vi.stubEnv('KERNELCAST_ENGINE', 'quantum');
  await expect(openTensorFlow()).rejects.toMatchObject({ code: 'USAGE', message: "there is no engine 'quantum'" });
});

test('one process keeps one engine', async () => {
  const first = await openTensorFlow('plain');
  expect(await openTensorFlow('auto')).toBe(first);
  await expect(openTensorFlow('native')).rejects.toMatchObject({ code: 'ENVIRONMENT' });
});
