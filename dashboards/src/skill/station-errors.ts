/** How far a run was off at each station, from its values and what has been observed since. Pure. */
import type { ObservedPlace, RunValues } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';

export interface StationError {
  id: string;
  /** °C or m/s. */
  mae: number;
  /** Pairs of forecast and observation. */
  count: number;
}

/** Stations without a pair are left out. */
export function stationErrors(values: RunValues, observed: readonly ObservedPlace[], variable: string): StationError[] {
  const column = new Map(values.stations.map((id, index) => [id, index]));
  const lead = new Map(values.time.map((time, index) => [parseInstant(time), index]));
  return observed.flatMap(({ station, hourly }) => {
    const at = column.get(station.id);
    if (at === undefined) return [];
    let [sum, count] = [0, 0];
    hourly.time.forEach((time, hour) => {
      const was = hourly[variable]?.[hour];
      const said = values.hourly[variable]?.[lead.get(parseInstant(time)) ?? -1]?.[at];
      if (typeof was !== 'number' || typeof said !== 'number') return;
      sum += Math.abs(said - was);
      count++;
    });
    return count === 0 ? [] : [{ id: station.id, mae: sum / count, count }];
  });
}

/** At most `limit` of the ids, spread evenly over all of them. */
export function spread(ids: readonly string[], limit: number): string[] {
  const every = Math.max(1, ids.length / limit);
  return Array.from({ length: Math.min(limit, ids.length) }, (_, index) => ids[Math.floor(index * every)]);
}
