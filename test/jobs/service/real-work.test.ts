import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { live } from '../../../jobs/service/real-work.ts';
import { openStores } from '../../../jobs/service/stores.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { putCoarseWorld, stations, until, workOptions } from '../support.ts';

const february = 'sample-world-2025-02.nc';
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'live-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('the service of a dataset', () => {
  it('ingests its inbox at once and forecasts from what is newest', async () => {
    await putCoarseWorld(root);
    const inbox = join(root, 'inbox');
    await mkdir(inbox);
    await copyFile(join(root, 'sample-world', february), join(inbox, february));
    const work = await live({ ...(await workOptions(root, 'real')), dataset: 'real', inbox, stations });
    const stop = new AbortController();
    const done = work.run(stop.signal);
    await until(() => work.status().preparing === null, 'it is prepared');
    const { clock, jobs } = work.status();
    expect(clock).toEqual({ kind: 'system' });
    expect(jobs.map(({ name, last_error }) => [name, last_error])).toEqual([
      ['ingest', null],
      ['forecast', null],
      ['verify', null],
      ['retain', null],
    ]);
    const untilNext = Date.parse(jobs[0].next_at!) - Date.now();
    expect(untilNext).toBeGreaterThan(0);
    expect(untilNext).toBeLessThanOrEqual(3_600_000);
    stop.abort();
    await done;
    expect(await readdir(inbox)).toEqual(['ingested']);
    expect(await openStores(root).runs.list('real')).toEqual([parseHour('2025-03-01') - 1]);
  });

  it('waits for a first file, and says what is wrong with a bad one', async () => {
    const inbox = join(root, 'inbox');
    await mkdir(inbox);
    await writeFile(join(inbox, 'bad.nc'), Buffer.alloc(64));
    const work = await live({ ...(await workOptions(root, 'real')), dataset: 'real', inbox, stations });
    const stop = new AbortController();
    const done = work.run(stop.signal);
    await until(() => work.status().preparing === null, 'it is prepared');
    const [ingest, forecast] = work.status().jobs;
    expect(ingest).toMatchObject({ state: 'failed' });
    expect(ingest.last_error).toMatch(/no known format/);
    // It waits a while for the ingest, which is tried again.
    expect(forecast).toMatchObject({ state: 'waiting', last_error: null });
    stop.abort();
    await done;
  });

  it('refuses a dataset that is not there when nothing can bring it', async () => {
    await expect(live({ ...(await workOptions(root, 'real')), dataset: 'nowhere' })).rejects.toSatisfy((error) =>
      isKernelcastError(error, 'NOT_FOUND'),
    );
  });
});
