import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataOf, openSources } from '../../../src/cli/support/training-sources.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { testSeries, testStations } from '../../models/synthetic-series.ts';

let root: string;
let store: ObservationStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-sources-'));
  store = new ObservationStore(root);
  for (const [name, from] of [
    ['a', '2025-01-01'],
    ['b', '2025-01-11'],
  ]) {
    const values = { temperature_2m: (hour: number) => hour % 24 };
    const series = testSeries({ stations: testStations(2), from: parseHour(from), hours: 20 * 24, values });
    await store.merge(name, series, { source: 'test' });
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('options of the command line become spans: all of each dataset, the last days of one to validate, nothing from --until on', async () => {
  const data = await dataOf({ dataset: ['a', 'b'], validationDays: 3, until: parseHour('2025-01-16') }, store);
  expect(data.sources).toEqual([
    {
      dataset: 'a',
      train: { from: '2025-01-01T00:00Z', to: '2025-01-13T00:00Z' },
      validate: { from: '2025-01-13T00:00Z', to: '2025-01-16T00:00Z' },
    },
    { dataset: 'b', train: { from: '2025-01-11T00:00Z', to: '2025-01-16T00:00Z' } },
  ]);
  const other = await dataOf({ dataset: ['a', 'b'], validateOn: 'b', validationDays: 2 }, store);
  expect(other.sources[1].validate).toEqual({ from: '2025-01-29T00:00Z', to: '2025-01-31T00:00Z' });
  expect(other.sources[0].validate).toBeUndefined();
});

test('the dataset that validates must be among the datasets, and each must exist', async () => {
  await expect(dataOf({ dataset: ['a'], validateOn: 'b', validationDays: 2 }, store)).rejects.toThrow(/not among/);
  await expect(dataOf({ dataset: ['c'], validationDays: 2 }, store)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('sources are opened in the order of the configuration', async () => {
  const data = await dataOf({ dataset: ['b', 'a'], validationDays: 2 }, store);
  const sources = await openSources(data, store);
  expect(sources.map(({ name, variables, from }) => [name, variables, from])).toEqual([
    ['b', 1, parseHour('2025-01-11')],
    ['a', 1, parseHour('2025-01-01')],
  ]);
});
