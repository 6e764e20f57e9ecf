import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { climatology } from '../../../models/baselines/climatology.ts';
import { persistence } from '../../../models/baselines/persistence.ts';
import { verifyRuns } from '../../../models/evaluation/verification.ts';
import type { ForecastModel } from '../../../models/forecast-model.ts';
import { forecastRun } from '../../../models/serving/forecast-run.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const from = parseHour('2025-01-30');
const stations = testStations(4);
const clock = { now: () => Date.UTC(2025, 1, 10) };
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-run-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const observe = (first: number, hours: number) =>
  new ObservationStore(root).merge(
    'd',
    testSeries({ stations, from: first, hours, values: { temperature_2m: (hour) => hour - from } }),
    { source: 'test' },
  );

const forecast = (init?: number) =>
  forecastRun({
    observations: new ObservationStore(root),
    runs: new RunStore(root),
    models: [persistence, climatology],
    dataset: 'd',
    init,
    clock,
  });

test('a run of all models is published once, from the newest observation', async () => {
  await observe(from, 60);
  expect(await forecast()).toEqual({ init: from + 59, outcome: 'published' });
  expect(await forecast()).toEqual({ init: from + 59, outcome: 'exists' });
  const runs = new RunStore(root);
  expect(await runs.list('d')).toEqual([from + 59]);
  expect((await runs.describe('d', from + 59)).models.map(({ id }) => id)).toEqual(['persistence', 'climatology']);
  const { values } = (await runs.read('d', from + 59, 'persistence')).variables.temperature_2m!;
  expect([...new Set(values)]).toEqual([59]);
});

test('a hindcast sees nothing after its init', async () => {
  await observe(from, 100);
  await forecast(from + 70);
  const { values } = (await new RunStore(root).read('d', from + 70, 'persistence')).variables.temperature_2m!;
  expect(values[0]).toBe(70);
});

test('each model is given the hours that it looks at, up to init and none after', async () => {
  await observe(from, 100);
  const given: [first: number, last: number][] = [];
  const watching = (historyHours: number): ForecastModel => ({
    ...persistence,
    id: `watching-${historyHours}`,
    historyHours,
    forecast(input) {
      const { observations } = input;
      given.push([observations.from - input.init, observations.from + observations.hours - 1 - input.init]);
      return persistence.forecast(input);
    },
  });
  await forecastRun({
    observations: new ObservationStore(root),
    runs: new RunStore(root),
    models: [watching(48), watching(10), watching(100_000)],
    dataset: 'd',
    init: from + 70,
    clock,
  });
  expect(given).toEqual([
    [-47, 0],
    [-9, 0],
    [-70, 0],
  ]);
});

test('a time without 48 hours before it is refused, with the times that would do', async () => {
  await observe(from, 60);
  await expect(forecast(from + 20)).rejects.toMatchObject({ code: 'TOO_LITTLE_DATA', hint: /2025-01-31T23:00Z/ });
  await expect(forecast(from + 60)).rejects.toMatchObject({ code: 'TOO_LITTLE_DATA' });
  expect(await new RunStore(root).list('d')).toEqual([]);
});

test('a run is scored once, when its last hour has been observed', async () => {
  const verify = () =>
    verifyRuns({
      observations: new ObservationStore(root),
      runs: new RunStore(root),
      scores: new ScoreStore(root),
      dataset: 'd',
    });
  await observe(from, 50);
  await forecast(from + 47);
  await observe(from + 50, 21);
  expect(await verify()).toEqual([]);
  await observe(from + 71, 1);
  expect(await verify()).toEqual([from + 47]);
  expect(await verify()).toEqual([]);
  const rows = await new ScoreStore(root).read('d', from + 47);
  const last = rows.find((row) => row.model === 'persistence' && row.lead === 24)!;
  // Persistence stands still while the truth climbs one degree an hour, at four stations.
  expect(last).toMatchObject({ count: 4, sumError: -96, sumAbsoluteError: 96, sumSquaredError: 4 * 24 * 24 });
});

test('the scores of a run keep how well its uncertainty held; those of a model without have none', async () => {
  const uncertain: ForecastModel = {
    ...persistence,
    id: 'uncertain',
    async forecast(input) {
      const forecast = await persistence.forecast(input);
      const { values } = forecast.variables.temperature_2m!;
      // Of lead hour n the truth is n degrees above: within 12 for half of them, within 18 for three quarters.
      const levels = [-18, -12, 0, 12, 18].map((offset) => values.map((value) => value + offset));
      return { ...forecast, quantiles: { temperature_2m: levels } };
    },
  };
  await observe(from, 72);
  const stores = { observations: new ObservationStore(root), runs: new RunStore(root) };
  await forecastRun({ ...stores, models: [uncertain, persistence], dataset: 'd', init: from + 47, clock });
  const scores = new ScoreStore(root);
  await verifyRuns({ ...stores, scores, dataset: 'd' });
  const rows = (await scores.read('d', from + 47)).filter(({ variable }) => variable === 'temperature_2m');
  const of = (model: string, lead: number) => rows.find((row) => row.model === model && row.lead === lead)!.quantiles;
  expect(of('persistence', 5)).toBeUndefined();
  expect([12, 13, 18, 19].map((lead) => [of('uncertain', lead)!.inside50, of('uncertain', lead)!.inside80])).toEqual([
    [4, 4],
    [0, 4],
    [0, 4],
    [0, 0],
  ]);
  expect(of('uncertain', 12)).toMatchObject({ count: 4 });
  expect(of('uncertain', 12)!.sumCrps).toBeCloseTo(4 * (2 / 5) * (30 * 0.1 + 24 * 0.25 + 12 * 0.5 + 0 + 6 * 0.1));
});
