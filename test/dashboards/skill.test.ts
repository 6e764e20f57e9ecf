import { describe, expect, it } from 'vitest';
import type { RunModel, VariableScore, Verification } from '../../dashboards/src/api/contracts.ts';
import { unitLabel, variableSkill } from '../../dashboards/src/skill/skill-rows.ts';

const models: RunModel[] = [
  { id: 'net', name: 'UniRepLKNet', kind: 'network' },
  { id: 'persistence', name: 'Persistence', kind: 'baseline' },
  { id: 'climatology', name: 'Climatology', kind: 'baseline' },
];

function score(mse: number, count = 100): VariableScore {
  return {
    unit: 'degC',
    count,
    mse,
    mae: mse / 2,
    rmse: null,
    bias: null,
    crps: null,
    coverage_50: null,
    coverage_80: null,
    skill_persistence: 1 - mse / 4,
    skill_climatology: null,
    by_lead: { lead: [1, 2], mse: [mse, mse], mae: [mse / 3, null] },
  };
}

function verification(scores: Record<string, VariableScore>): Verification {
  const all = Object.entries(scores).map(([model, of]) => ({ model, variables: { temperature_2m: of } }));
  return { dataset: 'd', runs: 3, first: null, last: null, models: all };
}

describe('the scores of a variable', () => {
  it("come in the run's order, with the skill of its default model", () => {
    const skill = variableSkill(verification({ persistence: score(4), net: score(1) }), 'temperature_2m', models);
    expect(skill?.rows.map(({ model, mse, mae }) => [model.id, mse, mae])).toEqual([
      ['net', 1, 0.5],
      ['persistence', 4, 2],
    ]);
    expect(skill?.skillPersistence).toBe(0.75);
    expect(skill?.skillClimatology).toBeNull();
    expect(skill?.rows[1].byLead).toEqual([
      { lead: 1, mae: 4 / 3 },
      { lead: 2, mae: null },
    ]);
  });

  it('are absent where the default model has none', () => {
    expect(variableSkill(verification({ persistence: score(4) }), 'temperature_2m', models)).toBeUndefined();
    expect(variableSkill(verification({ net: score(1, 0) }), 'temperature_2m', models)).toBeUndefined();
    expect(variableSkill(verification({ net: score(1) }), 'wind_speed_10m', models)).toBeUndefined();
  });

  it('carry their unit as people write it', () => {
    expect(['degC', 'm/s', '°C'].map(unitLabel)).toEqual(['°C', 'm/s', '°C']);
  });
});
