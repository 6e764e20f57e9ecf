/**
 * Forecasts of many models with what was observed (`PairedForecasts`), judged sequentially: what is said of a valid time is learned from
 * the times alone that were observed when the forecasts were made, that is from those at least the lead time before it.
 *
 * `best` is the blend of all models, each corrected, with two that need no numerical model: the last observation of the
 * station that was known, and the mean of its last weeks.
 */
import type { PairedForecasts } from '../../src/domain/paired-forecasts.ts';
import type { Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type BlendOptions, DAILY } from '../correction/blend-options.ts';
import { NORMAL_QUANTILES, normalCrps, WIDTH_80 } from '../correction/normal.ts';
import { type ExpertForecast, type IssuedForecast, StationBlend } from '../correction/station-blend.ts';

export interface SequentialPairsOptions {
  pairs: PairedForecasts;
  /** From init to valid time. */
  leadHours: number;
  /** First and last (exclusive) valid time that is scored. */
  from: Hour;
  to: Hour;
  options?: BlendOptions;
}

export interface PairScores {
  name: string;
  count: number;
  mse: number;
  mae: number;
  /** Of the normal distribution through mean and [p10, p90], in closed form; of a single value its absolute error. */
  crps: number;
  /** The share of observations within [p10, p90]; NaN for a single value. */
  coverage80: number;
}

const HOURS_PER_DAY = 24;
/** Days after which an observation weighs 1/e in the mean of a station's last weeks, and how far it looks back. */
const CLIMATE_MEMORY = 8;
const CLIMATE_DAYS = 20;
/** So old the last observation may be, beyond the lead time, in days. */
const OLDEST_DAYS = 4;
/** An observation further than this from the mean of all models is taken to be broken by what looks at observations alone. */
const GROSS_ERROR = 25;
const LEAST_SPREAD = 1e-6;

/** @throws KernelcastError `TOO_LITTLE_DATA` where there is nothing to score in the span */
export function sequentialPairs(given: SequentialPairsOptions): PairScores[] {
  const { pairs, leadHours, from, to } = given;
  const known = credible(pairs);
  const inputs = pairs.times.map((time) => [...modelsAt(pairs, time), ...baselinesAt(pairs, known, time, leadHours)]);
  const count = pairs.models.length;
  const scored = pairs.times.flatMap((time, index) => (time >= from && time < to ? [index] : []));
  if (scored.length === 0) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'no valid time lies in the span', {
      where: { times: pairs.times.length },
      hint: 'Give another --from and --to.',
    });
  }
  const raw = (name: string, value: (time: number, station: number) => number) =>
    score(pairs, scored, name, (time, station) => ({ mean: value(time, station) }));
  const blended = (name: string, experts: readonly number[]) => {
    const issued = issueAll(given, inputs, experts);
    return score(pairs, scored, name, (time, station) => {
      const { values, quantiles } = issued[time];
      const [low, high] = [quantiles[0][station], quantiles[NORMAL_QUANTILES.length - 1][station]];
      return { mean: values[station], low, high };
    });
  };
  return [
    raw('mean of the models', (time, station) => meanOf(inputs[time].slice(0, count), station)),
    ...pairs.models.map((name, model) => raw(name, (time, station) => inputs[time][model].values[station])),
    ...pairs.models.map((name, model) => blended(`${name}, corrected`, [model])),
    blended('all corrected and blended', [...pairs.models.keys()]),
    blended('best: with the station’s own past', [...inputs[0].keys()]),
  ];
}

/** The blend's forecast of every valid time. */
function issueAll(
  { pairs, leadHours, options = DAILY }: SequentialPairsOptions,
  inputs: readonly (readonly ExpertForecast[])[],
  experts: readonly number[],
): IssuedForecast[] {
  const { stations, times, observed } = pairs;
  const blend = new StationBlend(
    stations.length,
    experts.map(() => ({ hasQuantiles: false })),
    options,
  );
  const pick = (time: number) => experts.map((expert) => inputs[time][expert]);
  const issued: IssuedForecast[] = [];
  let learned = 0;
  times.forEach((valid, time) => {
    for (; times[learned] <= valid - leadHours; learned++) {
      const truth = rowOf(observed, learned, stations.length);
      blend.learn({ experts: pick(learned), observed: truth, bin: 0, days: 1, issued: issued[learned] });
    }
    issued.push(blend.forecast({ experts: pick(time), bin: 0 }));
  });
  return issued;
}

function modelsAt({ forecasts, stations, times }: PairedForecasts, time: Hour): ExpertForecast[] {
  const row = times.indexOf(time);
  return forecasts.map((values) => ({ values: rowOf(values, row, stations.length) }));
}

/** The last observation, and the mean of the last weeks, of each station, as known `leadHours` before the time. */
function baselinesAt(pairs: PairedForecasts, known: Float64Array, time: Hour, leadHours: number): ExpertForecast[] {
  const { stations, times } = pairs;
  const last = new Float64Array(stations.length).fill(Number.NaN);
  const climate = new Float64Array(stations.length).fill(Number.NaN);
  for (let station = 0; station < stations.length; station++) {
    let sum = 0;
    let weight = 0;
    for (let row = times.length - 1; row >= 0; row--) {
      const age = (time - times[row]) / HOURS_PER_DAY;
      const value = known[row * stations.length + station];
      // The same hour of the day, not after the init.
      if (times[row] > time - leadHours || age > CLIMATE_DAYS || age % 1 !== 0 || Number.isNaN(value)) continue;
      if (Number.isNaN(last[station]) && age < leadHours / HOURS_PER_DAY + OLDEST_DAYS) last[station] = value;
      sum += value * Math.exp(-age / CLIMATE_MEMORY);
      weight += Math.exp(-age / CLIMATE_MEMORY);
    }
    if (weight > 0) climate[station] = sum / weight;
  }
  return [{ values: last }, { values: climate }];
}

/** What was observed, without what no model is near. */
function credible({ observed, forecasts }: PairedForecasts): Float64Array {
  return observed.map((value, cell) => {
    const mean = meanOf(
      forecasts.map((values) => ({ values })),
      cell,
    );
    return Math.abs(value - mean) > GROSS_ERROR ? Number.NaN : value;
  });
}

/** NaN where no model says anything. */
function meanOf(models: readonly ExpertForecast[], cell: number): number {
  const there = models.map(({ values }) => values[cell]).filter((value) => !Number.isNaN(value));
  return there.reduce((sum, value) => sum + value, 0) / there.length;
}

function rowOf(values: Float64Array, row: number, width: number): Float64Array {
  return values.subarray(row * width, (row + 1) * width);
}

function score(
  { observed, stations }: PairedForecasts,
  times: readonly number[],
  name: string,
  say: (time: number, station: number) => { mean: number; low?: number; high?: number },
): PairScores {
  const sums = { count: 0, squared: 0, absolute: 0, crps: 0, inside: 0, spreads: 0 };
  for (const time of times) {
    for (let station = 0; station < stations.length; station++) {
      const truth = observed[time * stations.length + station];
      const { mean, low, high } = say(time, station);
      if (Number.isNaN(truth) || Number.isNaN(mean)) continue;
      const error = Math.abs(mean - truth);
      sums.count++;
      sums.squared += error * error;
      sums.absolute += error;
      if (low === undefined || high === undefined) {
        sums.crps += error;
        continue;
      }
      sums.crps += normalCrps(truth, mean, Math.max(LEAST_SPREAD, (high - low) / WIDTH_80));
      sums.spreads++;
      if (truth >= low && truth <= high) sums.inside++;
    }
  }
  const { count } = sums;
  return {
    name,
    count,
    mse: sums.squared / count,
    mae: sums.absolute / count,
    crps: sums.crps / count,
    coverage80: sums.inside / sums.spreads,
  };
}
