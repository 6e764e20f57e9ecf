/**
 * The errors of past runs at some stations. The score store has sums over all stations; these are made of the runs themselves and
 * of what was observed since, as far as both are still there.
 */
import { alignStations } from '../../domain/align-stations.ts';
import { type ScoreRow, scoreForecast } from '../../domain/scoring.ts';
import { type Series, viewSeries } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import type { VariableName } from '../../domain/variables.ts';
import type { Run, RunStore } from '../../store/runs/runs.ts';
import { ifThere } from '../answers/if-there.ts';
import { StaleBasis } from '../answers/stale-basis.ts';
import type { ModelScore } from '../schemas/verification.ts';
import { scoresByStation, summarize } from './verification-summary.ts';

/** The newest of some runs whose hours have all been observed, oldest first. @param to the hour after the last observed one */
export async function pastRuns(
  runs: RunStore,
  dataset: string,
  inits: readonly Hour[],
  to: Hour,
  most: number,
): Promise<Run[]> {
  const found: Run[] = [];
  for (const init of inits.toReversed()) {
    if (found.length === most) break;
    const run = await ifThere(runs.describe(dataset, init));
    if (run && init + run.leadHours < to) found.unshift(run);
  }
  return found;
}

/**
 * @param past the runs to be judged
 * @param observed their hours, at these stations at least
 * @throws StaleBasis where one of the runs is gone
 */
export async function scoreStations(
  runs: RunStore,
  past: readonly Run[],
  observed: Series,
  stations: readonly Station[],
): Promise<ModelScore[]> {
  const rows: ScoreRow[] = [];
  const byStation = new Map<string, Map<VariableName, Float64Array>>();
  const truth = alignStations(observed, stations);
  for (const { dataset, init, leadHours, models } of past) {
    const hours = viewSeries(truth, init + 1, init + 1 + leadHours);
    for (const { id } of models) {
      const forecast = await ifThere(runs.read(dataset, init, id));
      // It was tidied away.
      if (!forecast) throw new StaleBasis();
      const sums = byStation.get(id) ?? new Map<VariableName, Float64Array>();
      byStation.set(id, sums);
      rows.push(...scoreForecast(id, alignStations(forecast, stations), hours, sums));
    }
  }
  const ids = stations.map(({ id }) => id);
  return summarize([rows]).map((score) => ({
    ...score,
    variables: Object.fromEntries(
      Object.entries(score.variables).map(([variable, each]) => {
        const sums = byStation.get(score.model)!.get(variable as VariableName)!;
        return [variable, { ...each, by_station: scoresByStation(ids, sums) }];
      }),
    ),
  }));
}
