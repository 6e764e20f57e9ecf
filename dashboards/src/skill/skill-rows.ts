/** The scores as the panel shows them: per variable a row a model, and the error along the lead hours. Pure. */
import type { RunModel, VariableScore, Verification } from '../api/contracts.ts';

export interface SkillRow {
  model: RunModel;
  mse: number | null;
  mae: number | null;
  rmse: number | null;
  bias: number | null;
  crps: number | null;
  /** Against persistence: 1 - mse / its mse. */
  skill: number | null;
  byLead: { lead: number; mae: number | null }[];
}

/** How much of what was observed lay within a band, beside what the band promises; both 0..1. */
export interface Reliability {
  promised: number;
  held: number;
}

export interface VariableSkill {
  unit: string;
  /** Number of pairs of forecast and observation. */
  count: number;
  rows: SkillRow[];
  skillPersistence: number | null;
  skillClimatology: number | null;
  /** Of the default model; empty where it tells no uncertainty. */
  reliability: Reliability[];
}

/** @param models in the run's order: the first is the one whose skill is told. Undefined where nothing is scored. */
export function variableSkill(
  verification: Verification,
  variable: string,
  models: readonly RunModel[],
): VariableSkill | undefined {
  const scores = new Map<string, VariableScore>();
  for (const { model, variables } of verification.models) {
    const score = variables[variable];
    if (score && score.count > 0) scores.set(model, score);
  }
  const main = scores.get(models[0]?.id);
  if (!main) return undefined;
  return {
    unit: main.unit,
    count: main.count,
    rows: models.flatMap((model) => {
      const score = scores.get(model.id);
      if (!score) return [];
      const { lead, mae } = score.by_lead;
      return [
        {
          model,
          mse: score.mse,
          mae: score.mae,
          rmse: score.rmse ?? null,
          bias: score.bias ?? null,
          crps: score.crps ?? null,
          skill: score.skill_persistence,
          byLead: lead.map((hour, index) => ({ lead: hour, mae: mae[index] })),
        },
      ];
    }),
    skillPersistence: main.skill_persistence,
    skillClimatology: main.skill_climatology,
    reliability: [
      { promised: 0.8, held: main.coverage_80 },
      { promised: 0.5, held: main.coverage_50 },
    ].filter((band): band is Reliability => typeof band.held === 'number'),
  };
}

/** The unit as the page writes it. */
export function unitLabel(unit: string): string {
  return unit === 'degC' ? '°C' : unit;
}
