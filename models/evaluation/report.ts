/** From the sums of an evaluation to its scores, their intervals, skill, and the differences between models. */

import { addSums, reliabilityOf, type Scores, scoresOf, WIDTH } from '../../src/domain/score-sums.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, type ForecastModel, LEAD_HOURS } from '../forecast-model.ts';
import type { ModelSums } from './accumulate.ts';
import { type Draws, drawBlocks, type Interval, interval95, RESAMPLES, resample } from './bootstrap.ts';

/** What intervals are given for; a score of which there is none (coverage without quantiles) has null. */
export type Intervals = Record<Exclude<keyof Scores, 'count'>, Interval | null>;

export interface LeadScores extends Scores {
  intervals: Pick<Intervals, 'mse' | 'mae' | 'crps'>;
}

/** One minus the score's ratio to a reference's, over the targets that both have. */
export interface Skill {
  mse: number;
  mae: number;
  crps: number;
  intervals: Record<'mse' | 'mae' | 'crps', Interval | null>;
}

export interface VariableReport extends Scores {
  intervals: Intervals;
  /** By the id of the reference. */
  skill: Record<string, Skill>;
  /** For each of `QUANTILE_LEVELS` the share of observations at or below it; null for a model without quantiles. */
  reliability: number[] | null;
  byLead: LeadScores[];
  byStation: (Scores & { station: string })[];
}

export interface ModelReport {
  model: string;
  name: string;
  kind: ForecastModel['kind'];
  weightsSha256: string | null;
  variables: Partial<Record<VariableName, VariableReport>>;
  /** The root of the mean squared length of the error vector; null without both components. */
  windVector: { count: number; rmse: number; interval: Interval | null } | null;
}

/** `model`'s score minus `than`'s over the targets that every model has: below zero, `model` is the better. */
export interface Difference {
  variable: VariableName;
  model: string;
  than: string;
  score: 'mse' | 'mae' | 'crps';
  difference: number;
  interval: Interval | null;
  /** The interval does not hold zero. */
  significant: boolean;
  count: number;
}

export interface Evaluation {
  /** Number of inits. */
  windows: number;
  /** Of the bootstrap: days of init. */
  blocks: number;
  resamples: number;
  models: ModelReport[];
  differences: Difference[];
}

export interface EvaluationSums {
  models: readonly ForecastModel[];
  /** In the order of the models. */
  sums: readonly ModelSums[];
  windows: number;
  days: number;
  stations: readonly Station[];
  isScored: (station: Station) => boolean;
}

/** The models that skill is told against, where they are among the models. */
export const SKILL_REFERENCES = ['persistence', 'climatology', 'harmonic-climatology'];
const COMPARED = ['mse', 'mae', 'crps'] as const;

export function reportEvaluation({ models, sums, windows, days, stations, isScored }: EvaluationSums): Evaluation {
  const draws = drawBlocks(days);
  const common = commonScores(sums, draws, days);
  return {
    windows,
    blocks: days,
    resamples: draws.length === 0 ? 0 : RESAMPLES,
    models: models.map(({ id, name, kind, weightsSha256 }, index) => ({
      model: id,
      name,
      kind,
      weightsSha256,
      variables: variableReports(sums[index], draws, days, { stations, isScored }, common),
      windVector: windVectorReport(sums[index].windVector, draws, days),
    })),
    differences: FORECAST_VARIABLES.flatMap((variable) => differencesOf(variable, common.get(variable) ?? [])),
  };
}

/** Over the targets that every model has. */
interface CommonScores {
  model: string;
  scores: Scores;
  resampled: Scores[];
}

function commonScores(sums: readonly ModelSums[], draws: Draws, days: number) {
  const table = new Map<VariableName, CommonScores[]>();
  for (const variable of FORECAST_VARIABLES) {
    const rows = sums.flatMap(({ model, variables }) => {
      const common = variables[variable]?.common;
      if (!common) return [];
      const resampled = resample(draws, common, WIDTH).map((total) => scoresOf(total));
      return [{ model, scores: scoresOf(total(common, days, 1)), resampled }];
    });
    table.set(variable, rows);
  }
  return table;
}

function variableReports(
  { model, variables }: ModelSums,
  draws: Draws,
  days: number,
  { stations, isScored }: Pick<EvaluationSums, 'stations' | 'isScored'>,
  common: ReadonlyMap<VariableName, readonly CommonScores[]>,
): ModelReport['variables'] {
  const reports: ModelReport['variables'] = {};
  for (const variable of FORECAST_VARIABLES) {
    const sums = variables[variable];
    if (!sums) continue;
    const byLead = total(sums.byDay, days, LEAD_HOURS);
    const resampled = resample(draws, sums.byDay, LEAD_HOURS * WIDTH);
    const overall = resampled.map((leads) => scoresOf(total(leads, LEAD_HOURS, 1)));
    const whole = total(byLead, LEAD_HOURS, 1);
    reports[variable] = {
      ...scoresOf(whole),
      reliability: reliabilityOf(whole),
      intervals: intervalsOf(overall, ['mse', 'rmse', 'mae', 'bias', 'crps', 'coverage50', 'coverage80']),
      skill: skillOf(model, common.get(variable) ?? []),
      byLead: Array.from({ length: LEAD_HOURS }, (_, lead) => ({
        ...scoresOf(byLead, lead * WIDTH),
        intervals: intervalsOf(
          resampled.map((leads) => scoresOf(leads, lead * WIDTH)),
          COMPARED,
        ),
      })),
      byStation: stations.flatMap((station, index) =>
        isScored(station) ? [{ station: station.id, ...scoresOf(sums.byStation, index * WIDTH) }] : [],
      ),
    };
  }
  return reports;
}

/** [groups] sums over the rows of [rows, groups]. */
function total(sums: Float64Array, rows: number, groups: number): Float64Array {
  const result = new Float64Array(groups * WIDTH);
  for (let row = 0; row < rows; row++) addSums(result, 0, sums, row * groups * WIDTH, groups);
  return result;
}

function intervalsOf<Key extends keyof Scores>(resampled: readonly Scores[], keys: readonly Key[]) {
  const entries = keys.map((key) => [key, interval95(resampled.map((scores) => scores[key]))]);
  return Object.fromEntries(entries) as Record<Key, Interval | null>;
}

function skillOf(model: string, common: readonly CommonScores[]): Record<string, Skill> {
  const own = common.find((row) => row.model === model);
  if (!own) return {};
  const references = common.filter((row) => SKILL_REFERENCES.includes(row.model) && row.model !== model);
  return Object.fromEntries(
    references.map((reference) => {
      const gain = (key: (typeof COMPARED)[number]) => 1 - own.scores[key] / reference.scores[key];
      const gains = (key: (typeof COMPARED)[number]) =>
        interval95(own.resampled.map((scores, draw) => 1 - scores[key] / reference.resampled[draw][key]));
      const skill: Skill = {
        mse: gain('mse'),
        mae: gain('mae'),
        crps: gain('crps'),
        intervals: { mse: gains('mse'), mae: gains('mae'), crps: gains('crps') },
      };
      return [reference.model, skill];
    }),
  );
}

function differencesOf(variable: VariableName, common: readonly CommonScores[]): Difference[] {
  return common.flatMap((one, place) =>
    common.slice(place + 1).flatMap((other) =>
      COMPARED.map((score): Difference => {
        const range = interval95(one.resampled.map((scores, draw) => scores[score] - other.resampled[draw][score]));
        return {
          variable,
          model: one.model,
          than: other.model,
          score,
          difference: one.scores[score] - other.scores[score],
          interval: range,
          significant: range !== null && (range[0] > 0 || range[1] < 0),
          count: one.scores.count,
        };
      }),
    ),
  );
}

function windVectorReport(byDay: Float64Array, draws: Draws, days: number): ModelReport['windVector'] {
  const sums = [0, 0];
  for (let day = 0; day < days; day++) {
    sums[0] += byDay[day * 2];
    sums[1] += byDay[day * 2 + 1];
  }
  if (sums[0] === 0) return null;
  const resampled = resample(draws, byDay, 2).map(([count, squared]) => Math.sqrt(squared / count));
  return { count: sums[0], rmse: Math.sqrt(sums[1] / sums[0]), interval: interval95(resampled) };
}
