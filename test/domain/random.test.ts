import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';

function draw(seed: string | number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.uniform());
}

describe('seeded random numbers', () => {
  it('are the same for the same seed, on every machine', () => {
    expect(draw('a', 3)).toEqual(draw('a', 3));
    expect(draw('kernelcast', 3).map((value) => value * 2 ** 32)).toMatchInlineSnapshot(`
      [
        1913667442,
        3372420426,
        3324276884,
      ]
    `);
  });

  it('differ for seeds that differ in one letter', () => {
    expect(draw('world/1', 1)).not.toEqual(draw('world/2', 1));
    expect(draw(1, 2)).toEqual(draw('1', 2));
  });

  it('are spread evenly over [0, 1)', () => {
    const counts = new Array<number>(10).fill(0);
    for (const value of draw('even', 100_000)) counts[Math.floor(value * 10)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('are normal: mean 0, deviation 1, no skew, a kurtosis of 3, and no memory', () => {
    const random = seededRandom('normal');
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
    const lagged = values.slice(1).reduce((sum, value, index) => sum + value * values[index], 0) / values.length;
    expect(Math.abs(lagged)).toBeLessThan(0.02);
  });
});
