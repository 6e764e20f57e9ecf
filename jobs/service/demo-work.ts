/**
 * The demo: the sample world, replayed. It begins in days that the shipped model was not trained on, with runs of the hours
 * before, so that there are scores to show, and goes on for ever. After a crash it goes on from what the store holds.
 */
import { join } from 'node:path';
import { SampleWorldSource } from '../../ingest/sample-world/world-source.ts';
import type { ServingEngine } from '../../src/domain/operation.ts';
import type { Station } from '../../src/domain/station.ts';
import { formatHour, type Hour, parseHour } from '../../src/domain/time.ts';
import type { ObservationStore } from '../../src/store/observations/observations.ts';
import { forecastJob, hasData, hindcast } from '../forecast.ts';
import { sampleWorldIngestJob } from '../ingest.ts';
import { retainJob } from '../retain.ts';
import { attemptsOf } from '../schedule/job-history.ts';
import { Schedule } from '../schedule/schedule.ts';
import { verifyJob } from '../verify.ts';
import { DEMO_DATASET } from './dataset.ts';
import { withForecaster } from './opened-forecaster.ts';
import { ReplayClock } from './replay-clock.ts';
import type { Work, WorkOptions } from './work.ts';

/** The shipped model has seen the world's first 50 days; from here on, the 48 hours that it looks back on are new to it too. */
const REPLAY_START = parseHour('2025-02-22T00');
const HINDCAST_HOURS = 36;
/** Ten days of runs; at an hour every few seconds there would soon be gigabytes. */
const KEPT_HOURS = 240;

export interface DemoOptions extends WorkOptions {
  secondsPerHour: number;
  /** The places of the world that are observed and forecast. */
  stations: readonly Station[];
}

export async function demo({
  root,
  stores,
  ledger,
  openForecaster,
  log,
  secondsPerHour,
  stations,
}: DemoOptions): Promise<Work> {
  const { observations } = stores;
  const dataset = DEMO_DATASET;
  const isNew = !(await hasData({ observations, dataset }));
  const clock = new ReplayClock({ hour: isNew ? REPLAY_START : await resumeAt(observations), secondsPerHour });
  let preparing: string | null = 'opening the model';
  let schedule: Schedule | undefined;
  let engine: ServingEngine | null = null;

  const tell = (what: string) => {
    log.debug(what);
    if (preparing !== null) preparing = what;
  };
  const source = new SampleWorldSource({
    folder: join(root, 'sample-world'),
    stations,
    onProgress: tell,
  });

  return {
    clock,
    attempts: () => attemptsOf(ledger.records),
    status: () => ({
      clock: { kind: 'replay', secondsPerHour },
      dataset,
      jobs: schedule?.status() ?? [],
      preparing,
      engine,
    }),
    run: (signal) =>
      withForecaster({ openForecaster, log, root, dataset }, async (forecaster) => {
        engine = forecaster.engine;
        const forecasting = { observations, forecaster, dataset, clock };
        const verify = verifyJob({ ...stores, dataset });
        const ingest = sampleWorldIngestJob({ source, observations, dataset });
        const retain = retainJob({ runs: stores.runs, dataset, keepHours: KEPT_HOURS, log });
        if (signal.aborted) return;
        const own = new Schedule([ingest, forecastJob(forecasting), verify, retain], { ledger, clock, log });
        schedule = own;
        signal.addEventListener('abort', () => own.stop());

        log.info({ until: formatHour(clock.hour) }, 'preparing the sample world');
        // Without its weather there is no demo: a failure here ends the service, and says why.
        await ingest.run(clock.hour, signal);
        if (isNew) await own.beginAnew(clock.hour);
        await own.tick();
        preparing = null;
        log.info({ hours: HINDCAST_HOURS }, 'forecasting the hours before, for their scores');
        await hindcast(forecasting, { from: clock.hour - HINDCAST_HOURS, to: clock.hour + 1, signal, log });
        if (signal.aborted) return;
        await verify.run(clock.hour, signal);
        log.info({ from: formatHour(clock.hour), secondsPerHour }, 'the replay begins');
        await clock.run(() => own.tick(), signal);
        await own.stop();
      }),
  };
}

/** The newest hour that the store holds, if the replay has come so far. */
async function resumeAt(observations: ObservationStore): Promise<Hour> {
  return Math.max(REPLAY_START, (await observations.describe(DEMO_DATASET)).to - 1);
}
