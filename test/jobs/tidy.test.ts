import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tidyJob } from '../../jobs/tidy.ts';
import { emptyVariable } from '../../src/domain/series.ts';
import { RunStore } from '../../src/store/runs.ts';

const stations = [{ id: 'a', name: 'A', country: '', latitude: 0, longitude: 0, elevation: null }];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidy-'));
});
afterEach(() => rm(root, { recursive: true }));

it('the job that tidies removes the runs that are too old, and none besides', async () => {
  const runs = new RunStore(root);
  for (const init of [100, 101, 102, 103]) {
    const run = { dataset: 'demo', init, leadHours: 1, createdAt: '2025-01-01T00:00:00Z' };
    const model = { id: 'm', name: 'M', kind: 'baseline' as const, weightsSha256: null };
    const series = { stations, from: init + 1, hours: 1, variables: { temperature_2m: emptyVariable(1, 1) } };
    await runs.publish({ ...run, models: [model] }, new Map([['m', series]]));
  }
  const job = tidyJob({ runs, dataset: 'demo', keepHours: 5 });
  await job.run(105);
  expect(await runs.list('demo')).toEqual([100, 101, 102, 103]);
  await job.run(107);
  expect(await runs.list('demo')).toEqual([102, 103]);
  await tidyJob({ runs, dataset: 'other', keepHours: 5 }).run(500);
  expect(await runs.list('demo')).toEqual([102, 103]);
});
