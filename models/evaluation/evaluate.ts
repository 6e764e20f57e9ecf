/**
 * Evaluates models on a span of a dataset: a forecast from every hour whose 24 target hours lie in the span
 * (stride 1, none dropped), scored against what was observed. The input hours may reach before the span.
 */
import { FLAG, type Series, seriesVariableNames, viewSeries } from '../../src/domain/series.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type ForecastModel, forecastEach, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { Accumulator } from './accumulate.ts';
import { type Evaluation, reportEvaluation } from './report.ts';

export interface EvaluateOptions {
  /** The dataset's observations, the hours before the span included. */
  observations: Series;
  models: readonly ForecastModel[];
  /** First and last (exclusive) target hour. */
  from: Hour;
  to: Hour;
  /** Hours from one init to the next. */
  stride?: number;
  /** Ids of the stations that are scored; the models see the others too. Default: all. */
  scored?: readonly string[];
  onProgress?: (done: number, total: number) => void;
}

/** Forecasts that a model makes together hold about this many values of each variable: it bounds the memory. */
const VALUES_AT_ONCE = 100_000;
const MOST_AT_ONCE = 128;

/** @throws KernelcastError `TOO_LITTLE_DATA` when no window fits into the span, or nothing was observed in it; `NOT_FOUND` naming stations that are not there. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { observations, models, onProgress } = options;
  const inits = initsOf(options);
  const dayOf = (init: Hour) => Math.floor(init / 24) - Math.floor(inits[0] / 24);
  const days = dayOf(inits[inits.length - 1]) + 1;
  const stations = observations.stations.length;
  const truth = onlyStations(observations, options.scored);
  const wanted = options.scored && new Set(options.scored);
  const sums = new Accumulator(
    models.map(({ id }) => id),
    days,
    stations,
  );
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(VALUES_AT_ONCE / (LEAD_HOURS * stations))));
  for (let done = 0; done < inits.length; done += atOnce) {
    const some = inits.slice(done, done + atOnce);
    const forecasts: Series[][] = [];
    for (const model of models) {
      const inputs = some.map((init) => ({
        observations: viewSeries(observations, Math.max(observations.from, init + 1 - model.historyHours), init + 1),
        init,
        wanted,
      }));
      forecasts.push(await forecastEach(model, inputs));
    }
    some.forEach((init, index) => {
      const targets = viewSeries(truth, init + 1, init + 1 + LEAD_HOURS);
      sums.add(
        dayOf(init),
        forecasts.map((ofModel) => ofModel[index]),
        targets,
      );
    });
    onProgress?.(done + some.length, inits.length);
  }
  refuseNothingScored(options, truth, { from: inits[0] + 1, to: inits[inits.length - 1] + 1 + LEAD_HOURS });
  return reportEvaluation({
    models,
    sums: sums.models,
    windows: inits.length,
    days,
    stations: observations.stations,
    isScored: ({ id }) => !wanted || wanted.has(id),
  });
}

/** A table of scores of nothing would look like one of something. */
function refuseNothingScored({ scored }: EvaluateOptions, truth: Series, { from, to }: { from: Hour; to: Hour }): void {
  const targets = viewSeries(truth, from, to);
  const isObserved = seriesVariableNames(targets).some((name) =>
    targets.variables[name]!.flags.some((flag) => flag === FLAG.OBSERVED),
  );
  if (isObserved) return;
  throw new KernelcastError('TOO_LITTLE_DATA', 'there is nothing to score: no value of the span was observed', {
    where: { from: formatHour(from), to: formatHour(to), stations: scored?.length ?? truth.stations.length },
    hint: 'Interpolated values and such as failed a check are not scored. `kernelcast inspect DATASET` tells what there is.',
  });
}

/** The same observations; those of other stations do not count as observed. */
function onlyStations(observations: Series, scored: readonly string[] | undefined): Series {
  if (!scored) return observations;
  const { stations } = observations;
  const unknown = scored.filter((id) => !stations.some((station) => station.id === id));
  if (unknown.length > 0) {
    throw new KernelcastError('NOT_FOUND', `no station is called '${unknown[0].slice(0, 80)}'`, {
      where: { stations: stations.length },
      hint: 'Give ids of the dataset; `kernelcast inspect` lists them.',
    });
  }
  const counts = stations.map(({ id }) => scored.includes(id));
  const variables: Series['variables'] = {};
  for (const name of seriesVariableNames(observations)) {
    const { values, flags } = observations.variables[name]!;
    const own = flags.map((flag, cell) => (counts[cell % stations.length] ? flag : FLAG.MISSING));
    variables[name] = { values, flags: own };
  }
  return { ...observations, variables };
}

function initsOf({ observations, from, to, stride = 1 }: EvaluateOptions): Hour[] {
  const first = Math.max(from - 1, observations.from + INPUT_HOURS - 1);
  const last = Math.min(to, observations.from + observations.hours) - 1 - LEAD_HOURS;
  if (last < first) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'no window of 48 + 24 hours fits into the span', {
      where: { from: formatHour(from), to: formatHour(to) },
      hint: 'Give a longer span, or ingest more data.',
    });
  }
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, window) => first + window * stride);
}
