/** A month of hourly slots with the real jobs, stores and ledger: memory and open files stay level, disk is bounded. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { monthFiles } from '../../ingest/sample-world/month-files.ts';
import { SampleWorldSource } from '../../ingest/sample-world/world-source.ts';
import { forecastJob } from '../../jobs/forecast.ts';
import { sampleWorldIngestJob } from '../../jobs/ingest.ts';
import { retainJob } from '../../jobs/retain.ts';
import { JobLedger } from '../../jobs/schedule/ledger.ts';
import { Schedule } from '../../jobs/schedule/schedule.ts';
import { openStores } from '../../jobs/service/stores.ts';
import { verifyJob } from '../../jobs/verify.ts';
import { parseHour } from '../../src/domain/time.ts';
import { createLog } from '../../src/log.ts';
import { checkStore } from '../../src/store/care/check.ts';
import { stations, workOptions } from '../jobs/support.ts';

const DATASET = 'demo';
const START = parseHour('2025-01-25T00');
const HOURS = 31 * 24;
const KEEP_HOURS = 72;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'month-'));
  const folder = join(root, 'sample-world');
  await mkdir(folder);
  for await (const { name, bytes } of monthFiles({ resolution: 30, end: START + HOURS + 48 })) {
    await writeFile(join(folder, name), bytes);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

it('a month of hours', { timeout: 600_000 }, async () => {
  const began = performance.now();
  let hour = START;
  const clock = { now: () => hour * 3_600_000 };
  const stores = openStores(root);
  const ledger = await JobLedger.open(root, DATASET);
  const log = createLog('silent');
  const forecaster = await (await workOptions(root)).openForecaster();
  const { observations, runs } = stores;
  const source = new SampleWorldSource({ folder: join(root, 'sample-world'), stations });
  const jobs = [
    sampleWorldIngestJob({ source, observations, dataset: DATASET }),
    forecastJob({ observations, forecaster, dataset: DATASET, clock }),
    verifyJob({ ...stores, dataset: DATASET }),
    retainJob({ runs, dataset: DATASET, keepHours: KEEP_HOURS, log }),
  ];
  const schedule = new Schedule(jobs, { ledger, clock, wall: clock, log });
  const measures: { heap: number; open: number; runBytes: number }[] = [];
  for (let step = 0; step < HOURS; step++) {
    await schedule.tick();
    hour += 1;
    if (step % 168 !== 167) continue;
    collectGarbage();
    measures.push({
      heap: process.memoryUsage().heapUsed,
      open: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
      runBytes: bytesOf(join(root, 'runs')),
    });
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  const megabytes = measures.map(({ heap }) => Math.round(heap / 1e6));
  process.stdout.write(`soak: ${HOURS} hours in ${seconds} s; heap ${megabytes.join(', ')} MB, week by week\n`);

  const last = START + HOURS - 1;
  expect(await runs.list(DATASET)).toEqual(Array.from({ length: KEEP_HOURS + 1 }, (_, i) => last - KEEP_HOURS + i));
  expect((await stores.scores.list(DATASET)).length).toBeGreaterThan(HOURS - 30);
  for (const name of ledger.states.jobs.keys()) {
    expect(ledger.states.job(name)).toMatchObject({ begin: last + 1, newestDone: last });
  }
  expect(ledger.records.filter(({ kind }) => kind === 'failed' || kind === 'skipped')).toEqual([]);
  const [first, newest] = [measures[0], measures.at(-1)!];
  expect(newest.open).toBeLessThanOrEqual(first.open + 2);
  expect(newest.heap - first.heap).toBeLessThan(30e6);
  expect(newest.runBytes).toBeLessThan(1.05 * first.runBytes);
  expect((await checkStore(root)).findings).toEqual([]);
  expect(seconds).toBeLessThan(600);
});
