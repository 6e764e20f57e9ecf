/** The job that forecasts: a run from the newest observations of the slot, if they have none yet. And runs of hours that have passed. */
import type { Forecaster } from '../models/serving/forecaster.ts';
import type { Clock } from '../src/domain/clock.ts';
import { formatHour, type Hour } from '../src/domain/time.ts';
import type { Log } from '../src/log.ts';
import type { ObservationStore } from '../src/store/observations/observations.ts';
import { observationsLag } from './schedule/job-metrics.ts';
import { POLICIES } from './schedule/policies.ts';
import type { Job } from './schedule/schedule.ts';

export interface ForecastJobOptions {
  forecaster: Pick<Forecaster, 'run'>;
  observations: ObservationStore;
  dataset: string;
  clock: Clock;
}

export function forecastJob(options: ForecastJobOptions): Job {
  return {
    policy: POLICIES.forecast,
    async run(slot) {
      const { forecaster, observations, dataset, clock } = options;
      if (!(await hasData(options))) return;
      const { to } = await observations.describe(dataset);
      observationsLag.set({ dataset }, clock.now() / 1000 - (to - 1) * 3600);
      await forecaster.run({ dataset, init: Math.min(slot, to - 1), now: clock.now() });
    },
  };
}

/**
 * Runs of the initialisation times [from, to), oldest first, each from what was known then. A run that is there is left
 * alone; between two runs the signal is heard.
 */
export async function hindcast(
  { forecaster, dataset, clock }: ForecastJobOptions,
  { from, to, signal, log }: { from: Hour; to: Hour; signal: AbortSignal; log: Log },
): Promise<void> {
  for (let init = from; init < to && !signal.aborted; init++) {
    const { outcome } = await forecaster.run({ dataset, init, now: clock.now() });
    if (outcome === 'published') log.debug({ init: formatHour(init) }, 'hindcast');
  }
}

/** A dataset comes into being with its first observations. */
export async function hasData({
  observations,
  dataset,
}: Pick<ForecastJobOptions, 'observations' | 'dataset'>): Promise<boolean> {
  return (await observations.list()).includes(dataset);
}
