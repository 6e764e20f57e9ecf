import { beforeEach, describe, expect, it } from 'vitest';
import { forecastCoverage, forecastError, SkillMetrics } from '../../jobs/skill-metrics.ts';
import type { ScoreRow } from '../../src/domain/scoring.ts';

const NEWEST = 480_000;

/** Scores of a run each `every` hours, of `days` days; `error` by how many days before the newest. */
function scores(days: number, error: (daysAgo: number) => number, inside80 = 8) {
  const reads: number[] = [];
  const inits = Array.from({ length: days * 4 }, (_, index) => NEWEST - (days * 4 - 1 - index) * 6);
  return {
    reads,
    inits,
    list: async () => inits,
    read: async (_: string, init: number): Promise<ScoreRow[]> => {
      reads.push(init);
      const sumAbsoluteError = error((NEWEST - init) / 24) * 10;
      const row = {
        model: 'net',
        variable: 'temperature_2m',
        count: 10,
        sumAbsoluteError,
        sumSquaredError: 0,
        sumError: 0,
      } as const;
      const quantiles = { count: 10, sumCrps: 0, inside50: 5, inside80 };
      return [1, 2].map((lead) => ({ ...row, lead, quantiles }));
    },
  };
}

async function figures(gauge: typeof forecastError): Promise<Record<string, number>> {
  const { values } = await gauge.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.window, Number(value.toFixed(4))]));
}

beforeEach(() => {
  forecastError.reset();
  forecastCoverage.reset();
});

describe('the skill of the last week', () => {
  it('stands beside that of two months', async () => {
    await new SkillMetrics().measure(
      scores(90, (daysAgo) => (daysAgo < 7 ? 3 : 1)),
      'real',
    );
    expect(await figures(forecastError)).toEqual({ '7d': 3, '60d': Number(((7 * 3 + 53) / 60).toFixed(4)) });
    expect(await figures(forecastCoverage)).toEqual({ '7d': 0.8, '60d': 0.8 });
  });

  it('is not told of a window of which less than half is scored', async () => {
    await new SkillMetrics().measure(
      scores(10, () => 1),
      'real',
    );
    expect(Object.keys(await figures(forecastError))).toEqual(['7d']);
    forecastError.reset();
    await new SkillMetrics().measure(
      scores(2, () => 1),
      'real',
    );
    expect(await figures(forecastError)).toEqual({});
  });

  it('reads each run once, and none from before two months', async () => {
    const skill = new SkillMetrics();
    const store = scores(90, () => 1);
    await skill.measure(store, 'real');
    expect(store.reads).toHaveLength(60 * 4);
    store.inits.push(NEWEST + 6);
    await skill.measure(store, 'real');
    expect(store.reads).toHaveLength(60 * 4 + 1);
  });
});
