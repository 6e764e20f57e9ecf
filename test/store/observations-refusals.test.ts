/** What the observation store refuses: damaged files, impossible names, stations and spans. */
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isKernelcastError } from '../../src/errors.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { seriesOf, station, temporaryFolder } from './support.ts';

const JANUARY = Date.UTC(2024, 0, 1) / 3_600_000;
const stations = ['a', 'b', 'c'].map((id) => station(id));

async function errorOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isKernelcastError(error)) throw new Error(`not an error of ours: ${error}`);
  return error;
}

describe('a dataset that is damaged', () => {
  const damaged = async (damage: (folder: string, month: string) => void) => {
    const root = temporaryFolder();
    await new ObservationStore(root).merge(
      'demo',
      seriesOf(stations, JANUARY, 48, (hour) => hour),
      { source: 's' },
    );
    const folder = join(root, 'observations', 'demo');
    const month = readdirSync(folder).find((name) => name.endsWith('.arrow'))!;
    damage(folder, month);
    return { error: await errorOf(new ObservationStore(root).read('demo')), month };
  };

  test('is told by the name of the file: one bit changed', async () => {
    const { error, month } = await damaged((folder, name) => {
      const bytes = readFileSync(join(folder, name));
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(join(folder, name), bytes);
    });
    expect(error.code).toBe('STORE_CORRUPT');
    expect(error.where.file).toContain(month);
  });

  test('is told by the name of the file: cut short, or gone', async () => {
    const cut = await damaged((folder, name) =>
      writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 100)),
    );
    expect(cut.error.message).toMatch(/has 100 bytes/);
    const gone = await damaged((folder, name) => unlinkSync(join(folder, name)));
    expect(gone.error.message).toMatch(/is missing/);
    expect(gone.error.where.file).toContain(gone.month);
  });

  test('is told by the field of the manifest', async () => {
    const { error } = await damaged((folder) => {
      const path = join(folder, 'manifest.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"hours": 48', '"hours": "48"'));
    });
    expect(error.code).toBe('STORE_CORRUPT');
    expect(error.where.field).toBe('segments.0.hours');
    const torn = await damaged((folder) => writeFileSync(join(folder, 'manifest.json'), '{"format": "kernelc'));
    expect(torn.error.message).toMatch(/not JSON/);
  });
});

describe('names', () => {
  const series = seriesOf(stations, JANUARY, 1, () => 1);

  test.each([
    '',
    '.',
    '..',
    '../up',
    'a/b',
    'a\\b',
    '.hidden',
    'a\0b',
    'x'.repeat(65),
    '__proto__',
    'a b',
    'café',
    'a.',
  ])('a dataset cannot be named %j', async (name) => {
    const root = temporaryFolder();
    const store = new ObservationStore(root);
    expect((await errorOf(store.merge(name, series, { source: 's' }))).code).toBe('USAGE');
    expect(readdirSync(root)).toEqual([]);
    expect((await errorOf(store.read(name))).code).toBe('NOT_FOUND');
  });

  test('a dataset that is not there is told with those that are', async () => {
    const store = new ObservationStore(temporaryFolder());
    expect((await errorOf(store.describe('demo'))).hint).toMatch(/kernelcast ingest/);
    await store.merge('knmi', series, { source: 's' });
    expect((await errorOf(store.describe('demo'))).hint).toBe('Datasets: knmi.');
  });

  test.each([
    ['an id that is a path', [station('../x')]],
    ['an id twice', [station('a'), station('a')]],
    ['a latitude beyond the pole', [station('a', { latitude: 90.1 })]],
    ['no position', [station('a', { longitude: Number.NaN })]],
    ['no stations', []],
  ])('stations with %s are refused', async (_, table) => {
    const root = temporaryFolder();
    const bad = { ...series, stations: table };
    expect((await errorOf(new ObservationStore(root).merge('demo', bad, { source: 's' }))).code).toBe('STATIONS');
    expect(readdirSync(root)).toEqual([]);
  });

  test('an impossible span is refused', async () => {
    const store = new ObservationStore(temporaryFolder());
    await store.merge('demo', series, { source: 's' });
    for (const [from, to] of [
      [5, 4],
      [0.5, 2],
      [Number.NaN, 3],
      [0, 2 ** 40],
    ]) {
      expect((await errorOf(store.read('demo', from, to))).code).toBe('USAGE');
    }
  });
});
