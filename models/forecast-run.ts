/** One run: every model forecasts from the same observations, and the forecasts are published together. */

import type { Clock } from '../src/domain/clock.ts';
import { sliceSeries } from '../src/domain/series.ts';
import { formatHour, type Hour } from '../src/domain/time.ts';
import { KernelcastError } from '../src/errors.ts';
import type { ObservationStore } from '../src/store/observations.ts';
import type { RunStore } from '../src/store/runs.ts';
import { type ForecastModel, INPUT_HOURS, LEAD_HOURS } from './forecast-model.ts';

export interface ForecastRunOptions {
  observations: ObservationStore;
  runs: RunStore;
  /** The first is the run's default model. */
  models: readonly ForecastModel[];
  dataset: string;
  /** The last hour that may be used; by default the newest of the dataset. */
  init?: Hour;
  clock: Clock;
}

/**
 * @returns the init, and whether this call published the run or found it there already (then nothing is computed).
 * @throws KernelcastError `TOO_LITTLE_DATA` when the dataset has not the 48 hours up to `init`.
 */
export async function forecastRun(
  options: ForecastRunOptions,
): Promise<{ init: Hour; outcome: 'published' | 'exists' }> {
  const { observations, runs, models, dataset, clock } = options;
  const { from, to } = await observations.describe(dataset);
  const init = options.init ?? to - 1;
  if (init >= to || init - INPUT_HOURS + 1 < from) {
    throw new KernelcastError(
      'TOO_LITTLE_DATA',
      `dataset '${dataset}' has not the ${INPUT_HOURS} hours up to ${formatHour(init)}`,
      {
        where: { dataset, from: formatHour(from), through: formatHour(to - 1) },
        hint: `Choose a time from ${formatHour(from + INPUT_HOURS - 1)} to ${formatHour(to - 1)}, or ingest more data.`,
      },
    );
  }
  if ((await runs.list(dataset)).includes(init)) return { init, outcome: 'exists' };

  const longest = Math.max(...models.map((model) => model.historyHours));
  const past = await observations.read(dataset, Math.max(from, init + 1 - longest), init + 1);
  const forecasts = new Map(
    await Promise.all(
      models.map(async (model) => {
        const history = sliceSeries(past, Math.max(past.from, init + 1 - model.historyHours), init + 1);
        return [model.id, await model.forecast({ observations: history, init })] as const;
      }),
    ),
  );
  const outcome = await runs.publish(
    {
      dataset,
      init,
      leadHours: LEAD_HOURS,
      createdAt: new Date(clock.now()).toISOString(),
      models: models.map(({ id, name, kind, weightsSha256 }) => ({ id, name, kind, weightsSha256 })),
    },
    forecasts,
  );
  return { init, outcome };
}
