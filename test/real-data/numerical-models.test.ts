/** Eight numerical models over the Pacific Northwest, judged by the protocol of their README: what is published with them, and ours. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPairedForecasts } from '../../ingest/tables/paired-forecasts.ts';
import { type PairScores, sequentialPairs } from '../../models/evaluation/sequential-pairs.ts';
import { parseHour } from '../../src/domain/time.ts';
import { data } from './published.ts';

const FILE = join(data, 'nwp', 'pacific_northwest_2004_t2m_48h_8members.csv');

describe.skipIf(!existsSync(FILE))('48-hour temperatures of eight models, sequentially', () => {
  let scores: PairScores[];

  beforeAll(async () => {
    const pairs = await readPairedForecasts(FILE);
    expect(pairs.stations).toHaveLength(969);
    // From the 28th valid day on.
    const [from, to] = [pairs.times[27], parseHour('2004-03-01')];
    scores = sequentialPairs({ pairs, leadHours: 48, from, to });
  });

  test('the mean of the models has the published error', () => {
    const [mean] = scores;
    expect(mean.count).toBe(17_632);
    expect(mean.mse).toBeCloseTo(10.753, 3);
    expect(mean.mae).toBeCloseTo(2.517, 3);
  });

  test('each model is the better for being corrected', () => {
    const corrected = scores.filter(({ name }) => name.endsWith(', corrected'));
    expect(corrected).toHaveLength(8);
    for (const { name, mse } of corrected) {
      const raw = scores.find((one) => `${one.name}, corrected` === name)!;
      expect(mse).toBeLessThan(0.75 * raw.mse);
    }
  });

  test('the best of all is better than EMOS after the station correction, and its 80 % interval holds', () => {
    const best = scores.at(-1)!;
    expect(best.count).toBe(17_632);
    expect(best.mse).toBeLessThan(6.8);
    expect(best.crps).toBeLessThan(1.43);
    expect(best.coverage80).toBeGreaterThan(0.78);
    expect(best.coverage80).toBeLessThan(0.82);
  });
});
