/** One forecast in a process of its own, so that its peak memory is its own: `child.ts ROOT MODEL STATIONS THREADS`. */
import { join } from 'node:path';
import type { ForecastModel } from '../../../models/forecast-model.ts';
import { forecastRun } from '../../../models/serving/forecast-run.ts';
import { openForecastModels } from '../../../models/serving/registry.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { DATASET } from './dataset.ts';
import { referenceConfig } from './reference-graphs.ts';
import { referenceModel } from './reference-model.ts';

const [root, model, stations, threads] = process.argv.slice(2);

async function openModels(): Promise<ForecastModel[]> {
  if (model === 'default') return openForecastModels({ threads: Number(threads) });
  return [referenceModel(join(root, 'reference-s'), referenceConfig(Number(stations)), Number(threads))];
}

const [start, cpu] = [performance.now(), process.cpuUsage()];
const models = await openModels();
const [observations, runs] = [new ObservationStore(root), new RunStore(root)];
const { init, outcome } = await forecastRun({ observations, runs, models, dataset: DATASET, clock: systemClock });
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
if (outcome !== 'published') throw new Error(`the run was ${outcome}`);
const peakRssGB = (process.resourceUsage().maxRSS * 1024) / 1e9;

const { variables } = await runs.read(DATASET, init, models[0].id);
const values = Object.values(variables).flatMap((variable) => [...variable.values.subarray(0, 1000)]);
if (!values.every(Number.isFinite)) throw new Error('the forecast has values that are no number');
process.stdout.write(
  JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakRssGB, models: models.map(({ id }) => id) }),
);
