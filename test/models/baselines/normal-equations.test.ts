import { expect, test } from 'vitest';
import { lagMoments } from '../../../models/baselines/fitted/lag-moments.ts';
import { solveRidge } from '../../../models/baselines/fitted/least-squares.ts';
import { seededRandom } from '../../../src/domain/random.ts';

const random = seededRandom('normal-equations');
const draw = (count: number) => Float64Array.from({ length: count }, () => random.normal());

test('moments by lag are the products of all windows, as if each had been built', () => {
  const windows = 17;
  const series = [draw(windows + 71), draw(windows + 71)];
  const { gram, right, targetSquares } = lagMoments(series, windows);
  const windowAt = (t: number) => Array.from({ length: 144 }, (_, cell) => series[cell % 2][t + Math.floor(cell / 2)]);
  const all = Array.from({ length: windows }, (_, t) => windowAt(t));
  const expected = (a: number, b: number) => all.reduce((sum, window) => sum + window[a] * window[b], 0);
  for (let row = 0; row < 96; row++) {
    for (let column = 0; column < 144; column++) {
      const found = column < 96 ? gram[row * 96 + column] : right[row * 48 + column - 96];
      expect(Math.abs(found - expected(row, column))).toBeLessThan(1e-9);
    }
  }
  expect(targetSquares).toBeCloseTo(
    Array.from({ length: 48 }, (_, target) => expected(96 + target, 96 + target)).reduce((a, b) => a + b),
    8,
  );
});

test('the solution of ridge equations solves them', () => {
  const n = 9;
  const rows = Array.from({ length: 30 }, () => draw(n));
  const gram = Float64Array.from({ length: n * n }, (_, i) =>
    rows.reduce((sum, row) => sum + row[Math.floor(i / n)] * row[i % n], 0),
  );
  const right = draw(n * 2);
  const penalty = Float64Array.from({ length: n }, (_, i) => i / 4);
  const before = [gram.slice(), right.slice()];
  const solution = solveRidge(gram, right, penalty);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < 2; column++) {
      let left = penalty[row] * solution[row * 2 + column];
      for (let k = 0; k < n; k++) left += gram[row * n + k] * solution[k * 2 + column];
      expect(left).toBeCloseTo(right[row * 2 + column], 9);
    }
  }
  expect([gram, right]).toEqual(before);
});

test('equations without a single solution are refused, and a penalty makes them solvable', () => {
  const gram = Float64Array.from([1, 1, 1, 1]);
  const right = Float64Array.from([2, 2]);
  expect(() => solveRidge(gram, right, [0, 0])).toThrow(/singular at 1 of 2/);
  const [a, b] = solveRidge(gram, right, [1e-6, 1e-6]);
  expect(a).toBeCloseTo(1, 5);
  expect(b).toBeCloseTo(1, 5);
});
