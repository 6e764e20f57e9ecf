/**
 * The forecasts that a file holds: their reference times, the times each is for, and the members of an ensemble. One of them is then read
 * by its reference time and member:
 *
 *     const found = await forecastsIn('gfs.grib2');                         // undefined for analyses and observations
 *     for (const { reference } of found!.runs) {
 *       for await (const block of readFile('gfs.grib2', { stations, reference, member: found!.members[0] })) ...   // hourly
 *     }
 */
import { VARIABLE_NAMES } from '../../src/domain/variables.ts';
import { candidatesFor, type VariableMap } from '../cf/find-variables.ts';
import { framesOf } from '../cf/frames.ts';
import { isMemberDimension } from '../cf/time-roles.ts';
import { openDataFile } from '../formats/open.ts';
import type { Fetch } from '../formats/zarr/http-store.ts';
import { labelsOf } from './framed-file.ts';

export interface ForecastRun {
  /** Unix time in milliseconds that the forecast was made from. */
  reference: number;
  /** The times it is for, ascending. */
  times: Float64Array;
}

export interface Forecasts {
  /** In order of their reference times. */
  runs: readonly ForecastRun[];
  /** The members of an ensemble, as the file names them; empty where there is none. */
  members: readonly string[];
}

/** @throws KernelcastError as `openDataFile` does; `CONVENTIONS` where the times of a variable that is read contradict one another */
export async function forecastsIn(
  path: string,
  { map = {}, fetch }: { map?: VariableMap; fetch?: Fetch } = {},
): Promise<Forecasts | undefined> {
  const data = await openDataFile(path, { fetch });
  try {
    const timesOf = new Map<number, Set<number>>();
    const members = new Set<string>();
    const wanted = VARIABLE_NAMES.flatMap((name) => {
      const mapped = map[name];
      return mapped === undefined ? candidatesFor(data, name) : [data.variables.get(mapped) ?? []].flat();
    });
    for (const variable of wanted) {
      const frames = await framesOf(data, variable);
      if (!frames) continue;
      for (const [frame, reference] of frames.references.entries()) {
        if (Number.isNaN(reference + frames.times[frame])) continue;
        const times = timesOf.get(reference) ?? new Set<number>();
        timesOf.set(reference, times.add(frames.times[frame]));
      }
      for (const [axis, dimension] of variable.dimensions.entries()) {
        if (!isMemberDimension(dimension, data.variables.get(dimension))) continue;
        for (const label of await labelsOf(data, dimension, variable.shape[axis])) members.add(label);
      }
    }
    const runs = [...timesOf.entries()]
      .sort(([a], [b]) => a - b)
      .map(([reference, times]) => ({ reference, times: Float64Array.from(times).sort() }));
    return runs.length === 0 ? undefined : { runs, members: [...members] };
  } finally {
    await data.close();
  }
}
