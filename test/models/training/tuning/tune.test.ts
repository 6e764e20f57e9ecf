import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  gridChoices,
  randomChoices,
  searchSpaceSchema,
  withChoice,
} from '../../../../models/training/tuning/search-space.ts';
import { parseTuneConfig, type TrialResult, type TuneOptions, tune } from '../../../../models/training/tuning/tune.ts';
import { sliceSeries } from '../../../../src/domain/series.ts';
import { formatHour } from '../../../../src/domain/time.ts';
import { cycle, SMALL, smallSettings } from '../small-training.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-tune-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (hours: number) => formatHour(cycle.from + hours);
const BASE = {
  architecture: SMALL,
  data: {
    sources: [{ dataset: 'cycle', train: { from: at(0), to: at(90) }, validate: { from: at(140), to: at(200) } }],
  },
  training: smallSettings({ steps: 100, validateEvery: 2, validationExamples: 3 }),
};
const SEARCH = { 'training.learningRate': [1e-6, 0.02], 'architecture.dModel': [8, 16] };

function options(out: string, overrides: Partial<TuneOptions> = {}): TuneOptions {
  return {
    config: parseTuneConfig({ base: BASE, strategy: 'grid', steps: 4, search: SEARCH }, 'tune.json'),
    openSources: async () => [
      {
        name: 'cycle',
        stations: cycle.stations,
        from: cycle.from,
        to: cycle.from + cycle.hours,
        variables: 1,
        revision: 'r',
        read: async (from, to) => sliceSeries(cycle, from, to),
      },
    ],
    out: join(root, out),
    checkpointMinutes: 5,
    clock: { now: () => 0 },
    onNotice: () => {},
    onProgress: () => {},
    onResult: () => {},
    ...overrides,
  };
}

const timeless = (results: readonly TrialResult[]) => results.map(({ seconds: _, ...result }) => result);

test('every trial trains for the same steps; the best by validation is given back with all steps', async () => {
  const { results, best, finished } = await tune(options('whole'));
  expect(finished).toBe(true);
  expect(results.map(({ values }) => Object.values(values))).toEqual([
    [1e-6, 8],
    [1e-6, 16],
    [0.02, 8],
    [0.02, 16],
  ]);
  const losses = results.map(({ validation }) => validation!.loss);
  expect(best!.result.validation!.loss).toBe(Math.min(...losses));
  expect(best!.result.values['training.learningRate']).toBe(0.02);
  expect(best!.config).toMatchObject({ training: { steps: 100, learningRate: 0.02 } });
  expect(results.every(({ bestStep }) => bestStep! <= 4)).toBe(true);
  expect((await readdir(join(root, 'whole'))).sort()).toEqual(['results.jsonl', 'search.json']);
});

test('stopped within a trial and begun again, it finds the same', async () => {
  const stopper = new AbortController();
  const stopped = await tune(
    options('again', { signal: stopper.signal, onProgress: (trial) => trial === 1 && stopper.abort() }),
  );
  expect(stopped).toMatchObject({ finished: false, results: [{ trial: 0 }] });
  const notices: string[] = [];
  const { results } = await tune(options('again', { onNotice: (notice) => notices.push(notice) }));
  expect(notices.join()).toMatch(/goes on at step 3 of 4/);
  const kept = await readFile(join(root, 'whole', 'results.jsonl'), 'utf8');
  expect(timeless(results)).toEqual(
    timeless(
      kept
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ),
  );
});

test('another search in the same folder is refused', async () => {
  const other = options('whole');
  const changed = { ...other, config: { ...other.config, steps: 5 } };
  await expect(tune(changed)).rejects.toMatchObject({ code: 'USAGE', where: { steps: 'was 4, is 5' } });
});

test('a trial that runs away is a result with its error, and the search goes on', async () => {
  const given = options('wild');
  const search = searchSpaceSchema.parse({ 'training.learningRate': [1e30, 0.02] });
  const { results, best } = await tune({ ...given, config: { ...given.config, search } });
  expect(results[0].error).toMatch(/became/);
  expect(best!.result.trial).toBe(1);
});

test('random choices lie in their ranges, differ, and more of them only add to the others', () => {
  const space = searchSpaceSchema.parse({
    'training.learningRate': { min: 1e-4, max: 1e-2, scale: 'log' },
    'training.batchSize': { min: 16, max: 64, integer: true },
    'architecture.dModel': [32, 48],
  });
  const choices = randomChoices(space, 200, 1);
  expect(randomChoices(space, 20, 1)).toEqual(choices.slice(0, 20));
  expect(randomChoices(space, 20, 2)).not.toEqual(choices.slice(0, 20));
  const rates = choices.map((choice) => choice['training.learningRate'] as number);
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
  // Half of them in each of the two decades.
  expect(rates.filter((rate) => rate < 1e-3).length).toBeGreaterThan(70);
  expect(rates.filter((rate) => rate < 1e-3).length).toBeLessThan(130);
  expect(choices.every((choice) => Number.isInteger(choice['training.batchSize']))).toBe(true);
  expect(randomChoices(searchSpaceSchema.parse({ 'architecture.dModel': [1, 2, 3] }), 10, 1)).toHaveLength(3);
});

test('what cannot be searched is refused with its field', () => {
  const parse = (search: unknown) => () => parseTuneConfig({ base: BASE, steps: 1, search }, 'tune.json');
  expect(parse({ 'training.learningRate': { min: 1, max: 1 } })).toThrow(/min must lie below max/);
  expect(parse({ 'training.learningRate': { min: 0, max: 1, scale: 'log' } })).toThrow(/begins above 0/);
  expect(parse({ steps: [1] })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(parse({})).toThrow(/name a field/);
  const { data: _, ...bare } = BASE;
  expect(() => parseTuneConfig({ base: bare, steps: 1, search: SEARCH }, 't')).toThrow(/has no data/);
  expect(() => gridChoices(searchSpaceSchema.parse({ 'data.gapHours': { min: 0, max: 9 } }))).toThrow(/no ranges/);
  expect(() => withChoice(BASE, { 'architecture.nothing.here': 1 })).toThrow(/no such field/);
  expect(withChoice(BASE, { 'training.patience': 3 })).toMatchObject({ training: { patience: 3, steps: 100 } });
});
