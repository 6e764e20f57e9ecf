/** One run: every model forecasts from the same observations, and the forecasts are published together. */

import type { Clock } from '../../src/domain/clock.ts';
import { type Series, viewSeries } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { ObservationStore } from '../../src/store/observations/observations.ts';
import { type Cut, type PartStore, type Shard, tableOf } from '../../src/store/runs/parts.ts';
import type { RunStore } from '../../src/store/runs/runs.ts';
import { type ForecastModel, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';

export interface ForecastRunOptions {
  observations: ObservationStore;
  runs: RunStore;
  /** The first is the run's default model. */
  models: readonly ForecastModel[];
  dataset: string;
  /** The last hour that may be used; by default the newest of the dataset. */
  init?: Hour;
  clock: Clock;
  /** The default model's forecast is computed elsewhere, in shards, which are waited for and put together here. */
  shards?: ShardsOfRun;
}

interface ShardsOfRun {
  parts: PartStore;
  cut: Cut;
  /** Resolves when a shard may have come, after so many milliseconds at the latest. */
  arrival: (mostMs: number) => Promise<void>;
}

/** What a shard needs of the options of its run. */
export type ForecastPartOptions = Pick<ForecastRunOptions, 'models' | 'dataset'> & {
  observations: Pick<ObservationStore, 'describe' | 'read'>;
  parts: PartStore;
  init: Hour;
  shard: Shard & Cut;
};

/**
 * @returns the init, and whether this call published the run or found it there already (then nothing is computed).
 * @throws KernelcastError `TOO_LITTLE_DATA` when the dataset has not the 48 hours up to `init`; `NOT_READY` when its stations
 * are others than those that the shards were cut from
 */
export async function forecastRun(
  options: ForecastRunOptions,
): Promise<{ init: Hour; outcome: 'published' | 'exists' }> {
  const { observations, runs, models, dataset, clock } = options;
  const { from, init } = await checkInit(observations, dataset, options.init);
  if ((await runs.list(dataset)).includes(init)) return { init, outcome: 'exists' };

  const longest = Math.max(...models.map((model) => model.historyHours));
  const past = await observations.read(dataset, Math.max(from, init + 1 - longest), init + 1);
  const forecasts = new Map(
    models.map((model, index) => {
      if (index === 0 && options.shards) return [model.id, joinParts(options.shards, model, past, options)];
      const history = viewSeries(past, Math.max(past.from, init + 1 - model.historyHours), init + 1);
      return [model.id, model.forecast({ observations: history, init })];
    }),
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

/**
 * Computes a shard of the default model's forecast, and lays it down for `forecastRun` to put together.
 * @throws KernelcastError `TOO_LITTLE_DATA`, `NOT_READY` as `forecastRun` does
 */
export async function forecastPart(options: ForecastPartOptions): Promise<void> {
  const { observations, models, dataset, parts, shard } = options;
  const { from, init } = await checkInit(observations, dataset, options.init);
  const [model] = models;
  if ((await parts.list(dataset, init, model.id, shard)).has(shard.index)) return;
  const past = await observations.read(dataset, Math.max(from, init + 1 - model.historyHours), init + 1);
  requireTable(past.stations, shard, { dataset, init });
  await parts.publish(dataset, init, model.id, shard, await model.forecast({ observations: past, init, shard }));
}

/** So long a run waits for its shards; then nobody can be at them any more. */
const LONGEST_WAIT_MS = 3_600_000;
/** Whoever lays a shard down says so; what was not heard is found by looking. */
const LOOK_MS = 10_000;

/** Other models forecast while this one waits. */
async function joinParts(
  { parts, cut, arrival }: ShardsOfRun,
  { id }: ForecastModel,
  { stations, from, hours }: Series,
  { dataset, observations }: ForecastRunOptions,
): Promise<Series> {
  const init = from + hours - 1;
  requireTable(stations, cut, { dataset, init });
  const deadline = performance.now() + LONGEST_WAIT_MS;
  const wait = async () => {
    if (performance.now() > deadline) {
      throw new KernelcastError('NOT_READY', 'a shard of the forecast is missing', {
        where: { dataset, run: formatHour(init) },
        hint: 'Shards are computed by the workers of the cluster; look at their logs.',
      });
    }
    await arrival(LOOK_MS);
    // Nobody computes shards of stations that are not the dataset's any more.
    requireTable((await observations.describe(dataset)).stations, cut, { dataset, init });
  };
  return parts.join(dataset, init, id, { count: cut.count, stations, hours: LEAD_HOURS, wait });
}

/** Shards of another table of stations would put values at the wrong ones. */
function requireTable(
  stations: readonly Station[],
  cut: Cut,
  { dataset, init }: { dataset: string; init: Hour },
): void {
  if (tableOf(stations) === cut.table) return;
  throw new KernelcastError('NOT_READY', 'the stations of the dataset have changed since the forecast was cut', {
    where: { dataset, run: formatHour(init) },
    hint: 'The forecast is made anew, of the stations that there are now.',
  });
}

async function checkInit(
  observations: Pick<ObservationStore, 'describe'>,
  dataset: string,
  given: Hour | undefined,
): Promise<{ from: Hour; init: Hour }> {
  const { from, to } = await observations.describe(dataset);
  const init = given ?? to - 1;
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
  return { from, init };
}
