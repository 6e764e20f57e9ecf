/** A store of made-up weather for the benchmark: three days of observations at many stations, and runs as they are asked for. */
import { seededRandom } from '../../../src/domain/random.ts';
import { observedVariable, type Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import type { Hour } from '../../../src/domain/time.ts';
import { ModelStore } from '../../../src/store/models/models.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';

export const DATASET = 'bench';
export const STATIONS = 1000;
/** 2025-02-20T00:00Z */
export const INIT: Hour = Date.UTC(2025, 1, 20) / 3_600_000;
const MODELS = ['network', 'persistence'];

export function openStore(root: string) {
  return {
    observations: new ObservationStore(root),
    runs: new RunStore(root),
    scores: new ScoreStore(root),
    models: new ModelStore([{ root, folder: 'models' }]),
  };
}
type Stores = ReturnType<typeof openStore>;

const random = seededRandom('bench api');
const stations = Array.from({ length: STATIONS }, (_, index): Station => {
  const latitude = (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI;
  const position = { latitude, longitude: random.uniform() * 360 - 180, elevation: 10 };
  return { id: `s${index}`, name: `Station ${index}`, country: '', ...position };
});

/** Every value tells the hour of its run, so that an answer from two runs would show. */
function series(from: Hour, hours: number, mark: number): Series {
  const size = hours * STATIONS;
  const values = (base: number) => observedVariable(new Float32Array(size).fill(base));
  return {
    stations,
    from,
    hours,
    variables: {
      temperature_2m: values(mark),
      wind_u_component_10m: values(3),
      wind_v_component_10m: values(4),
    },
  };
}

export async function fillStore(root: string): Promise<void> {
  const stores = openStore(root);
  await stores.observations.merge(DATASET, series(INIT - 71, 72, 0), { source: 'bench' });
  await publishRun(stores, INIT);
}

/** The temperature of a run's forecasts, degC. */
export function markOf(init: Hour): number {
  return init - INIT;
}

export async function publishRun({ runs }: Stores, init: Hour): Promise<void> {
  const models = MODELS.map((id, index) => {
    return { id, name: id, kind: index === 0 ? ('network' as const) : ('baseline' as const), weightsSha256: null };
  });
  const createdAt = new Date((init + 0.1) * 3_600_000).toISOString();
  const run = { dataset: DATASET, init, leadHours: 24, createdAt, models };
  await runs.publish(run, new Map(MODELS.map((id) => [id, series(init + 1, 24, markOf(init))])));
}
