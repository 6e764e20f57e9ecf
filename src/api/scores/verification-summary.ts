/** The scores of many runs in one table, pure: sums add up, so the means are those over all pairs of all runs. */
import { type Scores, scoresOf, WIDTH } from '../../domain/score-sums.ts';
import type { ScoreRow } from '../../domain/scoring.ts';
import type { VariableName } from '../../domain/variables.ts';
import { INTERNAL_UNITS, variableUnit } from '../answers/units.ts';
import type { ModelScore, VariableScore } from '../schemas/verification.ts';

interface Sums {
  count: number;
  squared: number;
  absolute: number;
  signed: number;
  /** A forecast without quantiles adds its absolute error, which is its CRPS. */
  crps: number;
  /** Pairs whose forecast has quantiles, and those of them whose observation lies within. */
  uncertain: number;
  inside50: number;
  inside80: number;
}

type Leads = Map<number, Sums>;
type Table = Map<string, Map<VariableName, Leads>>;

const NOTHING: Sums = { count: 0, squared: 0, absolute: 0, signed: 0, crps: 0, uncertain: 0, inside50: 0, inside80: 0 };

/** @param runs the rows of each run; models come back in the order of their first appearance */
export function summarize(runs: readonly (readonly ScoreRow[])[]): ModelScore[] {
  const models: Table = new Map();
  for (const row of runs.flat()) {
    const variables = getOrAdd(models, row.model, () => new Map<VariableName, Leads>());
    const leads = getOrAdd(variables, row.variable, () => new Map<number, Sums>());
    add(
      getOrAdd(leads, row.lead, () => ({ ...NOTHING })),
      {
        count: row.count,
        squared: row.sumSquaredError,
        absolute: row.sumAbsoluteError,
        signed: row.sumError,
        crps: row.quantiles?.sumCrps ?? row.sumAbsoluteError,
        uncertain: row.quantiles?.count ?? 0,
        inside50: row.quantiles?.inside50 ?? 0,
        inside80: row.quantiles?.inside80 ?? 0,
      },
    );
  }
  const reference = (model: string, variable: VariableName) => {
    const leads = models.get(model)?.get(variable);
    const total = leads && addUp(leads);
    return total ? mean(total.squared, total.count) : null;
  };
  return [...models].map(([model, variables]) => ({
    model,
    wind_vector_rmse: windVectorError(variables),
    variables: Object.fromEntries(
      [...variables].map(([variable, leads]) => [
        variable,
        scoreOf(variable, leads, reference('persistence', variable), reference('climatology', variable)),
      ]),
    ),
  }));
}

/** @param sums [station, WIDTH] */
export function scoresByStation(ids: readonly string[], sums: Float64Array): VariableScore['by_station'] {
  const scores = ids.map((_, station) => scoresOf(sums, station * WIDTH));
  const list = (name: 'mse' | 'mae' | 'bias' | 'crps') => scores.map((each: Scores) => rounded(each[name]));
  const count = scores.map((each) => each.count);
  return { station: [...ids], count, mse: list('mse'), mae: list('mae'), bias: list('bias'), crps: list('crps') };
}

/** The root of the mean squared length of the error of the wind vector: the squared errors of u and v add up. */
function windVectorError(variables: ReadonlyMap<VariableName, Leads>): number | null {
  const parts = (['wind_u_component_10m', 'wind_v_component_10m'] as const).map((name) => {
    const leads = variables.get(name);
    const total = leads && addUp(leads);
    return total ? mean(total.squared, total.count) : null;
  });
  const [u, v] = parts;
  return u === null || v === null ? null : rounded(Math.sqrt(u + v));
}

function scoreOf(
  variable: VariableName,
  leads: Leads,
  persistence: number | null,
  climatology: number | null,
): VariableScore {
  const total = addUp(leads);
  const mse = mean(total.squared, total.count);
  const sorted = [...leads].sort(([a], [b]) => a - b);
  const byLead = (value: (sums: Sums) => number | null) => sorted.map(([, sums]) => rounded(value(sums)));
  return {
    unit: variableUnit(variable, INTERNAL_UNITS).label,
    count: total.count,
    mse: rounded(mse),
    rmse: rounded(mse === null ? null : Math.sqrt(mse)),
    mae: rounded(mean(total.absolute, total.count)),
    bias: rounded(mean(total.signed, total.count)),
    crps: rounded(mean(total.crps, total.count)),
    coverage_50: rounded(mean(total.inside50, total.uncertain)),
    coverage_80: rounded(mean(total.inside80, total.uncertain)),
    skill_persistence: skill(mse, persistence),
    skill_climatology: skill(mse, climatology),
    by_lead: {
      lead: sorted.map(([lead]) => lead),
      count: sorted.map(([, sums]) => sums.count),
      mse: byLead((sums) => mean(sums.squared, sums.count)),
      mae: byLead((sums) => mean(sums.absolute, sums.count)),
      bias: byLead((sums) => mean(sums.signed, sums.count)),
      crps: byLead((sums) => mean(sums.crps, sums.count)),
    },
  };
}

function addUp(leads: Leads): Sums {
  const total = { ...NOTHING };
  for (const sums of leads.values()) add(total, sums);
  return total;
}

function add(total: Sums, more: Sums): void {
  for (const key of Object.keys(NOTHING) as (keyof Sums)[]) total[key] += more[key];
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function skill(mse: number | null, reference: number | null): number | null {
  return mse === null || !reference ? null : rounded(1 - mse / reference);
}

function rounded(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : Math.round(value * 10_000) / 10_000;
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
