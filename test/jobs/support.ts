/** A small world and quick models for the tests of the service. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monthFiles } from '../../ingest/sample-world/month-files.ts';
import { JobLedger } from '../../jobs/schedule/ledger.ts';
import { openStores } from '../../jobs/service/stores.ts';
import type { WorkOptions } from '../../jobs/service/work.ts';
import { climatology } from '../../models/baselines/climatology.ts';
import { persistence } from '../../models/baselines/persistence.ts';
import { forecastRun } from '../../models/serving/forecast-run.ts';
import type { Forecaster } from '../../models/serving/forecaster.ts';
import type { Station } from '../../src/domain/station.ts';
import { parseHour } from '../../src/domain/time.ts';
import { createLog } from '../../src/log.ts';

/** Never raised. */
export const noSignal = new AbortController().signal;

export const stations: Station[] = [
  { id: 'paris', name: 'Paris', country: 'FR', latitude: 48.86, longitude: 2.35, elevation: null },
  { id: 'suva', name: 'Suva', country: 'FJ', latitude: -18.14, longitude: 178.44, elevation: null },
];

/** Puts the first two months of a coarse world where the demo looks for them, so that it need not make its own. */
export async function putCoarseWorld(root: string): Promise<void> {
  const folder = join(root, 'sample-world');
  await mkdir(folder, { recursive: true });
  for await (const { name, bytes } of monthFiles({ resolution: 30, end: parseHour('2025-03-01') })) {
    await writeFile(join(folder, name), bytes);
  }
}

export async function workOptions(root: string, dataset = 'sample-world'): Promise<WorkOptions> {
  return {
    root,
    stores: openStores(root),
    ledger: await JobLedger.open(root, dataset),
    openForecaster: async () => baselines(root),
    log: createLog('silent'),
  };
}

/** Runs of the baselines, made in this thread. */
function baselines(root: string): Forecaster {
  const { observations, runs } = openStores(root);
  const models = [persistence, climatology];
  return {
    engine: { name: 'none', device: 'cpu', why: 'baselines need none' },
    models,
    run: ({ dataset, init, now }) =>
      forecastRun({ observations, runs, models, dataset, init, clock: { now: () => now } }),
    part: async () => {
      throw new Error('no test of the jobs cuts a forecast into shards');
    },
    predict: async () => {
      throw new Error('no test of the jobs predicts');
    },
    partArrived: () => {},
    close: async () => {},
  };
}

/** Waits until a condition holds; fails after a minute, or `atMost` milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, atMost = 60_000): Promise<void> {
  const deadline = performance.now() + atMost;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
