/** A dataset of real observations: each hour the files that have come in, a run when there is something new, the scores. */
import type { ServingEngine } from '../src/api/context.ts';
import { systemClock } from '../src/domain/clock.ts';
import type { Station } from '../src/domain/station.ts';
import { hourOf } from '../src/domain/time.ts';
import { forecastJob } from './forecast.ts';
import { inboxIngestJob } from './ingest.ts';
import { withForecaster } from './opened-forecaster.ts';
import { everyHour, Schedule } from './schedule.ts';
import { verifyJob } from './verify.ts';
import type { Work, WorkOptions } from './work.ts';

export interface LiveOptions extends WorkOptions {
  dataset: string;
  /** A folder whose new files are ingested each hour; without one, the dataset must be there. */
  inbox?: string;
  /** Where to sample grids of the inbox. */
  stations?: readonly Station[];
}

/** @throws KernelcastError `NOT_FOUND` naming the datasets that there are */
export async function live(options: LiveOptions): Promise<Work> {
  const { stores, ledger, openForecaster, log, dataset, inbox, stations } = options;
  const { observations } = stores;
  if (inbox === undefined) await observations.describe(dataset);
  const clock = systemClock;
  let preparing: string | null = 'opening the model';
  let schedule: Schedule | undefined;
  let engine: ServingEngine | null = null;
  let nextAt: () => string | null = () => null;

  return {
    clock,
    status: () => ({ clock: { kind: 'system' }, dataset, jobs: schedule?.status(nextAt()) ?? [], preparing, engine }),
    run: (signal) =>
      withForecaster({ openForecaster, log }, async (forecaster) => {
        engine = forecaster.engine;
        schedule = new Schedule(
          [
            ...(inbox === undefined ? [] : [inboxIngestJob({ inbox, stations, observations, dataset })]),
            forecastJob({ observations, forecaster, dataset, clock }),
            verifyJob({ ...stores, dataset }),
          ],
          { ledger, log },
        );
        const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        signal.addEventListener('abort', () => schedule?.stop());
        preparing = 'forecasting';
        await schedule.tick(hourOf(clock.now()));
        preparing = null;
        const hourly = everyHour((slot) => schedule!.tick(slot), { clock, log });
        nextAt = hourly.nextAt;
        if (!signal.aborted) await stopped;
        await hourly.stop();
        await schedule.stop();
      }),
  };
}
