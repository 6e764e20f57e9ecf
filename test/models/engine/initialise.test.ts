import { expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import type { Initializer } from '../../../models/engine/parameters.ts';
import { seededRandom } from '../../../src/domain/random.ts';

function draw(init: Initializer): Float32Array {
  return initialise([{ name: 'w', shape: [40, 50], init, role: 'trained' }], seededRandom(1)).get('w')!.values;
}

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

test('uniform values fill their bounds', () => {
  const values = draw({ kind: 'uniform', bound: 0.3 });
  expect(Math.max(...values)).toBeGreaterThan(0.29);
  expect(Math.min(...values)).toBeLessThan(-0.29);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.3));
  expect(deviation(values)).toBeCloseTo(0.3 / Math.sqrt(3), 2);
});

test('normal values have their deviation', () => {
  expect(deviation(draw({ kind: 'normal', std: 2 }))).toBeCloseTo(2, 0);
});

test('truncated normal values stay inside the cut, and are not piled up at it', () => {
  const values = draw({ kind: 'truncated-normal', std: 1, cut: 1 });
  const sizes = values.map(Math.abs);
  expect(Math.max(...sizes)).toBeLessThan(1);
  expect(Math.max(...sizes)).toBeGreaterThan(0.99);
  // The deviation of a standard normal cut at one deviation.
  expect(deviation(values)).toBeCloseTo(0.54, 1);
});
