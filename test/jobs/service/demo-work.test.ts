import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_DATASET } from '../../../jobs/service/dataset.ts';
import { demo } from '../../../jobs/service/demo-work.ts';
import { openStores } from '../../../jobs/service/stores.ts';
import type { Work } from '../../../jobs/service/work.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { putCoarseWorld, stations, until, workOptions } from '../support.ts';

const START = parseHour('2025-02-22T00');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-'));
  await putCoarseWorld(root);
});
afterAll(() => rm(root, { recursive: true }));

function hourOf(work: Work): number {
  return Math.floor(work.clock.now() / 3_600_000);
}

/** Lets the demo go on by some hours, as `kernelcast start` does, and stops it. */
async function replay(folder: string, hours: number): Promise<{ first: number; seen: Set<string | null> }> {
  const work = await demo({ ...(await workOptions(folder)), secondsPerHour: 0.05, stations });
  const stop = new AbortController();
  const seen = new Set<string | null>();
  const done = work.run(stop.signal);
  const { runs } = openStores(folder);
  await until(() => {
    seen.add(work.status().preparing ?? null);
    return work.status().preparing === null;
  }, 'it is prepared');
  const first = hourOf(work);
  await until(async () => ((await runs.latest(DEMO_DATASET)) ?? 0) >= first + hours, 'time has passed');
  stop.abort();
  await done;
  return { first, seen };
}

describe('the demo', () => {
  it('replays the world from its 53rd day, with scored runs of the hours before', async () => {
    const { first, seen } = await replay(root, 3);
    expect(first).toBe(START);
    expect([...seen].some((what) => what?.startsWith('reading the weather of 2025-0'))).toBe(true);
    const { observations, runs, scores } = openStores(root);
    const info = await observations.describe(DEMO_DATASET);
    expect(info.from).toBe(parseHour('2025-01-01'));
    expect(info.stations).toEqual(stations);
    const inits = await runs.list(DEMO_DATASET);
    expect(inits).toEqual(Array.from({ length: inits.length }, (_, index) => START - 36 + index));
    // It may have been stopped when an hour was observed and not yet forecast from.
    const latest = inits.at(-1)!;
    expect([latest + 1, latest + 2]).toContain(info.to);
    expect(await runs.describe(DEMO_DATASET, latest)).toMatchObject({
      models: [{ id: 'persistence' }, { id: 'climatology' }],
    });
    const scored = await scores.list(DEMO_DATASET);
    expect(scored).toEqual(inits.slice(0, scored.length));
    expect(scored.at(-1)! + 24).toBeGreaterThanOrEqual(START);
  });

  it('goes on where it was, even if it was killed between the observations and their forecast', async () => {
    const folder = `${root}-again`;
    try {
      await cp(root, folder, { recursive: true });
      const { observations, runs } = openStores(folder);
      const { to } = await observations.describe(DEMO_DATASET);
      await runs.remove(DEMO_DATASET, to - 1);
      await runs.remove(DEMO_DATASET, to - 9);
      const { first } = await replay(folder, 2);
      expect(first).toBe(to - 1);
      const inits = await runs.list(DEMO_DATASET);
      expect(inits).toEqual(Array.from({ length: inits.length }, (_, index) => START - 36 + index));
      expect(inits.at(-1)).toBeGreaterThanOrEqual(to + 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('ends with what is wrong when it cannot have its weather', async () => {
    const folder = `${root}-foreign`;
    try {
      await mkdir(join(folder, 'sample-world'), { recursive: true });
      await writeFile(join(folder, 'sample-world', 'sample-world-2025-01.nc'), 'no weather');
      const work = await demo({ ...(await workOptions(folder)), secondsPerHour: 1, stations });
      await expect(work.run(new AbortController().signal)).rejects.toSatisfy((error) =>
        isKernelcastError(error, 'FORMAT'),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('tells its clock and its jobs', async () => {
    const work = await demo({ ...(await workOptions(root)), secondsPerHour: 7, stations });
    expect(work.status()).toEqual({
      clock: { kind: 'replay', secondsPerHour: 7 },
      dataset: 'sample-world',
      jobs: [],
      preparing: 'opening the model',
      engine: null,
    });
    const stop = new AbortController();
    const done = work.run(stop.signal);
    await until(() => work.status().preparing === null, 'it is prepared');
    expect(work.status().jobs.map((job) => job.name)).toEqual(['ingest', 'forecast', 'verify', 'retain']);
    for (const job of work.status().jobs) {
      expect(job.last_error).toBeNull();
      expect(parseHour(job.next_at!)).toBe(parseHour(job.last_slot!) + 1);
    }
    stop.abort();
    await done;
  });
});
