/**
 * Evaluates models on a span of a dataset: a forecast from every hour whose 24 target hours lie in the span
 * (stride 1, none dropped), scored against what was observed. The input hours may reach before the span.
 */

import { type Series, sliceSeries } from '../../src/domain/series.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { FORECAST_VARIABLES, type ForecastModel, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { meanScores, type Scores, ScoreTotals, scoreForecast } from './scoring.ts';

export interface EvaluateOptions {
  /** The dataset's observations, the hours before the span included. */
  observations: Series;
  models: readonly ForecastModel[];
  /** First and last (exclusive) target hour. */
  from: Hour;
  to: Hour;
  /** Hours from one init to the next. */
  stride?: number;
  onProgress?: (done: number, total: number) => void;
}

export interface ModelScores {
  model: string;
  variables: Partial<Record<VariableName, Scores & { byLead: Scores[] }>>;
}

export interface Evaluation {
  /** Number of inits. */
  windows: number;
  models: ModelScores[];
}

/** @throws KernelcastError `TOO_LITTLE_DATA` when no window fits into the span. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { observations, models, from, to, stride = 1, onProgress } = options;
  const firstInit = Math.max(from - 1, observations.from + INPUT_HOURS - 1);
  const lastInit = Math.min(to, observations.from + observations.hours) - 1 - LEAD_HOURS;
  if (lastInit < firstInit) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'no window of 48 + 24 hours fits into the span', {
      where: { from: formatHour(from), to: formatHour(to) },
      hint: 'Give a longer span, or ingest more data.',
    });
  }
  const total = Math.floor((lastInit - firstInit) / stride) + 1;
  const totals = new ScoreTotals();
  for (let window = 0; window < total; window++) {
    const init = firstInit + window * stride;
    const targets = sliceSeries(observations, init + 1, init + 1 + LEAD_HOURS);
    for (const model of models) {
      const past = sliceSeries(observations, Math.max(observations.from, init + 1 - model.historyHours), init + 1);
      totals.add(scoreForecast(model.id, await model.forecast({ observations: past, init }), targets));
    }
    onProgress?.(window + 1, total);
  }
  return { windows: total, models: models.map((model) => modelScores(model.id, totals)) };
}

function modelScores(model: string, totals: ScoreTotals): ModelScores {
  const rows = totals.rows().filter((row) => row.model === model);
  const variables: ModelScores['variables'] = {};
  for (const name of FORECAST_VARIABLES) {
    const ofVariable = rows.filter((row) => row.variable === name);
    if (ofVariable.length === 0) continue;
    variables[name] = {
      ...meanScores(ofVariable),
      byLead: ofVariable.sort((a, b) => a.lead - b.lead).map((row) => meanScores([row])),
    };
  }
  return { model, variables };
}
