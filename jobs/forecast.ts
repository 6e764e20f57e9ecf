/** The job that forecasts: a run from the newest observations, if they have none yet. And runs of hours that have passed. */
import { type ForecastRunOptions, forecastRun } from '../models/forecast-run.ts';
import { formatHour, type Hour } from '../src/domain/time.ts';
import type { Log } from '../src/log.ts';
import type { Job } from './schedule.ts';

export type ForecastJobOptions = Omit<ForecastRunOptions, 'init'>;

export function forecastJob(options: ForecastJobOptions): Job {
  return {
    name: 'forecast',
    async run() {
      if (await hasData(options)) await forecastRun(options);
    },
  };
}

/**
 * Runs of the initialisation times [from, to), oldest first, each from what was known then. A run that is there is left
 * alone; between two runs the signal is heard.
 */
export async function hindcast(
  options: ForecastJobOptions,
  { from, to, signal, log }: { from: Hour; to: Hour; signal: AbortSignal; log: Log },
): Promise<void> {
  for (let init = from; init < to && !signal.aborted; init++) {
    const { outcome } = await forecastRun({ ...options, init });
    if (outcome === 'published') log.debug({ init: formatHour(init) }, 'hindcast');
  }
}

/** A dataset comes into being with its first observations. */
export async function hasData({
  observations,
  dataset,
}: Pick<ForecastRunOptions, 'observations' | 'dataset'>): Promise<boolean> {
  return (await observations.list()).includes(dataset);
}
