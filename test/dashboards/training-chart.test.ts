import { describe, expect, it } from 'vitest';
import type { TrainingLog } from '../../dashboards/src/api/contracts.ts';
import { architectureFacts } from '../../dashboards/src/skill/architecture.ts';
import { trainingLines } from '../../dashboards/src/skill/training-lines.ts';

const log = (validation: TrainingLog['validation'], best_step: number | null): TrainingLog => ({
  model: 'net',
  best_step,
  steps: [10, 20, 30],
  loss: [3, null, 1],
  validation,
});

describe('the curve of a training', () => {
  it('has the loss, its validations, and the step whose weights were kept', () => {
    const { lines, best } = trainingLines(log([null, { mse: 9, loss: 2 }, { mse: 8, loss: 2.5 }], 20));
    expect(lines.map(({ role }) => role)).toEqual(['training', 'validation', 'kept']);
    expect(lines[0].points).toEqual([
      { x: 10, y: 3 },
      { x: 20, y: null },
      { x: 30, y: 1 },
    ]);
    expect(lines[1].points).toEqual([
      { x: 20, y: 2 },
      { x: 30, y: 2.5 },
    ]);
    expect(best).toEqual({ step: 20, value: 2 });
  });

  it('leaves the loss out beside a measure on another scale, and says which that is', () => {
    const { lines, best } = trainingLines(log([null, null, { 'mse temperature_2m': 0.1 }], 20));
    expect(lines.map(({ role, label }) => [role, label])).toEqual([['validation', 'validation, mse temperature_2m']]);
    expect(best).toBeUndefined();
  });

  it('is the loss alone where nothing was validated', () => {
    expect(trainingLines(log([null, null, null], null)).lines.map(({ role }) => role)).toEqual(['training']);
  });
});

describe('an architecture in words', () => {
  it('tells of the embedding and the backbone what is there', () => {
    const backbone = { depths: [1, 2], dims: [24, 48], kernels: [[13], [5, 3, 3]] };
    expect(architectureFacts({ stationsPerNode: 8, haloStations: 4, dModel: 48, backbone })).toEqual([
      ['Embedding', '8 stations a node and 4 around it, 48 wide'],
      ['Backbone', 'blocks a stage 1 · 2, channels 24 · 48'],
      ['Kernels', '13×13 · 5×5, 3×3'],
    ]);
  });

  it('says nothing of what it does not know', () => {
    for (const unknown of [null, undefined, 'deep', {}, { backbone: { depths: 'many' }, dModel: 3 }]) {
      expect(architectureFacts(unknown)).toEqual([]);
    }
  });
});
