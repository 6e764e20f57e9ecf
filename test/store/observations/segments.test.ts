import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/config.ts';
import { FLAG } from '../../../src/domain/series.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { seriesOf, station, temporaryFolder } from '../support.ts';

const MARCH = Date.UTC(2024, 2, 1) / 3_600_000;
const stations = ['a', 'b'].map((id) => station(id));
const filesOf = (root: string) =>
  readdirSync(join(root, 'observations', 'demo')).filter((name) => name.endsWith('.arrow'));

describe('a month of segments', () => {
  test('takes an hour as a small file, is few files at any time, and one when it is over', async () => {
    const root = temporaryFolder();
    const HOURS = 11 * 24;
    let written = 0;
    const files = {
      ...nodeFiles,
      rename: async (from: string, to: string) => {
        if (to.endsWith('.arrow')) written += statSync(from).size;
        await nodeFiles.rename(from, to);
      },
    } as typeof nodeFiles;
    const store = new ObservationStore(root, { files });
    let most = 0;
    for (let hour = 0; hour < HOURS; hour++) {
      await store.merge(
        'demo',
        seriesOf(stations, MARCH + hour, 1, (at, id) => at + (id === 'a' ? 0 : 0.5)),
        {
          source: 'hourly',
        },
      );
      most = Math.max(most, filesOf(root).length);
    }
    expect(most).toBeLessThan(40);
    const { variables } = await new ObservationStore(root).read('demo');
    for (let hour = 0; hour < HOURS; hour++) expect(variables.temperature_2m!.values[2 * hour]).toBe(MARCH + hour);
    await store.merge(
      'demo',
      seriesOf(stations, MARCH + 31 * 24, 1, () => 1),
      { source: 'hourly' },
    );
    const [march, ...april] = filesOf(root);
    expect(march).toMatch(/^2024-03/);
    expect(april).toHaveLength(1);
    // Each hour is written three times or so: alone, in its day, in its month; never the month with each hour.
    expect(written / HOURS).toBeLessThan(3 * 1_500);
  });

  test('is read as if each value had been merged into one array, whatever came in which order', async () => {
    const change = fc.record({
      from: fc.integer({ min: 0, max: 900 }),
      hours: fc.oneof(
        { weight: 4, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.integer({ min: 2, max: 300 }) },
      ),
      value: fc.integer({ min: 1, max: 9 }),
      who: fc.constantFrom('a', 'b', 'both', 'c'),
      flag: fc.constantFrom<number>(FLAG.OBSERVED, FLAG.OBSERVED, FLAG.INTERPOLATED),
      variable: fc.constantFrom('temperature_2m' as const, 'wind_speed_10m' as const),
    });
    const property = fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 60 }), async (changes) => {
      const root = temporaryFolder(() => {});
      const store = new ObservationStore(root);
      const expected = new Map<string, { value: number; flag: number }>();
      for (const { from, hours, value, who, flag, variable } of changes) {
        const ids = who === 'both' ? ['a', 'b'] : [who];
        const series = seriesOf(
          ids.map((id) => station(id)),
          MARCH + from,
          hours,
          () => value,
          { variables: [variable], flag },
        );
        await store.merge('demo', series, { source: 's' });
        for (let hour = from; hour < from + hours; hour++) {
          for (const id of ids) {
            const key = `${hour} ${id} ${variable}`;
            const isWeaker = expected.get(key)?.flag === FLAG.OBSERVED && flag !== FLAG.OBSERVED;
            if (!isWeaker) expected.set(key, { value, flag });
          }
        }
      }
      const read = await new ObservationStore(root).read('demo', MARCH, MARCH + 1300);
      const seen = new Map<string, number>();
      for (const [variable, { values }] of Object.entries(read.variables)) {
        for (let i = 0; i < values.length; i++) {
          const { id } = read.stations[i % read.stations.length];
          if (!Number.isNaN(values[i]))
            seen.set(`${Math.floor(i / read.stations.length)} ${id} ${variable}`, values[i]);
        }
      }
      expect(seen.size).toBe(expected.size);
      for (const [key, { value }] of expected) expect(seen.get(key), key).toBe(value);
      const { from, to } = await store.describe('demo');
      const hours = [...expected.keys()].map((key) => Number(key.split(' ')[0]));
      expect([from, to]).toEqual([MARCH + Math.min(...hours), MARCH + Math.max(...hours) + 1]);
    });
    await fc.assert(property, { numRuns: 20, seed: 9 });
  });
});

describe('a store written by version 1', () => {
  const copy = () => {
    const root = temporaryFolder();
    cpSync(join(packageRoot(), 'test', 'fixtures', 'store-version-1'), root, { recursive: true });
    return root;
  };
  const february = Date.UTC(2024, 1, 1) / 3_600_000;

  test('reads as it did', async () => {
    const root = copy();
    const { from, hours, variables } = await new ObservationStore(root).read('demo');
    expect([from, hours]).toEqual([february - 6, 18]);
    expect([...variables.temperature_2m!.values.slice(0, 4)]).toEqual([-6, -5.5, -5, -4.5]);
    const init = february + 2;
    expect(await new RunStore(root).list('demo')).toEqual([init]);
    expect((await new RunStore(root).read('demo', init, 'one')).hours).toBe(4);
    expect(await new ScoreStore(root).read('demo', init)).toHaveLength(1);
  });

  test('takes new hours, and is of version 2 then, with all that it held', async () => {
    const root = copy();
    const store = new ObservationStore(root);
    const before = filesOf(root);
    await store.merge(
      'demo',
      seriesOf(stations, february + 12, 1, () => 99),
      { source: 'next.nc' },
    );
    const manifest = JSON.parse(readFileSync(join(root, 'observations', 'demo', 'manifest.json'), 'utf8'));
    expect(manifest.version).toBe(2);
    expect(manifest.months).toBeUndefined();
    expect(filesOf(root)).toEqual(expect.arrayContaining(before));
    const { hours, variables } = await new ObservationStore(root).read('demo');
    expect(hours).toBe(19);
    expect([...variables.temperature_2m!.values.slice(0, 2)]).toEqual([-6, -5.5]);
    expect([...variables.temperature_2m!.values.slice(-2)]).toEqual([99, 99]);
    expect((await store.describe('demo')).sources).toEqual(['first.nc', 'next.nc']);
  });
});
