import { expect, test } from 'vitest';
import { Freshness } from '../../../src/api/answers/freshness.ts';
import { KernelcastError } from '../../../src/errors.ts';
import type { OpenedRun } from '../../../src/store/runs/runs.ts';
import { INIT, observed, startFilled } from '../support.ts';

function freshnessOf(changedAt: () => number) {
  let looks = 0;
  let lists = 0;
  const stamp = async (): Promise<{ identity: string; changedAt: number }> => {
    looks++;
    return { identity: String(changedAt()), changedAt: changedAt() };
  };
  const list = async (): Promise<number[]> => {
    lists++;
    return [lists];
  };
  let opened = 0;
  const open = async (dataset: string, init: number): Promise<OpenedRun> => {
    opened++;
    if (opened === 1) throw new KernelcastError('STORE_CORRUPT', 'the manifest is damaged');
    const run = { dataset, init, leadHours: 24, createdAt: '', models: [] };
    return { run, read: () => Promise.reject(new Error('not asked for here')) };
  };
  return {
    freshness: new Freshness({ runs: { stamp, list, open }, observations: { stamp }, scores: { stamp } }),
    looks: () => looks,
    opened: () => opened,
  };
}

test('all who ask before a look begins share it; who comes later gets another', async () => {
  const { freshness, looks } = freshnessOf(() => 1);
  await Promise.all([freshness.state('a'), freshness.state('a'), freshness.state('a')]);
  expect(looks()).toBe(3);
  await freshness.state('a');
  expect(looks()).toBe(6);
});

test('a change of a moment ago may not be the last one of its identity', async () => {
  let changed = Date.now();
  const { freshness } = freshnessOf(() => changed);
  expect((await freshness.state('a')).stamps.isSettled).toBe(false);
  changed = Date.now() - 1000;
  expect((await freshness.state('a')).stamps.isSettled).toBe(true);
});

test('runs are listed once for all requests of a settled state, and anew when something changed', async () => {
  let changed = Date.now() - 2000;
  const { freshness } = freshnessOf(() => changed);
  const listed = async () => (await (await freshness.state('a')).inits())[0];
  expect([await listed(), await listed()]).toEqual([1, 1]);
  changed = Date.now() - 1000;
  expect([await listed(), await listed()]).toEqual([2, 2]);
});

test('a run is opened once for a state, and again only where that failed', async () => {
  const { freshness, opened } = freshnessOf(() => 1);
  const open = async (init: number) => (await freshness.state('a')).run(init);
  await expect(open(5)).rejects.toThrow('damaged');
  expect((await open(5)).run.init).toBe(5);
  await open(5);
  expect(opened()).toBe(2);
  expect((await open(6)).run.init).toBe(6);
});

test('as long as a state is not settled, each look lists the runs anew', async () => {
  const now = Date.now();
  const { freshness } = freshnessOf(() => now);
  const listed = async () => (await (await freshness.state('a')).inits())[0];
  expect([await listed(), await listed()]).toEqual([1, 2]);
});

test('an answer whose observations change while it is made is made anew, under the tag of the new ones', async () => {
  const { get, context } = await startFilled();
  const path = '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_hours=2&hourly=temperature_2m';
  const read = context.observations.read.bind(context.observations);
  let merged = false;
  context.observations.read = async (...given) => {
    if (!merged) {
      merged = true;
      const warmer = observed(INIT, 1);
      warmer.variables.temperature_2m!.values.fill(30);
      await context.observations.merge('demo', warmer, { source: 'later' });
    }
    return read(...given);
  };
  const first = await get(path);
  const { revision } = await context.observations.describe('demo');
  expect([first.body.observations.revision, first.body.hourly.temperature_2m[1]]).toEqual([revision, 30]);
  expect((await get(path)).headers.get('etag')).toBe(first.headers.get('etag'));
});
