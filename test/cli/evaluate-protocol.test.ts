/** The public evaluations on tiny imitations of the published data, beside what numpy computes of them by the public code's rule. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerEvaluate } from '../../src/cli/evaluate.ts';
import { printed } from './support.ts';

const FIXTURES = new URL('../fixtures/benchmarks', import.meta.url).pathname;
const run = (...args: string[]) => printed(registerEvaluate, 'evaluate', ...args);

interface Line {
  model: string;
  horizon: number;
  windows: number;
  mae: Record<string, number>;
  mse: Record<string, number>;
}

let expected: {
  corrformer: { windows: number; mse: number; mae: number };
  weather5k: Record<
    string,
    { windows: number; mae: Record<string, number>; mse: Record<string, number>; overall: { mae: number; mse: number } }
  >;
};
let root: string;
beforeAll(async () => {
  expected = JSON.parse(await readFile(join(FIXTURES, 'expected.json'), 'utf8'));
  root = await mkdtemp(join(tmpdir(), 'kernelcast-protocol-'));
});
afterAll(() => rm(root, { recursive: true }));

async function results(protocol: string, folder: string): Promise<Line[]> {
  return JSON.parse(await run('--protocol', protocol, '--data', folder, '--json')).results;
}

describe('evaluate --protocol corrformer', () => {
  test("persistence has numpy's errors, in units, over all windows of the test file", async () => {
    const lines = await results('corrformer', join(FIXTURES, 'global_temp'));
    const { mae, mse, windows } = lines.find(({ model }) => model === 'persistence')!;
    expect(windows).toBe(3 * expected.corrformer.windows);
    expect(mse.temperature_2m).toBeCloseTo(expected.corrformer.mse, 4);
    expect(mae.temperature_2m).toBeCloseTo(expected.corrformer.mae, 4);
    expect(lines.map(({ model }) => model)).toContain('unireplknet');
    const table = await run('--protocol', 'corrformer', '--data', join(FIXTURES, 'global_temp'));
    expect(table).toMatch(/persistence +24 h +27 +4\.913 +36\.578/);
  });

  test('files that are not what they should be are told by name', async () => {
    await expect(results('corrformer', root)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: /global_temp/ });
    await expect(run('--protocol', 'corrformer')).rejects.toMatchObject({ code: 'USAGE', hint: /--data/ });
    await writeFile(join(root, 'temp_global_hourly_test.npy'), 'no numbers');
    await expect(results('corrformer', root)).rejects.toMatchObject({ code: /FORMAT|NOT_FOUND/ });
  });
});

describe('evaluate --protocol weather-5k', () => {
  test("persistence has numpy's errors of each variable and horizon; hours of other years are not tested on", async () => {
    const lines = await results('weather-5k', join(FIXTURES, 'weather-5k'));
    for (const [horizon, wanted] of Object.entries(expected.weather5k)) {
      const line = lines.find((each) => each.model === 'persistence' && each.horizon === Number(horizon))!;
      expect(line.windows).toBe(wanted.windows);
      for (const [name, value] of Object.entries(wanted.mae)) expect(line.mae[name]).toBeCloseTo(value, 8);
      for (const [name, value] of Object.entries(wanted.mse)) expect(line.mse[name]).toBeCloseTo(value, 6);
      expect(line.mae.overall).toBeCloseTo(wanted.overall.mae, 8);
      expect(line.mse.overall).toBeCloseTo(wanted.overall.mse, 6);
    }
    // Ten days hold windows of 48 + 168 hours too, and the day before comes again after 24 hours.
    expect(lines.map(({ model, horizon }) => `${model} ${horizon}`)).toEqual([
      ...['persistence 24', 'last-day 24', 'persistence 72', 'last-day 72'],
      ...['persistence 120', 'last-day 120', 'persistence 168', 'last-day 168'],
    ]);
  });

  test('a table without a column is told by name', async () => {
    const folder = join(root, 'global_weather_stations');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(folder));
    await writeFile(join(folder, 'a.csv'), 'DATE,TMP\n2023-01-01 00:00:00,3\n');
    await expect(results('weather-5k', root)).rejects.toMatchObject({ code: 'FORMAT', message: /no column DEW/ });
  });
});
