import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { QUANTILE_LEVELS, type Quantiles } from '../../../src/domain/quantiles.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { PartStore, tableOf } from '../../../src/store/runs/parts.ts';
import { faultyFiles, seriesOf, station, temporaryFolder } from '../support.ts';

const INIT = Date.UTC(2024, 2, 1, 6) / 3_600_000;
const stations = [...'abcdefgh'].map((id) => station(id));
const value = (hour: number, id: string) => (id === 'd' ? Number.NaN : (hour - INIT) * 10 + id.charCodeAt(0));
const options = { stations, hours: 3 };
const table = tableOf(stations);

function forecastOf(ids: string): Series {
  const own = [...ids].map((id) => stations.find((each) => each.id === id)!);
  const series = seriesOf(own, INIT + 1, 3, value, { variables: ['temperature_2m', 'wind_speed_10m'] });
  const levels = QUANTILE_LEVELS.map((level) => series.variables.temperature_2m!.values.map((mean) => mean + level));
  return { ...series, quantiles: { temperature_2m: levels } satisfies Quantiles };
}

test('parts are one forecast, in the order of its stations, each put in its place as soon as it is there', async () => {
  const parts = new PartStore(temporaryFolder());
  const count = 6;
  const publish = (index: number, ids: string) =>
    parts.publish('demo', INIT, 'one', { index, count, table }, forecastOf(ids));
  const given = ['hb', 'd', 'c', 'fa', 'g'];
  for (const [index, ids] of given.entries()) await publish(index, ids);
  let waits = 0;
  const wait = () => (waits++ < 2 ? Promise.resolve() : publish(5, 'e'));
  const whole = await parts.join('demo', INIT, 'one', { ...options, count, wait });
  expect(whole).toEqual(forecastOf('abcdefgh'));
  expect(whole.variables.temperature_2m!.flags[3]).toBe(FLAG.MISSING);
  expect(waits).toBe(3);
});

test('where nobody waits for it, a part that is missing is an error that says how many there are', async () => {
  const parts = new PartStore(temporaryFolder());
  await parts.publish('demo', INIT, 'one', { index: 0, count: 2, table }, forecastOf('abc'));
  const error = await parts.join('demo', INIT, 'one', { ...options, count: 2 }).catch((reason: unknown) => reason);
  expect(isKernelcastError(error, 'STORE_CORRUPT') && error.where.parts).toBe('1 of 2');
});

test('a part of another table of stations has no place: it is not found, and a station that is not known is refused', async () => {
  const root = temporaryFolder();
  const parts = new PartStore(root);
  const publish = (index: number, ids: string, of: string) =>
    parts.publish('demo', INIT, 'one', { index, count: 2, table: of }, forecastOf(ids));
  const before = tableOf(stations.slice(0, 4));
  expect(before).not.toBe(table);
  await publish(0, 'abcd', table);
  await publish(1, 'cd', before);
  expect(await parts.list('demo', INIT, 'one', { count: 2, table })).toEqual(new Set([0]));
  // As if it had been laid down under the name of the right table.
  const some = stations.slice(0, 7);
  await publish(1, 'efgh', tableOf(some));
  await publish(0, 'abcd', tableOf(some));
  const joined = parts.join('demo', INIT, 'one', { stations: some, hours: 3, count: 2 });
  await expect(joined).rejects.toThrow("the station 'h' is not among those of the whole");
});

test('a part is published whole, without waiting for the disk', async () => {
  const { files, calls } = faultyFiles();
  const parts = new PartStore(temporaryFolder(), files);
  for (const index of [0, 1]) await parts.publish('demo', INIT, 'one', { index, count: 2, table }, forecastOf('abcd'));
  const second = calls.slice(calls.findIndex((call) => call.startsWith('rename')) + 1);
  expect(second.filter((call) => /^(sync|rename)/.test(call)).map((call) => call.split(' ')[0])).toEqual(['rename']);
});

test.each(['part.arrow', 'manifest.json'])('a part whose %s a power cut left empty is computed again', async (name) => {
  const root = temporaryFolder();
  const parts = new PartStore(root);
  const publish = (index: number, ids: string) =>
    parts.publish('demo', INIT, 'one', { index, count: 2, table }, forecastOf(ids));
  await publish(0, 'abcd');
  await publish(1, 'efgh');
  const cut = () => truncateSync(join(root, `parts/demo/2024-03-01T06Z/one.${table}.2-of-2`, name), 0);
  cut();
  const broken = await parts.join('demo', INIT, 'one', { ...options, count: 2 }).catch((reason: unknown) => reason);
  expect(isKernelcastError(broken, 'STORE_CORRUPT')).toBe(true);
  const asked: Set<number>[] = [];
  const wait = async () => {
    asked.push(await parts.list('demo', INIT, 'one', { count: 2, table }));
    await publish(1, 'efgh');
  };
  expect(await parts.join('demo', INIT, 'one', { ...options, count: 2, wait })).toEqual(forecastOf('abcdefgh'));
  expect(asked).toEqual([new Set([0])]);

  cut();
  const breaking = () => publish(1, 'efgh').then(cut);
  const again = await parts
    .join('demo', INIT, 'one', { ...options, count: 2, wait: breaking })
    .catch((reason) => reason);
  expect(isKernelcastError(again, 'STORE_CORRUPT')).toBe(true);
});
