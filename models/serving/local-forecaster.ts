/** Makes runs, and forecasts of series that are in no store, in this thread. */

import { Bell } from '../../src/domain/bell.ts';
import type { Series } from '../../src/domain/series.ts';
import { KernelcastError } from '../../src/errors.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { PartStore } from '../../src/store/runs/parts.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { forecastPart, forecastRun } from './forecast-run.ts';
import type { Forecaster } from './forecaster.ts';
import type { WorkerSettings } from './messages.ts';
import { openForecastModels } from './registry.ts';

export async function openLocalForecaster({ root, network, threads }: WorkerSettings): Promise<Forecaster> {
  const models = await openForecastModels({ network, threads, warm: true });
  const parts = new PartStore(root);
  const stores = { observations: new ObservationStore(root), runs: new RunStore(root) };
  const pasts = readOnce(stores.observations);
  const bells = new Set<Bell>();
  const partArrived = () => {
    for (const bell of bells) bell.ring();
  };
  return {
    engine: models[0].engine,
    models: models.map(({ id, name, kind, weightsSha256 }) => ({ id, name, kind, weightsSha256 })),
    run: ({ dataset, init, now, cut }) => {
      const bell = new Bell();
      bells.add(bell);
      const shards = cut && { parts, cut, arrival: (mostMs: number) => bell.wait(mostMs) };
      const run = forecastRun({ ...stores, models, dataset, init, shards, clock: { now: () => now } });
      return run.finally(() => bells.delete(bell));
    },
    async part({ dataset, init, shard }) {
      await forecastPart({ observations: pasts, models, parts, dataset, init, shard });
      partArrived();
      return undefined;
    },
    partArrived,
    async predict({ model: id, observations, init }) {
      const model = models.find((candidate) => candidate.id === id);
      if (model) return model.forecast({ observations, init });
      const known = models.map((candidate) => candidate.id).join(', ');
      throw new KernelcastError('NOT_FOUND', `there is no model '${id.slice(0, 64)}'`, {
        where: { parameter: 'model' },
        hint: `Models: ${known}.`,
      });
    },
    close: () => models[0].close(),
  };
}

/** Keeps what was read last: the shards of a run, one after the other, are computed from the same hours. */
function readOnce(observations: ObservationStore): Pick<ObservationStore, 'describe' | 'read'> {
  let last: { key: string; series: Series } | undefined;
  return {
    describe: (dataset) => observations.describe(dataset),
    async read(dataset, from, to) {
      const { identity } = await observations.stamp(dataset);
      const key = `${dataset} ${from} ${to} ${identity}`;
      if (last?.key !== key) last = { key, series: await observations.read(dataset, from, to) };
      return last.series;
    },
  };
}
