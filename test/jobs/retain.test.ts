import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Retention, retainJob } from '../../jobs/retain.ts';
import { emptyVariable } from '../../src/domain/series.ts';
import { createLog } from '../../src/log.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { noSignal, stations } from './support.ts';

const log = createLog('silent');
let root: string;
let runs: RunStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'retain-'));
  runs = new RunStore(root);
  for (const init of [100, 101, 102, 103]) {
    const run = { dataset: 'demo', init, leadHours: 1, createdAt: '2025-01-01T00:00:00Z' };
    const model = { id: 'm', name: 'M', kind: 'baseline' as const, weightsSha256: null };
    const series = {
      stations,
      from: init + 1,
      hours: 1,
      variables: { temperature_2m: emptyVariable(1, stations.length) },
    };
    await runs.publish({ ...run, models: [model] }, new Map([['m', series]]));
  }
});
afterEach(() => rm(root, { recursive: true }));

const retain = (slot: number, retention: Retention, dataset = 'demo') =>
  retainJob({ ...retention, runs, dataset, log }).run(slot, noSignal);

describe('the job that retains', () => {
  it('removes the runs that are too old, and none besides', async () => {
    await retain(105, { keepHours: 5 });
    expect(await runs.list('demo')).toEqual([100, 101, 102, 103]);
    await retain(107, { keepHours: 5 });
    expect(await runs.list('demo')).toEqual([102, 103]);
    await retain(500, { keepHours: 5 }, 'other');
    expect(await runs.list('demo')).toEqual([102, 103]);
  });

  it('removes the oldest while all together are too large', async () => {
    const each = await runs.size('demo', 100);
    expect(each).toBeGreaterThan(500);
    await retain(103, { keepBytes: 4 * each });
    expect(await runs.list('demo')).toHaveLength(4);
    await retain(103, { keepBytes: 3 * each - 1 });
    expect(await runs.list('demo')).toEqual([102, 103]);
  });

  it('leaves the newest run, however old and large it is', async () => {
    await retain(9_000, { keepHours: 1, keepBytes: 1 });
    expect(await runs.list('demo')).toEqual([103]);
  });

  it('leaves all where nothing is said', async () => {
    await retain(9_000, {});
    expect(await runs.list('demo')).toHaveLength(4);
  });
});
