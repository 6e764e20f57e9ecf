import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { faultyFiles, seriesOf, station, temporaryFolder } from '../support.ts';

const JANUARY = Date.UTC(2024, 0, 1) / 3_600_000;
const FEBRUARY = Date.UTC(2024, 1, 1) / 3_600_000;
const stations = ['a', 'b', 'c'].map((id) => station(id));
const clock = { now: () => Date.UTC(2024, 5, 1) };

describe('a dataset', () => {
  test('is a file a month and a manifest, and tells its stations, span, variables and sources', async () => {
    const root = temporaryFolder();
    const store = new ObservationStore(root, { clock });
    const series = seriesOf(stations, FEBRUARY - 2, 4, (hour) => hour - FEBRUARY, { variables: ['wind_speed_10m'] });
    expect(await store.merge('demo', series, { source: 'grid.nc' })).toEqual({
      months: ['2024-01', '2024-02'],
      added: 12,
      replaced: 0,
    });
    expect(readdirSync(join(root, 'observations', 'demo')).sort()).toEqual([
      expect.stringMatching(/^2024-01\.[0-9a-f]{8}\.arrow$/),
      expect.stringMatching(/^2024-02\.[0-9a-f]{8}\.arrow$/),
      'manifest.json',
    ]);
    expect(await store.list()).toEqual(['demo']);
    expect(await store.describe('demo')).toEqual({
      dataset: 'demo',
      stations,
      from: FEBRUARY - 2,
      to: FEBRUARY + 2,
      variables: ['wind_speed_10m'],
      sources: ['grid.nc'],
      withdrawals: [],
      updatedAt: '2024-06-01T00:00:00.000Z',
      revision: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(await new ObservationStore(root).read('demo')).toEqual(series);
  });

  test('does not change at all when the same data come twice', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'observations', 'demo');
    const series = seriesOf(stations, FEBRUARY - 2, 4, (hour) => hour);
    await new ObservationStore(root).merge('demo', series, { source: 'first' });
    const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]);
    const again = await new ObservationStore(root).merge('demo', series, { source: 'second' });
    expect(again).toEqual({ months: [], added: 0, replaced: 0 });
    expect(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')])).toEqual(before);
  });

  test('has a new revision when its values change, and only then', async () => {
    const store = new ObservationStore(temporaryFolder(), { clock });
    const revisionAfter = async (value: number) => {
      await store.merge(
        'demo',
        seriesOf(stations, JANUARY, 2, () => value),
        { source: 's' },
      );
      return (await store.describe('demo')).revision;
    };
    const first = await revisionAfter(1);
    expect(await revisionAfter(1)).toBe(first);
    expect(await revisionAfter(2)).not.toBe(first);
  });

  test('is not made by a series without values', async () => {
    const store = new ObservationStore(temporaryFolder());
    await store.merge(
      'demo',
      seriesOf(stations, JANUARY, 5, () => undefined),
      { source: 's' },
    );
    expect(await store.list()).toEqual([]);
  });

  test('keeps only the files of its manifest', async () => {
    const root = temporaryFolder();
    const store = new ObservationStore(root);
    for (let hour = 0; hour < 5; hour++) {
      await store.merge(
        'demo',
        seriesOf(stations, JANUARY + hour, 1, () => hour),
        { source: 's' },
      );
    }
    const { segments } = JSON.parse(readFileSync(join(root, 'observations', 'demo', 'manifest.json'), 'utf8'));
    const listed = segments.map(({ file }: { file: string }) => file);
    expect(readdirSync(join(root, 'observations', 'demo'))).toEqual([...listed.toSorted(), 'manifest.json']);
  });

  test('gives the hours outside its span as missing', async () => {
    const store = new ObservationStore(temporaryFolder());
    await store.merge(
      'demo',
      seriesOf(stations, JANUARY, 2, () => 1),
      { source: 's' },
    );
    const read = await store.read('demo', JANUARY - 1, JANUARY + 3);
    expect([...read.variables.temperature_2m!.flags]).toEqual([255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255]);
    expect((await store.read('demo', JANUARY + 500, JANUARY + 500)).hours).toBe(0);
  });

  test('hands out copies: what a reader writes is not seen by the next', async () => {
    const store = new ObservationStore(temporaryFolder());
    await store.merge(
      'demo',
      seriesOf(stations, JANUARY, 2, () => 1),
      { source: 's' },
    );
    (await store.read('demo')).variables.temperature_2m!.values.fill(9);
    expect((await store.read('demo')).variables.temperature_2m!.values).toEqual(new Float32Array(6).fill(1));
  });
});

test('any slice of any history of merges equals a model in memory', async () => {
  const merge = fc.record({
    stations: fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
    from: fc.integer({ min: -5, max: 3 }),
    hours: fc.integer({ min: 1, max: 5 }),
    variable: fc.constantFrom('temperature_2m' as const, 'wind_direction_10m' as const),
    flag: fc.constantFrom<number>(FLAG.OBSERVED, FLAG.INTERPOLATED),
    values: fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), { minLength: 20, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(merge, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -8, max: 4 }),
      fc.nat(12),
      async (merges, start, length) => {
        const root = temporaryFolder();
        const model = new Map<string, [number, number]>();
        for (const { stations: ids, from, hours, variable, flag, values } of merges) {
          const series = seriesOf(
            ids.map((id) => station(id)),
            FEBRUARY + from,
            hours,
            (hour, id) => values[(hour - FEBRUARY - from) * ids.length + ids.indexOf(id)],
            { variables: [variable], flag },
          );
          await new ObservationStore(root).merge('demo', series, { source: 's' });
          for (let t = 0; t < hours; t++) {
            for (const [s, id] of ids.entries()) {
              const value = values[t * ids.length + s];
              const key = `${variable} ${FEBRUARY + from + t} ${id}`;
              if (value === undefined || (model.get(key)?.[1] === FLAG.OBSERVED && flag !== FLAG.OBSERVED)) continue;
              model.set(key, [value, flag]);
            }
          }
        }
        const store = new ObservationStore(root);
        if (model.size === 0) {
          expect(await store.list()).toEqual([]);
          return;
        }
        const read = await store.read('demo', FEBRUARY + start, FEBRUARY + start + length);
        const found = new Map(
          Object.entries(read.variables).flatMap(([name, { values, flags }]) =>
            [...values].flatMap((value, i): [string, [number, number]][] => {
              const hour = read.from + Math.floor(i / read.stations.length);
              if (Number.isNaN(value)) return [];
              return [[`${name} ${hour} ${read.stations[i % read.stations.length].id}`, [value, flags[i]]]];
            }),
          ),
        );
        const inSlice = [...model].filter(([key]) => {
          const hour = Number(key.split(' ')[1]) - FEBRUARY - start;
          return hour >= 0 && hour < length;
        });
        expect(found).toEqual(new Map(inSlice));
      },
    ),
    { numRuns: 40 },
  );
});

describe('readers beside a writer', () => {
  test('see one state, never a mix of two', async () => {
    const root = temporaryFolder();
    const writer = new ObservationStore(root);
    const state = (value: number): Series => seriesOf(stations, FEBRUARY - 3, 6, () => value);
    await writer.merge('demo', state(0), { source: 's' });
    let done = false;
    const seen = new Set<number>();
    const reader = async () => {
      // A small cache, so that files are opened again and again, and are gone now and then.
      const store = new ObservationStore(root, { cacheBytes: 0 });
      while (!done) {
        const values = new Set((await store.read('demo')).variables.temperature_2m!.values);
        expect(values.size).toBe(1);
        seen.add([...values][0]);
      }
    };
    const readers = [reader(), reader(), reader()];
    for (let value = 1; value <= 40; value++) await writer.merge('demo', state(value), { source: 's' });
    done = true;
    await Promise.all(readers);
    expect(seen.size).toBeGreaterThan(5);
  });
});

test('a reader whose file is merged away under its hands reads the new state', async () => {
  const root = temporaryFolder();
  const writer = new ObservationStore(root);
  await writer.merge(
    'demo',
    seriesOf(stations, JANUARY, 2, () => 1),
    { source: 's' },
  );
  let merges = 0;
  const readFile = async (path: string, ...rest: unknown[]) => {
    if (path.endsWith('.arrow') && merges < 3) {
      merges++;
      await writer.merge(
        'demo',
        seriesOf(stations, JANUARY, 2, () => 1 + merges),
        { source: 's' },
      );
    }
    return (nodeFiles.readFile as (...args: unknown[]) => Promise<unknown>)(path, ...rest);
  };
  const reader = new ObservationStore(root, {
    files: { ...nodeFiles, readFile: readFile as typeof nodeFiles.readFile },
  });
  expect((await reader.read('demo')).variables.temperature_2m!.values).toEqual(new Float32Array(6).fill(4));
});

describe('writers beside each other', () => {
  test('wait for each other and lose nothing', async () => {
    const root = temporaryFolder();
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        new ObservationStore(root, { waitMs: 20_000 }).merge(
          'demo',
          seriesOf([station(`s${i}`)], JANUARY + i, 1, () => i),
          { source: `source ${i}` },
        ),
      ),
    );
    expect(results.every(({ added }) => added === 1)).toBe(true);
    const read = await new ObservationStore(root).read('demo');
    const values = [...read.variables.temperature_2m!.values].filter((value) => !Number.isNaN(value));
    expect(values).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('get BUSY when they may not wait, and what was acknowledged is there', async () => {
    const root = temporaryFolder();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        new ObservationStore(root, { waitMs: 0 })
          .merge(
            'demo',
            seriesOf(stations, JANUARY + i, 1, () => i),
            { source: 's' },
          )
          .then(
            () => 'done',
            (error: unknown) => isKernelcastError(error) && error.code,
          ),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['done', 'BUSY']));
    const { variables, from } = await new ObservationStore(root).read('demo');
    outcomes.forEach((outcome, i) => {
      const value = variables.temperature_2m!.values[(JANUARY + i - from) * 3];
      expect(value === i).toBe(outcome === 'done');
    });
  });
});

describe('what is read from disk', () => {
  const monthsRead = (calls: string[]) => calls.filter((call) => /^readFile .*\.arrow$/.test(call)).length;
  const twoMonths = async () => {
    const root = temporaryFolder();
    await new ObservationStore(root).merge(
      'demo',
      seriesOf(stations, FEBRUARY - 2, 4, () => 1),
      { source: 's' },
    );
    return root;
  };

  test('are the months of the slice, each once', async () => {
    const { files, calls } = faultyFiles();
    const store = new ObservationStore(await twoMonths(), { files });
    await store.read('demo', FEBRUARY, FEBRUARY + 2);
    expect(monthsRead(calls)).toBe(1);
    await Promise.all([store.read('demo'), store.read('demo')]);
    expect(monthsRead(calls)).toBe(2);
  });

  test('is read again when memory may not hold it', async () => {
    const { files, calls } = faultyFiles();
    const store = new ObservationStore(await twoMonths(), { files, cacheBytes: 0 });
    await store.read('demo');
    await store.read('demo');
    expect(monthsRead(calls)).toBe(4);
  });
});
