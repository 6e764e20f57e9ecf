import { describe, expect, it } from 'vitest';
import type { VariableScore, Verification } from '../../dashboards/src/api/contracts.ts';
import { spread, stationScores } from '../../dashboards/src/skill/station-scores.ts';

function scored(by_station: VariableScore['by_station']): Record<string, VariableScore> {
  const by_lead = { lead: [], mse: [], mae: [] };
  const untold = { rmse: null, bias: null, crps: null, coverage_50: null, coverage_80: null };
  const skill = { skill_persistence: 0, skill_climatology: 0 };
  return { t: { unit: '°C', count: 1, mse: 1, mae: 1, ...untold, ...skill, by_lead, by_station } };
}

const verification = (models: Verification['models']): Verification => ({
  dataset: 'd',
  runs: 1,
  first: null,
  last: null,
  models,
});

describe('how good the forecasts were at the stations', () => {
  it('is their error, and their skill against persistence at the same station', () => {
    const own = { station: ['a', 'b', 'c', 'd'], count: [9, 9, 9, 0], mse: [1, 3, 2, null], mae: [1, 1.5, 1.2, null] };
    const reference = { station: ['b', 'a', 'd'], count: [9, 9, 9], mse: [2, 4, 1], mae: [1, 2, 1] };
    const models = [
      { model: 'net', variables: scored(own) },
      { model: 'persistence', variables: scored(reference) },
    ];
    expect(stationScores(verification(models), 'net', 't')).toEqual([
      { id: 'a', mae: 1, skill: 0.75 },
      { id: 'b', mae: 1.5, skill: -0.5 },
      { id: 'c', mae: 1.2, skill: null },
    ]);
  });

  it('has no skill where persistence was not run, or was perfect, and nothing where nothing was scored', () => {
    const models = [{ model: 'net', variables: scored({ station: ['a'], count: [1], mse: [1], mae: [1] }) }];
    const perfect = { model: 'persistence', variables: scored({ station: ['a'], count: [1], mse: [0], mae: [0] }) };
    expect(stationScores(verification(models), 'net', 't')).toEqual([{ id: 'a', mae: 1, skill: null }]);
    expect(stationScores(verification([...models, perfect]), 'net', 't')).toEqual([{ id: 'a', mae: 1, skill: null }]);
    expect(stationScores(verification(models), 'other', 't')).toEqual([]);
    expect(stationScores(verification(models), 'net', 'u')).toEqual([]);
  });

  it('is asked for a sample of the stations, spread over all of them', () => {
    expect(spread(['a', 'b', 'c', 'd', 'e', 'f'], 3)).toEqual(['a', 'c', 'e']);
    expect(spread(['a', 'b'], 3)).toEqual(['a', 'b']);
  });
});
