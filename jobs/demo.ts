/**
 * The demo: the sample world, replayed. It begins in days that the shipped model was not trained on, with runs of the hours
 * before, so that there are scores to show, and goes on for ever. After a crash it goes on from what the store holds.
 */
import { join } from 'node:path';
import { SampleWorldSource } from '../ingest/sample-world/world-source.ts';
import { readStationList } from '../ingest/station-list.ts';
import { packageRoot } from '../src/config.ts';
import { formatHour, type Hour, parseHour } from '../src/domain/time.ts';
import { forecastJob, hasData, hindcast } from './forecast.ts';
import { sampleWorldIngestJob } from './ingest.ts';
import { ReplayClock } from './replay-clock.ts';
import { Schedule } from './schedule.ts';
import { tidyJob } from './tidy.ts';
import { verifyJob } from './verify.ts';
import type { Work, WorkOptions } from './work.ts';

export const DEMO_DATASET = 'sample-world';

/** The shipped model has seen the world's first 50 days; from here on, the 48 hours that it looks back on are new to it too. */
const REPLAY_START = parseHour('2025-02-22T00');
const HINDCAST_HOURS = 36;
/** Ten days of runs; at an hour every few seconds there would soon be gigabytes. */
const KEPT_HOURS = 240;

export async function demo({
  root,
  stores,
  ledger,
  openModels,
  log,
  secondsPerHour,
}: WorkOptions & { secondsPerHour: number }): Promise<Work> {
  const { observations } = stores;
  const dataset = DEMO_DATASET;
  const places = join(packageRoot(), 'ingest', 'sample-world', 'places.csv');
  const clock = new ReplayClock({ hour: REPLAY_START, secondsPerHour });
  let preparing: string | null = 'opening the model';
  let schedule: Schedule | undefined;

  const tell = (what: string) => {
    log.info(what);
    if (preparing !== null) preparing = what;
  };
  const source = new SampleWorldSource({
    folder: join(root, 'sample-world'),
    stations: await readStationList(places),
    onProgress: tell,
  });

  return {
    clock,
    status: () => ({
      clock: { kind: 'replay', secondsPerHour },
      dataset,
      jobs: schedule?.status(formatHour(clock.hour + 1)) ?? [],
      preparing,
    }),
    async run(signal) {
      const forecasting = { ...stores, models: await openModels(), dataset, clock };
      const verify = verifyJob({ ...stores, dataset });
      const ingest = sampleWorldIngestJob({ source, observations, dataset });
      const tidy = tidyJob({ runs: stores.runs, dataset, keepHours: KEPT_HOURS });
      schedule = new Schedule([ingest, forecastJob(forecasting), verify, tidy], { ledger, log });
      signal.addEventListener('abort', () => schedule?.stop());
      clock.set(await resumeAt());
      log.info({ hour: formatHour(clock.hour) }, 'the replay begins');

      await schedule.tick(clock.hour);
      preparing = null;
      await hindcast(forecasting, { from: clock.hour - HINDCAST_HOURS, to: clock.hour, signal, log });
      if (!signal.aborted) await verify.run(clock.hour);
      await clock.run((hour) => schedule!.tick(hour), signal);
      await schedule.stop();
    },
  };

  async function resumeAt(): Promise<Hour> {
    if (!(await hasData({ observations, dataset }))) return REPLAY_START;
    return Math.max(REPLAY_START, (await observations.describe(dataset)).to - 1);
  }
}
