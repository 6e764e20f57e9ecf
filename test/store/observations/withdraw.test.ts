import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FLAG, observedVariable, type Series } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';

const from = parseHour('2024-01-30');
const hours = 72;
const stations = ['a', 'b'].map((id, index) => ({
  id,
  name: id,
  country: '',
  latitude: index,
  longitude: 0,
  elevation: null,
}));
const series = (value: number): Series => ({
  stations,
  from,
  hours,
  variables: { temperature_2m: observedVariable(Float32Array.from({ length: hours * 2 }, (_, i) => value + (i >> 1))) },
});
const what = {
  station: 'b',
  from: from + 40,
  to: from + 56,
  variables: ['temperature_2m' as const],
  reason: 'a fan failed',
};

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-withdraw-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const clock = { now: () => Date.parse('2024-03-01T00:00Z') };

it('takes values of a station back, over the end of a month: others stay, and the dataset says why', async () => {
  const store = new ObservationStore(root, { clock });
  await store.merge('mine', series(0), { source: 'first.csv' });
  const before = await store.describe('mine');
  expect(await store.withdraw('mine', what)).toBe(16);
  const { variables } = await new ObservationStore(root).read('mine');
  const { values, flags } = variables.temperature_2m!;
  for (let hour = 0; hour < hours; hour++) {
    const isWithdrawn = hour >= 40 && hour < 56;
    expect([values[2 * hour], flags[2 * hour]]).toEqual([hour, FLAG.OBSERVED]);
    expect([values[2 * hour + 1], flags[2 * hour + 1]]).toEqual(
      isWithdrawn ? [Number.NaN, FLAG.WITHDRAWN] : [hour, FLAG.OBSERVED],
    );
  }
  const after = await new ObservationStore(root).describe('mine');
  expect(after.withdrawals).toEqual([{ ...what, at: '2024-03-01T00:00:00.000Z', values: 16 }]);
  expect(after.revision).not.toBe(before.revision);
});

it('the same file again does not bring them back; a corrected value does', async () => {
  const store = new ObservationStore(root, { clock });
  await store.merge('mine', series(0), { source: 'first.csv' });
  const flagAt = async () => (await store.read('mine')).variables.temperature_2m!.flags[2 * 45 + 1];
  expect(await flagAt()).toBe(FLAG.WITHDRAWN);
  expect(await store.withdraw('mine', what)).toBe(0);
  expect((await store.describe('mine')).withdrawals.length).toBe(1);
  await store.merge('mine', series(100), { source: 'corrected.csv' });
  expect(await flagAt()).toBe(FLAG.OBSERVED);
});

it('refuses a dataset or station that is not there', async () => {
  const store = new ObservationStore(root);
  await expect(store.withdraw('other', what)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(store.withdraw('mine', { ...what, station: 'c' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
