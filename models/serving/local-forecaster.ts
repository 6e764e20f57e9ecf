/** Makes runs in this thread. */
import { ObservationStore } from '../../src/store/observations.ts';
import { RunStore } from '../../src/store/runs.ts';
import { forecastRun } from '../forecast-run.ts';
import { openForecastModels } from '../registry.ts';
import type { Forecaster } from './forecaster.ts';
import type { WorkerSettings } from './messages.ts';

export async function openLocalForecaster({ root, network, threads }: WorkerSettings): Promise<Forecaster> {
  const models = await openForecastModels({ network, threads, warm: true });
  const stores = { observations: new ObservationStore(root), runs: new RunStore(root) };
  return {
    engine: models[0].engine,
    models: models.map(({ id, name, kind, weightsSha256 }) => ({ id, name, kind, weightsSha256 })),
    run: ({ dataset, init, now }) => forecastRun({ ...stores, models, dataset, init, clock: { now: () => now } }),
    close: () => models[0].close(),
  };
}
