import { describe, expect, test } from 'vitest';
import { BernsteinWeights } from '../../../models/correction/bernstein-weights.ts';
import { LearnedSpread } from '../../../models/correction/learned-spread.ts';
import { normalCrps, spreadStep } from '../../../models/correction/normal.ts';
import { ShrunkErrors } from '../../../models/correction/shrunk-errors.ts';
import { TrackedQuantiles } from '../../../models/correction/tracked-quantiles.ts';
import { QUANTILE_LEVELS } from '../../../src/domain/quantiles.ts';
import { seededRandom } from '../../../src/domain/random.ts';

describe('the normal distribution', () => {
  test('the CRPS is the integral of the squared difference of the distribution functions', () => {
    // A normal distribution of mean 1 and spread 2, and an observation of 2.5: by the trapezium rule over the sampled function.
    const sample = Array.from({ length: 40_001 }, (_, index) => 1 - 16 + index * 0.0008);
    let cumulative = 0;
    let integral = 0;
    for (const value of sample) {
      cumulative += (Math.exp(-(((value - 1) / 2) ** 2) / 2) / (2 * Math.sqrt(2 * Math.PI))) * 0.0008;
      integral += (cumulative - (value >= 2.5 ? 1 : 0)) ** 2 * 0.0008;
    }
    expect(normalCrps(2.5, 1, 2)).toBeCloseTo(integral, 3);
  });

  test('the spread of least CRPS is where the steps of its errors even out', () => {
    const random = seededRandom('spread');
    const errors = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (spread: number) => errors.reduce((sum, z) => sum + spreadStep(z / spread), 0) / errors.length;
    expect(Math.abs(mean(1))).toBeLessThan(0.03);
    expect(mean(0.8)).toBeGreaterThan(0.2);
    expect(mean(1.25)).toBeLessThan(-0.2);
  });
});

test('a spread is learned at each station, and one huge error moves it by a step of two at most', () => {
  const spread = new LearnedSpread(2, { start: 3, pooledMemory: 20, memory: 15, shrinkage: 5 });
  const random = seededRandom('learned');
  for (let day = 0; day < 500; day++) {
    spread.add(0, random.normal() / spread.at(0), 1);
    spread.add(1, (4 * random.normal()) / spread.at(1), 1);
    spread.endRound();
  }
  expect(spread.at(0)).toBeGreaterThan(0.6);
  expect(spread.at(0)).toBeLessThan(1.5);
  expect(spread.at(1)).toBeGreaterThan(2.4);
  expect(spread.at(1)).toBeLessThan(6);
  const before = spread.at(0);
  spread.add(0, 1e30, 1);
  spread.endRound();
  expect(spread.at(0) / before).toBeLessThan(Math.exp(2 / 20 + 2 / 20 + 1e-9));
});

describe('mean errors', () => {
  const options = { shrinkage: 3, pooledShrinkage: 50 };

  test('an unseen station has the mean of all, and none is known before the first day', () => {
    const errors = new ShrunkErrors(100, options);
    expect(errors.mean(7)).toBe(0);
    for (let cell = 1; cell < 100; cell++) errors.add(cell, 2, 1);
    expect(errors.mean(0)).toBeCloseTo((2 * 99) / 149, 6);
  });

  test('stations that differ much for long are hardly drawn together; those that differ by chance are', () => {
    const random = seededRandom('shrinkage');
    const [apart, alike] = [new ShrunkErrors(50, options), new ShrunkErrors(50, options)];
    for (let day = 0; day < 10; day++) {
      for (let cell = 0; cell < 50; cell++) {
        apart.add(cell, (cell % 2 ? 5 : -5) + random.normal(), 1);
        alike.add(cell, random.normal(), 1);
      }
    }
    apart.learnShrinkage(1);
    alike.learnShrinkage(1);
    expect(apart.shrinkage[0]).toBeLessThan(0.1);
    expect(alike.shrinkage[0]).toBeGreaterThan(2);
    expect(apart.mean(1)).toBeGreaterThan(4);
  });
});

describe('weights', () => {
  /** Plays rounds of squared losses; the losses of the mixture, and of the best fixed pair of weights in hindsight. */
  function play(rounds: number, truthAt: (round: number) => number, expertsAt: (round: number) => number[]) {
    const weights = new BernsteinWeights(1, 2);
    let own = 0;
    const fixed = new Float64Array(101);
    for (let round = 0; round < rounds; round++) {
      const [truth, experts] = [truthAt(round), expertsAt(round)];
      const mixed = experts.reduce((sum, value, expert) => sum + weights.of(0, expert) * value, 0);
      own += (mixed - truth) ** 2;
      for (let share = 0; share <= 100; share++) {
        fixed[share] += ((share * experts[0] + (100 - share) * experts[1]) / 100 - truth) ** 2;
      }
      weights.learn(
        0,
        experts.map((value) => 2 * (mixed - truth) * (mixed - value)),
      );
    }
    return { own, best: Math.min(...fixed), weights };
  }

  test('the regret against the best fixed mixture stays below a multiple of sqrt(T), whoever sets the losses', () => {
    const random = seededRandom('regret');
    for (const rounds of [100, 1000, 10_000]) {
      // Experts in [-1, 1], a truth that turns against whoever led: the gradients are below 4.
      const drawn = Array.from({ length: rounds }, () => [2 * random.uniform() - 1, 2 * random.uniform() - 1]);
      const adversary = (round: number) => Math.sign(Math.sin(Math.log1p(round) * 5)) * drawn[round][0];
      const { own, best } = play(rounds, adversary, (round) => [drawn[round][0], drawn[round][1] / 2]);
      expect(own - best).toBeLessThan(8 * Math.sqrt(rounds * Math.log(2)));
    }
  });

  test('weights go to the better mixture, and one expert alone has all', () => {
    const random = seededRandom('weights');
    const { weights } = play(
      3000,
      () => 0,
      () => [0.5 * random.normal(), 3 * random.normal()],
    );
    expect(weights.of(0, 0)).toBeGreaterThan(0.9);
    const single = new BernsteinWeights(2, 1);
    single.learn(1, [-3]);
    expect(single.of(1, 0)).toBe(1);
  });
});

test('tracked levels hold in the long run at every station, also where the forecast is worth nothing', () => {
  const tracked = new TrackedQuantiles(2, { rate: 0.05, pooledRate: 0 });
  const random = seededRandom('tracked');
  const days = 5000;
  const below = new Float64Array(2 * QUANTILE_LEVELS.length);
  for (let day = 0; day < days; day++) {
    // A forecast of 0 with a spread of 1; one station is always too warm, the other's weather swings ever more.
    const observed = [2 + 0.3 * random.normal(), (1 + day / days) * random.normal()];
    observed.forEach((value, station) => {
      for (let level = 0; level < QUANTILE_LEVELS.length; level++) {
        const isBelow = value <= tracked.shift(station, level);
        if (isBelow) below[station * QUANTILE_LEVELS.length + level]++;
        tracked.add(station, level, isBelow);
      }
    });
    tracked.endRound();
  }
  below.forEach((count, at) => {
    // (bound + rate) / (rate * pairs), with shifts that stayed below 4.
    expect(Math.abs(count / days - QUANTILE_LEVELS[at % QUANTILE_LEVELS.length])).toBeLessThan(4 / (0.05 * days));
  });
});
