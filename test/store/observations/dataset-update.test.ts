import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { faultyFiles, seriesOf, station, temporaryFolder } from '../support.ts';

const JANUARY = Date.UTC(2024, 0, 1) / 3_600_000;
const stations = ['a', 'b'].map((id) => station(id));
const month = (index: number, value: number): Series =>
  seriesOf(stations, Date.UTC(2024, index, 10) / 3_600_000, 3, () => value);

describe('an update', () => {
  test('is seen when it is done, all of it at once, and from within before', async () => {
    const root = temporaryFolder();
    const store = new ObservationStore(root);
    await store.update('demo', async (update) => {
      for (let index = 0; index < 6; index++) await update.merge(month(index, index), { source: `${index}.nc` });
      const first = await update.read(JANUARY + 9 * 24, JANUARY + 9 * 24 + 2);
      expect([...first.variables.temperature_2m!.values]).toEqual([0, 0, 0, 0]);
      expect(await new ObservationStore(root).list()).toEqual([]);
    });
    const { sources } = await store.describe('demo');
    expect(sources).toEqual(['0.nc', '1.nc', '2.nc', '3.nc', '4.nc', '5.nc']);
    expect(new Set((await store.read('demo')).variables.temperature_2m!.values)).toEqual(
      new Set([0, 1, 2, 3, 4, 5, Number.NaN]),
    );
  });

  test('leaves nothing behind when it fails after months were written', async () => {
    const root = temporaryFolder();
    const store = new ObservationStore(root);
    await store.merge('demo', month(0, 7), { source: 'first' });
    const before = readdirSync(join(root, 'observations', 'demo'));
    const work = store.update('demo', async (update) => {
      for (let index = 0; index < 6; index++) await update.merge(month(index, index), { source: 'bad' });
      expect(readdirSync(join(root, 'observations', 'demo')).length).toBeGreaterThan(before.length);
      throw new Error('the file ends here');
    });
    await expect(work).rejects.toThrow('the file ends here');
    expect(readdirSync(join(root, 'observations', 'demo'))).toEqual(before);
    expect(new Set((await store.read('demo')).variables.temperature_2m!.values)).toEqual(new Set([7]));
  });

  test('writes a month once, however many series touch it, and leaves the others alone', async () => {
    const root = temporaryFolder();
    await new ObservationStore(root).merge('demo', month(0, 1), { source: 'first' });
    const before = readdirSync(join(root, 'observations', 'demo')).filter((name) => name.endsWith('.arrow'));
    const { files, calls } = faultyFiles();
    await new ObservationStore(root, { files }).update('demo', async (update) => {
      for (let hour = 0; hour < 20; hour++) {
        const series = seriesOf(stations, JANUARY + 31 * 24 + hour, 1, () => hour);
        await update.merge(series, { source: `${hour}.grib` });
      }
    });
    // The month and the manifest.
    expect(calls.filter((call) => /^sync .*\.tmp-[0-9a-f]+$/.test(call))).toHaveLength(2);
    const names = readdirSync(join(root, 'observations', 'demo'));
    expect(names.filter((name) => name.startsWith('2024-01'))).toEqual(before);
  });
});

describe('values that failed a check', () => {
  const suspect = (value: number, flag: number) => seriesOf(stations, JANUARY, 1, () => value, { flag });
  const read = async (store: ObservationStore) => {
    const { values, flags } = (await store.read('demo')).variables.temperature_2m!;
    return [values[0], flags[0]];
  };
  const merged = async (...list: Series[]) => {
    const store = new ObservationStore(temporaryFolder(), { files: nodeFiles });
    for (const series of list) await store.merge('demo', series, { source: 's' });
    return read(store);
  };

  test('are missing to readers, and their flag tells why', async () => {
    expect(await merged(suspect(99, FLAG.STEP))).toEqual([Number.NaN, FLAG.STEP]);
  });

  test('never replace a value that is in use, and give way to one', async () => {
    const [good, bridged, bad] = [suspect(5, FLAG.OBSERVED), suspect(6, FLAG.INTERPOLATED), suspect(99, FLAG.RANGE)];
    expect(await merged(good, bad)).toEqual([5, FLAG.OBSERVED]);
    expect(await merged(bridged, bad)).toEqual([6, FLAG.INTERPOLATED]);
    expect(await merged(bad, bridged)).toEqual([6, FLAG.INTERPOLATED]);
    expect(await merged(bad, good)).toEqual([5, FLAG.OBSERVED]);
  });

  test('are judged anew when the same observation comes again', async () => {
    const [good, bad] = [suspect(30, FLAG.OBSERVED), suspect(30, FLAG.SPATIAL)];
    expect(await merged(good, bad)).toEqual([Number.NaN, FLAG.SPATIAL]);
    expect(await merged(bad, good)).toEqual([30, FLAG.OBSERVED]);
  });
});
