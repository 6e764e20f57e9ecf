/** Archives of forecasts and observations that were never measured: a true weather, models that miss it each in its way, faults. */
import type { BlendOptions } from '../../../models/correction/blend-options.ts';
import { type Expert, type ExpertForecast, StationBlend } from '../../../models/correction/station-blend.ts';
import { QUANTILE_LEVELS } from '../../../src/domain/quantiles.ts';
import { seededRandom } from '../../../src/domain/random.ts';

export interface SimulatedModel {
  /** Standard deviation of its error. */
  error: number;
  /** Of each station. */
  bias?: number;
  /** From this day on its forecasts are `jump` more. */
  jumpDay?: number;
  jump?: number;
  /** From this day on, and until that one, it says nothing. */
  goneFrom?: number;
  goneTo?: number;
}

export interface SimulatedArchive {
  seed: string;
  days: number;
  stations: number;
  models: readonly SimulatedModel[];
  /** The sensor of station 0 says this from that day on. */
  broken?: { day: number; value: number };
  /** A wind speed: nothing is below zero. */
  wind?: boolean;
}

export interface ArchiveDay {
  experts: ExpertForecast[];
  observed: Float64Array;
}

export function simulate({ seed, days, stations, models, broken, wind }: SimulatedArchive): ArchiveDay[] {
  const random = seededRandom(seed);
  const weather = Array.from({ length: stations }, () => 5 + 2 * random.normal());
  const biases = models.map(({ bias = 0 }) => Array.from({ length: stations }, () => bias * random.normal()));
  const limit = (value: number) => (wind ? Math.max(0, value) : value);
  return Array.from({ length: days }, (_, day) => {
    for (let station = 0; station < stations; station++) {
      weather[station] = 5 + 0.8 * (weather[station] - 5) + 2 * random.normal();
    }
    const observed = Float64Array.from(weather, limit);
    const experts = models.map(({ error, jumpDay, jump = 0, goneFrom, goneTo = Number.POSITIVE_INFINITY }, model) => {
      const isGone = goneFrom !== undefined && day >= goneFrom && day < goneTo;
      const shift = jumpDay !== undefined && day >= jumpDay ? jump : 0;
      const values = Float64Array.from(weather, (truth, station) => {
        const value = limit(truth + shift + biases[model][station] + error * random.normal());
        return isGone ? Number.NaN : value;
      });
      return { values };
    });
    if (broken && day >= broken.day) observed[0] = broken.value;
    return { experts, observed };
  });
}

export interface Judged {
  /** The mean of twice the pinball loss over the levels, over all days from `fromDay` on. */
  crps: number;
  pairs: number;
  /** Whether anything was said that no forecast may be. */
  faults: string[];
}

/** Each day is forecast from the days before it, with these of its models. */
export function judge(
  archive: readonly ArchiveDay[],
  options: BlendOptions,
  { models, fromDay = 0, skip = -1 }: { models: readonly number[]; fromDay?: number; skip?: number },
): Judged {
  const experts: Expert[] = models.map(() => ({ hasQuantiles: false }));
  const blend = new StationBlend(archive[0].observed.length, experts, options);
  const judged: Judged = { crps: 0, pairs: 0, faults: [] };
  archive.forEach((day, index) => {
    const said = models.map((model) => day.experts[model]);
    const issued = blend.forecast({ experts: said, bin: 0 });
    const isSaid = (station: number) => said.some(({ values }) => Number.isFinite(values[station]));
    for (let station = 0; station < day.observed.length; station++) {
      const levels = issued.quantiles.map((level) => level[station]);
      const all = [issued.values[station], ...levels];
      if (isSaid(station) && !all.every(Number.isFinite)) judged.faults.push(`day ${index}: no number`);
      if (levels.some((value, level) => value < (levels[level - 1] ?? value)))
        judged.faults.push(`day ${index}: crossing`);
      if (all.some((value) => value < options.floor)) judged.faults.push(`day ${index}: below the floor`);
      if (index < fromDay || station === skip || !isSaid(station)) continue;
      judged.pairs++;
      QUANTILE_LEVELS.forEach((p, level) => {
        const above = day.observed[station] - levels[level];
        judged.crps += ((2 * above) / QUANTILE_LEVELS.length) * (p - (above < 0 ? 1 : 0));
      });
    }
    blend.learn({ experts: said, observed: day.observed, bin: 0, days: 1, issued });
  });
  judged.crps /= judged.pairs;
  return judged;
}
