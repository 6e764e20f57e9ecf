import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isKernelcastError } from '../../../src/errors.ts';
import { backUp, restore } from '../../../src/store/care/backup.ts';
import { checkStore } from '../../../src/store/care/check.ts';
import { repairStore } from '../../../src/store/care/repair.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { seriesOf, station, temporaryFolder } from '../support.ts';
import { S3Server } from './s3-server.ts';

const HOUR = Date.UTC(2024, 1, 1) / 3_600_000;
const ROOT = 's3://bucket/some/where';
const stations = ['a', 'b'].map((id) => station(id));
const state = (value: number, hours = 4, from = HOUR) => seriesOf(stations, from, hours, () => value);
const MODELS = ['one', 'two'].map((id) => ({ id, name: id, kind: 'baseline' as const, weightsSha256: null }));
const run = (init = HOUR, createdAt = '2024-02-01T00:00:00Z') => ({
  ...{ dataset: 'demo', init, leadHours: 2, createdAt },
  models: MODELS,
});
const forecasts = (value = 7, init = HOUR) => new Map(MODELS.map(({ id }) => [id, state(value, 2, init + 1)]));

let server: S3Server;
beforeEach(async () => {
  server = (await S3Server.start()).useIt();
});
afterEach(() => server.stop());

const keys = (start: string) => [...server.objects.keys()].filter((key) => key.startsWith(`some/where/${start}`));
const errorOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((reason: unknown) => reason);
  if (!isKernelcastError(error)) throw new Error(`not an error of ours: ${error}`);
  return error;
};
const valuesOf = async (store = new ObservationStore(ROOT)) =>
  [...new Set((await store.read('demo')).variables.temperature_2m!.values)].join();

describe('a store in a bucket', () => {
  test('keeps observations, runs and scores as one on a disk does', async () => {
    const observations = new ObservationStore(ROOT);
    await observations.merge('demo', state(1), { source: 'one' });
    await observations.merge('demo', state(2, 1, HOUR + 4), { source: 'two' });
    const other = new ObservationStore(ROOT);
    expect(await other.list()).toEqual(['demo']);
    expect(await other.read('demo')).toEqual(await observations.read('demo'));
    expect(await other.describe('demo')).toMatchObject({ from: HOUR, to: HOUR + 5, sources: ['one', 'two'] });

    const runs = new RunStore(ROOT);
    expect(await runs.publish(run(), forecasts())).toBe('published');
    expect(await runs.publish(run(), forecasts(8))).toBe('exists');
    expect(await new RunStore(ROOT).list('demo')).toEqual([HOUR]);
    expect((await runs.read('demo', HOUR, 'two')).variables.temperature_2m!.values[0]).toBe(7);
    expect(await runs.size('demo', HOUR)).toBeGreaterThan(500);
    await runs.remove('demo', HOUR);
    expect(await runs.list('demo')).toEqual([]);
    expect(keys('files/runs')).toEqual([]);
    await runs.remove('demo', HOUR);

    const scores = new ScoreStore(ROOT);
    await scores.publish('demo', HOUR, []);
    expect(await new ScoreStore(ROOT).read('demo', HOUR)).toEqual([]);
    expect((await errorOf(runs.describe('demo', HOUR))).code).toBe('NOT_FOUND');
    expect((await errorOf(observations.describe('nothing'))).hint).toBe('Datasets: demo.');
  });

  test('lists more than a page', async () => {
    server.pageSize = 7;
    const runs = new RunStore(ROOT);
    for (let init = HOUR; init < HOUR + 20; init++) await runs.publish(run(init), forecasts(1, init));
    expect(await runs.list('demo')).toHaveLength(20);
    for (const init of await runs.list('demo')) await runs.remove('demo', init);
    expect(keys('manifests')).toEqual([]);
    expect(keys('files')).toEqual([]);
  });

  test('removes the segments that a merge replaced, and none that is listed', async () => {
    const store = new ObservationStore(ROOT);
    for (const value of [1, 2, 3]) await store.merge('demo', state(value), { source: 's' });
    expect(keys('files/observations/demo/')).toHaveLength(1);
    expect((await checkStore(ROOT)).findings).toEqual([]);
  });

  test('tells a change within a second, without a request for each look', async () => {
    const runs = new RunStore(ROOT);
    await runs.publish(run(), forecasts());
    const reader = new RunStore(ROOT);
    const before = await reader.stamp('demo');
    const asked = server.requests.length;
    for (let look = 0; look < 50; look++) expect(await reader.stamp('demo')).toEqual(before);
    expect(server.requests.length).toBe(asked);
    // As another process does: this one would know at once.
    for (const [key, stored] of server.objects) {
      if (key.includes('manifests/runs')) server.objects.set(key.replace('T00Z', 'T01Z'), stored);
    }
    await sleep(1_100);
    expect((await reader.stamp('demo')).identity).not.toBe(before.identity);
  });

  test('is checked, repaired, backed up and restored, from a bucket and to one', async () => {
    await new ObservationStore(ROOT).merge('demo', state(1), { source: 'first.nc' });
    await new ObservationStore(ROOT).merge('demo', state(2, 4, HOUR + 800), { source: 'second.nc' });
    await new RunStore(ROOT).publish(run(), forecasts());
    const out = `${temporaryFolder()}/backup`;
    const { files } = await backUp(ROOT, out);
    expect(files).toBe(6);
    const folder = `${temporaryFolder()}/data`;
    await restore(out, folder);
    expect(await checkStore(folder)).toMatchObject({ checked: 4, findings: [] });
    await restore(out, 's3://bucket/again');
    expect(await checkStore('s3://bucket/again')).toMatchObject({ checked: 4, findings: [] });
    expect((await new RunStore('s3://bucket/again').read('demo', HOUR, 'one')).hours).toBe(2);
    expect((await errorOf(restore(out, ROOT))).code).toBe('USAGE');

    const [segment] = keys('files/observations/demo/2024-03');
    const [model] = keys('files/runs/demo/2024-02-01T00Z/one');
    for (const key of [segment, model]) {
      const stored = server.objects.get(key)!;
      server.objects.set(key, { ...stored, bytes: Buffer.from(stored.bytes).fill(1, 40, 41) });
    }
    const old = { bytes: Buffer.from('x'), etag: '"x"', modifiedAt: Date.now() - 2 * 3_600_000 };
    server.objects.set('some/where/files/runs/demo/2024-02-01T05Z/one.arrow.0123456789abcdef', old);
    const { findings } = await checkStore(ROOT);
    expect(findings.map(({ kind }) => kind)).toEqual(['segment', 'run', 'leftover']);
    const { missing, aside, left } = await repairStore(ROOT, findings);
    expect(left).toEqual([]);
    expect(missing).toMatchObject([{ dataset: 'demo', sources: ['first.nc', 'second.nc'] }]);
    expect(aside).toMatch(/^s3:\/\/bucket\/some\/where\/damaged\//);
    expect(keys('damaged').length).toBe(4);
    expect((await checkStore(ROOT)).findings).toEqual([]);
    expect(await valuesOf()).toBe('1');
    expect(await new RunStore(ROOT).list('demo')).toEqual([]);
  });
});

describe('two writers of a bucket', () => {
  test('lose no update, and a run is published once', async () => {
    const stores = [1, 2, 3].map(() => new ObservationStore(ROOT, { waitMs: 20_000 }));
    await Promise.all(
      stores.flatMap((store, index) =>
        [0, 1].map((turn) => store.merge('demo', state(index, 1, HOUR + 2 * index + turn), { source: `${index}` })),
      ),
    );
    expect(await new ObservationStore(ROOT).read('demo')).toMatchObject({ from: HOUR, hours: 6 });
    expect(await valuesOf()).toBe('0,1,2');
    const outcomes = await Promise.all(
      ['1', '2', '3'].map((day) => new RunStore(ROOT).publish(run(HOUR, day), forecasts(Number(day)))),
    );
    expect(outcomes.toSorted()).toEqual(['exists', 'exists', 'published']);
    const winner = Number((await new RunStore(ROOT).describe('demo', HOUR)).createdAt);
    for (const { id } of MODELS) {
      expect((await new RunStore(ROOT).read('demo', HOUR, id)).variables.temperature_2m!.values[0]).toBe(winner);
    }
  });

  test('who was taken over at work is refused, and what the other wrote stays', async () => {
    await new ObservationStore(ROOT).merge('demo', state(1), { source: 's' });
    const lock = 'some/where/locks/observations/demo';
    const held = JSON.parse(server.objects.get(lock)!.bytes.toString());
    const slow = new ObservationStore(ROOT).update('demo', async (update) => {
      await update.merge(state(2), { source: 'slow' });
      // Another machine holds it silent for too long, and takes over.
      const { bytes } = server.objects.get(lock)!;
      const holder = { ...JSON.parse(bytes.toString()).holder, host: 'elsewhere' };
      const text = Buffer.from(JSON.stringify({ ...held, holder }));
      server.objects.set(lock, { bytes: text, etag: '"gone"', modifiedAt: server.now() - 61_000 });
      await new ObservationStore(ROOT).merge('demo', state(3), { source: 'fast' });
    });
    expect((await errorOf(slow)).code).toBe('BUSY');
    expect(await valuesOf()).toBe('3');
    expect((await checkStore(ROOT)).findings).toEqual([]);
  });

  test('a lock of another machine is left to it until it is silent for a minute by the clock of the bucket', async () => {
    server.now = () => Date.now() + 86_400_000;
    await new ObservationStore(ROOT).merge('demo', state(1), { source: 's' });
    const lock = 'some/where/locks/observations/demo';
    const holder = { token: 't', host: 'elsewhere', pid: 7, started: null };
    const put = (age: number) =>
      server.objects.set(lock, {
        bytes: Buffer.from(JSON.stringify({ holder, beat: 1 })),
        etag: '"theirs"',
        modifiedAt: server.now() - age,
      });
    put(50_000);
    const error = await errorOf(new ObservationStore(ROOT, { waitMs: 0 }).merge('demo', state(2), { source: 's' }));
    expect([error.code, error.message]).toEqual(['BUSY', 'locked: process 7 on elsewhere is writing']);
    put(62_000);
    await new ObservationStore(ROOT, { waitMs: 0 }).merge('demo', state(2), { source: 's' });
    expect(await valuesOf()).toBe('2');
  });
});

describe('a bucket that is not as it should be', () => {
  test('is refused before anything is written where it ignores conditions', async () => {
    server.heedsConditions = false;
    const error = await errorOf(new ObservationStore(ROOT).merge('demo', state(1), { source: 's' }));
    expect([error.code, error.message]).toEqual(['ENVIRONMENT', 'the bucket does not heed conditions on writes']);
    expect([...server.objects.keys()]).toEqual([]);
  });

  test.each([
    ['s3://nowhere', 'Make the bucket first, or look at its name.'],
    ['s3://bucket', 'The keys in use may not do this: they need to get, put, delete and list.'],
  ])('%s says what to do', async (root, hint) => {
    if (root === 's3://bucket') server.fate = () => 403;
    const error = await errorOf(new ObservationStore(root).list());
    expect([error.code, error.hint]).toEqual(['ENVIRONMENT', hint]);
  });

  test.each(['s3://', 's3://A', 's3://bucket/../up', 's3://bucket/a b'])('%s is no address', async (root) => {
    expect(() => new RunStore(root)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('comes through answers that are lost and servers that stumble', async () => {
    const store = new ObservationStore(ROOT);
    await store.merge('demo', state(1), { source: 's' });
    server.fate = (request, number) =>
      request.startsWith('PUT') && number % 2 === 0 ? 'lost' : number % 5 === 0 ? 503 : 'answered';
    await store.merge('demo', state(2), { source: 's' });
    expect(await new RunStore(ROOT).publish(run(), forecasts())).toBe('published');
    server.fate = () => 'answered';
    expect(await valuesOf()).toBe('2');
    expect((await checkStore(ROOT)).findings).toEqual([]);
  });
});
