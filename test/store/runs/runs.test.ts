import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { QUANTILE_LEVELS } from '../../../src/domain/quantiles.ts';
import type { Series } from '../../../src/domain/series.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { type Run, RunStore } from '../../../src/store/runs/runs.ts';
import { type Fault, faultyFiles, seriesOf, station, temporaryFolder } from '../support.ts';

const INIT = Date.UTC(2024, 2, 1, 6) / 3_600_000;
const stations = [station('a'), station('b')];
const run = (init = INIT): Run => ({
  dataset: 'demo',
  init,
  leadHours: 24,
  createdAt: '2024-03-01T06:10:00.000Z',
  models: [
    { id: 'unireplknet-s', name: 'UniRepLKNet', kind: 'network', weightsSha256: 'ab'.repeat(32) },
    { id: 'persistence', name: 'Persistence', kind: 'baseline', weightsSha256: null },
  ],
});
const forecasts = (init = INIT, value = 1) =>
  new Map([
    ['unireplknet-s', seriesOf(stations, init + 1, 24, (hour) => value + hour - init)],
    ['persistence', seriesOf(stations, init + 1, 24, () => value)],
  ]);

async function errorOf(promise: Promise<unknown>) {
  const error = await promise.catch((reason: unknown) => reason);
  if (!isKernelcastError(error)) throw new Error(`not an error of ours: ${error}`);
  return error;
}

test('a run comes back as it was published', async () => {
  const root = temporaryFolder();
  expect(await new RunStore(root).publish(run(), forecasts())).toBe('published');
  const store = new RunStore(root);
  expect(await store.describe('demo', INIT)).toEqual(run());
  expect(await store.read('demo', INIT, 'unireplknet-s')).toEqual(forecasts().get('unireplknet-s'));
  expect(await store.read('demo', INIT, 'persistence')).toEqual(forecasts().get('persistence'));
  expect(readdirSync(join(root, 'runs', 'demo', '2024-03-01T06Z')).sort()).toEqual([
    'manifest.json',
    'persistence.arrow',
    'unireplknet-s.arrow',
  ]);
});

test('a run is published once its last forecast is there, and not at all where one fails', async () => {
  const root = temporaryFolder();
  const store = new RunStore(root);
  const given = forecasts();
  const [network] = given.keys();
  const failed = new Map<string, Series | Promise<Series>>(given).set(network, Promise.reject(new Error('none')));
  await expect(store.publish(run(), failed)).rejects.toThrow(/^none$/);
  const early = new Map<string, Series | Promise<Series>>(given).set(
    'persistence',
    Promise.reject(new Error('no past')),
  );
  await expect(store.publish(run(), early.set(network, new Promise(() => {})))).rejects.toThrow(/^no past$/);
  expect(await store.list('demo')).toEqual([]);
  let arrive!: (forecast: Series) => void;
  const late = new Promise<Series>((resolve) => {
    arrive = resolve;
  });
  const publishing = store.publish(run(), new Map<string, Series | Promise<Series>>(given).set(network, late));
  const written = () => readdirSync(join(root, 'runs', 'demo'), { recursive: true }).map((path) => basename(`${path}`));
  await vi.waitFor(() => expect(written()).toContain('persistence.arrow'));
  expect(await store.list('demo')).toEqual([]);
  arrive(given.get(network)!);
  expect(await publishing).toBe('published');
  expect(await store.read('demo', INIT, network)).toEqual(given.get(network));
});

test('what is at work for a run that is there already ends before the answer', async () => {
  const store = new RunStore(temporaryFolder());
  await store.publish(run(), forecasts());
  const given = forecasts();
  const [network, forecast] = [...given][0];
  let isDone = false;
  const late = sleep(100).then(() => {
    isDone = true;
    return forecast;
  });
  expect(await store.publish(run(), new Map<string, Series | Promise<Series>>(given).set(network, late))).toBe(
    'exists',
  );
  expect(isDone).toBe(true);
});

test('the uncertainty of a forecast comes back with it, and a model without has none', async () => {
  const store = new RunStore(temporaryFolder());
  const [network, persistence] = [...forecasts().values()];
  const quantiles = { temperature_2m: QUANTILE_LEVELS.map((level) => new Float32Array(48).fill(level)) };
  const rankPaths = { temperature_2m: Float32Array.from({ length: 72 }, (_, index) => ((index % 3) + 0.5) / 3) };
  await store.publish(
    run(),
    new Map([
      ['unireplknet-s', { ...network, quantiles, rankPaths }],
      ['persistence', persistence],
    ]),
  );
  expect(await store.read('demo', INIT, 'unireplknet-s')).toMatchObject({ quantiles, rankPaths });
  const certain = await store.read('demo', INIT, 'persistence');
  expect([certain.quantiles, certain.rankPaths]).toEqual([undefined, undefined]);
});

test('runs are listed in the order of time, and nothing else is a run', async () => {
  const root = temporaryFolder();
  const store = new RunStore(root);
  expect(await store.list('demo')).toEqual([]);
  expect(await store.latest('demo')).toBeUndefined();
  for (const init of [INIT + 20, INIT, INIT - 9]) await store.publish(run(init), forecasts(init));
  mkdirSync(join(root, 'runs', 'demo', '.tmp-0000000000000000'));
  mkdirSync(join(root, 'runs', 'demo', 'notes'));
  expect(await store.list('demo')).toEqual([INIT - 9, INIT, INIT + 20]);
  expect(await store.latest('demo')).toBe(INIT + 20);
});

test('what is published stays as it is', async () => {
  const store = new RunStore(temporaryFolder());
  await store.publish(run(), forecasts());
  expect(await store.publish(run(), forecasts(INIT, 9))).toBe('exists');
  expect((await store.read('demo', INIT, 'persistence')).variables.temperature_2m!.values[0]).toBe(1);
});

describe('a run that is removed', () => {
  test('is gone with all of its files, and the others stay', async () => {
    const root = temporaryFolder();
    const store = new RunStore(root);
    await store.publish(run(), forecasts());
    await store.publish(run(INIT + 1), forecasts(INIT + 1));
    await store.remove('demo', INIT);
    await store.remove('demo', INIT);
    expect(await store.list('demo')).toEqual([INIT + 1]);
    expect(readdirSync(join(root, 'runs', 'demo'))).toEqual(['2024-03-01T07Z']);
    expect((await errorOf(store.describe('demo', INIT))).code).toBe('NOT_FOUND');
    expect(await store.read('demo', INIT + 1, 'persistence')).toBeDefined();
    expect(await store.publish(run(), forecasts())).toBe('published');
  });

  test('stays whole where the disk refuses', async () => {
    const root = temporaryFolder();
    const refusing = { ...nodeFiles, rename: () => Promise.reject(Object.assign(new Error(), { code: 'EACCES' })) };
    await new RunStore(root).publish(run(), forecasts());
    expect((await errorOf(new RunStore(root, { files: refusing }).remove('demo', INIT))).code).toBe('ENVIRONMENT');
    expect(await new RunStore(root).read('demo', INIT, 'persistence')).toBeDefined();
  });
});

describe('what is not there', () => {
  test('is told with what is', async () => {
    const store = new RunStore(temporaryFolder());
    expect((await errorOf(store.describe('demo', INIT))).hint).toMatch(/has no run yet/);
    await store.publish(run(), forecasts());
    const error = await errorOf(store.read('demo', INIT + 5, 'persistence'));
    expect([error.code, error.hint]).toEqual(['NOT_FOUND', 'The nearest run is 2024-03-01T06:00Z.']);
    const model = await errorOf(store.read('demo', INIT, 'gfs'));
    expect([model.code, model.hint]).toEqual(['NOT_FOUND', 'Models of this run: unireplknet-s, persistence.']);
    for (const name of ['..', '../demo', '__proto__', 'a/b']) {
      expect(await store.list(name)).toEqual([]);
      expect((await errorOf(store.describe(name, INIT))).code).toBe('NOT_FOUND');
    }
  });
});

test('a damaged forecast is told by the name of its file; the others are still read', async () => {
  const root = temporaryFolder();
  await new RunStore(root).publish(run(), forecasts());
  const path = join(root, 'runs', 'demo', '2024-03-01T06Z', 'persistence.arrow');
  const bytes = readFileSync(path);
  bytes[bytes.length - 300] ^= 4;
  writeFileSync(path, bytes);
  const store = new RunStore(root);
  const error = await errorOf(store.read('demo', INIT, 'persistence'));
  expect([error.code, error.where.file]).toEqual(['STORE_CORRUPT', path]);
  expect((await store.read('demo', INIT, 'unireplknet-s')).hours).toBe(24);
});

test('a run that contradicts its forecasts is not published', async () => {
  const root = temporaryFolder();
  const store = new RunStore(root);
  const missing = new Map([['persistence', forecasts().get('persistence')!]]);
  await expect(store.publish(run(), missing)).rejects.toThrow(/unireplknet-s is missing/);
  await expect(store.publish(run(), forecasts(INIT + 1))).rejects.toThrow(/init \+ 1/);
  const climbing = { ...run(), models: [{ ...run().models[0], id: '../x' }] };
  await expect(store.publish(climbing, forecasts())).rejects.toThrow(/name of a model/);
  await expect(store.publish({ ...run(), dataset: '../x' }, forecasts())).rejects.toThrow(/name of a dataset/);
  expect(readdirSync(root)).toEqual([]);
});

test.each<Fault>(['error', 'short-write', 'crash'])('a failing disk leaves a whole run or none: %s', async (fault) => {
  for (let failing = 0; ; failing++) {
    const root = temporaryFolder();
    const { files, calls } = faultyFiles(failing, fault);
    const outcome = await new RunStore(root, { files }).publish(run(), forecasts()).catch(() => 'failed');
    const survivor = new RunStore(root, { files: nodeFiles });
    const listed = await survivor.list('demo');
    expect(listed.length > 0 || outcome === 'failed').toBe(true);
    for (const init of listed) {
      for (const { id } of (await survivor.describe('demo', init)).models) await survivor.read('demo', init, id);
    }
    expect(await survivor.publish(run(), forecasts())).toBe(listed.length > 0 ? 'exists' : 'published');
    if (calls.length <= failing) break;
  }
});
