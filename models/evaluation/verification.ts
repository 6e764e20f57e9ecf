/** Verification: past runs against what was observed since. A run is scored once, when all of its hours have passed. */
import { alignStations } from '../../src/domain/align-stations.ts';
import { type ScoreRow, scoreForecast } from '../../src/domain/scoring.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { ObservationStore } from '../../src/store/observations/observations.ts';
import type { RunStore } from '../../src/store/runs/runs.ts';
import type { ScoreStore } from '../../src/store/scores/scores.ts';

export interface VerifyOptions {
  observations: ObservationStore;
  runs: RunStore;
  scores: ScoreStore;
  dataset: string;
}

/** @returns the inits that were scored by this call, oldest first. */
export async function verifyRuns({ observations, runs, scores, dataset }: VerifyOptions): Promise<Hour[]> {
  const { to } = await observations.describe(dataset);
  const scored = new Set(await scores.list(dataset));
  const done: Hour[] = [];
  for (const init of await runs.list(dataset)) {
    if (scored.has(init)) continue;
    const run = await runs.describe(dataset, init);
    const end = init + 1 + run.leadHours;
    if (end > to) continue;
    const observed = await observations.read(dataset, init + 1, end);
    const rows: ScoreRow[] = [];
    for (const model of run.models) {
      const forecast = await runs.read(dataset, init, model.id);
      // The dataset may have got stations since.
      rows.push(...scoreForecast(model.id, forecast, alignStations(observed, forecast.stations)));
    }
    await scores.publish(dataset, init, rows);
    done.push(init);
  }
  return done;
}
