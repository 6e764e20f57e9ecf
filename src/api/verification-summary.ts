/** The scores of many runs in one table, pure: sums add up, so the means are those over all pairs of all runs. */
import type { VariableName } from '../domain/variables.ts';
import type { ScoreRow } from '../store/scores.ts';
import { INTERNAL_UNITS, variableUnit } from './units.ts';

export interface VariableScore {
  unit: string;
  /** Pairs of forecast and observation. */
  count: number;
  mse: number | null;
  rmse: number | null;
  mae: number | null;
  /** Mean of forecast minus observation. */
  bias: number | null;
  /** 1 - mse / mse of the reference, over the same runs; null where the reference was not run. */
  skill_persistence: number | null;
  skill_climatology: number | null;
  by_lead: { lead: number[]; count: number[]; mse: (number | null)[]; mae: (number | null)[] };
}

export interface ModelScore {
  model: string;
  variables: Partial<Record<VariableName, VariableScore>>;
}

interface Sums {
  count: number;
  squared: number;
  absolute: number;
  signed: number;
}

/** @param runs the rows of each run; models come back in the order of their first appearance */
export function summarize(runs: readonly (readonly ScoreRow[])[]): ModelScore[] {
  const models = new Map<string, Map<VariableName, Map<number, Sums>>>();
  for (const row of runs.flat()) {
    const variables = getOrAdd(models, row.model, () => new Map<VariableName, Map<number, Sums>>());
    const leads = getOrAdd(variables, row.variable, () => new Map<number, Sums>());
    const sums = getOrAdd(leads, row.lead, () => ({ count: 0, squared: 0, absolute: 0, signed: 0 }));
    sums.count += row.count;
    sums.squared += row.sumSquaredError;
    sums.absolute += row.sumAbsoluteError;
    sums.signed += row.sumError;
  }
  const reference = (model: string, variable: VariableName) => {
    const leads = models.get(model)?.get(variable);
    const total = leads && addUp(leads);
    return total ? mean(total.squared, total.count) : null;
  };
  return [...models].map(([model, variables]) => ({
    model,
    variables: Object.fromEntries(
      [...variables].map(([variable, leads]) => [
        variable,
        scoreOf(variable, leads, reference('persistence', variable), reference('climatology', variable)),
      ]),
    ),
  }));
}

function scoreOf(
  variable: VariableName,
  leads: ReadonlyMap<number, Sums>,
  persistence: number | null,
  climatology: number | null,
): VariableScore {
  const total = addUp(leads);
  const mse = mean(total.squared, total.count);
  const sorted = [...leads].sort(([a], [b]) => a - b);
  return {
    unit: variableUnit(variable, INTERNAL_UNITS).label,
    count: total.count,
    mse: rounded(mse),
    rmse: rounded(mse === null ? null : Math.sqrt(mse)),
    mae: rounded(mean(total.absolute, total.count)),
    bias: rounded(mean(total.signed, total.count)),
    skill_persistence: skill(mse, persistence),
    skill_climatology: skill(mse, climatology),
    by_lead: {
      lead: sorted.map(([lead]) => lead),
      count: sorted.map(([, sums]) => sums.count),
      mse: sorted.map(([, sums]) => rounded(mean(sums.squared, sums.count))),
      mae: sorted.map(([, sums]) => rounded(mean(sums.absolute, sums.count))),
    },
  };
}

function addUp(leads: ReadonlyMap<number, Sums>): Sums {
  const total: Sums = { count: 0, squared: 0, absolute: 0, signed: 0 };
  for (const sums of leads.values()) {
    total.count += sums.count;
    total.squared += sums.squared;
    total.absolute += sums.absolute;
    total.signed += sums.signed;
  }
  return total;
}

function mean(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

function skill(mse: number | null, reference: number | null): number | null {
  return mse === null || !reference ? null : rounded(1 - mse / reference);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
