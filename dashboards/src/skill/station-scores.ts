/** How good the forecasts were at each station, from the scores that the API gives by station. Pure. */
import type { Verification } from '../api/contracts.ts';

export interface StationScore {
  id: string;
  /** °C or m/s. */
  mae: number;
  /** Against persistence; null where there is nothing to compare with. */
  skill: number | null;
}

/** @param model whose scores; stations without a pair of forecast and observation are left out */
export function stationScores({ models }: Verification, model: string, variable: string): StationScore[] {
  const scoresOf = (id: string) => models.find((candidate) => candidate.model === id)?.variables[variable]?.by_station;
  const own = scoresOf(model);
  if (!own) return [];
  const reference = scoresOf('persistence');
  const references = new Map(reference?.station.map((id, index) => [id, reference.mse[index]]));
  return own.station.flatMap((id, index) => {
    const [mae, mse] = [own.mae[index], own.mse[index]];
    const persisted = references.get(id);
    if (mae === null || own.count[index] === 0) return [];
    return [{ id, mae, skill: mse === null || !persisted ? null : 1 - mse / persisted }];
  });
}

/** At most `limit` of the ids, spread evenly over all of them. */
export function spread(ids: readonly string[], limit: number): string[] {
  const every = Math.max(1, ids.length / limit);
  return Array.from({ length: Math.min(limit, ids.length) }, (_, index) => ids[Math.floor(index * every)]);
}
