import { expect, test } from 'vitest';
import { evaluate } from '../../../models/evaluation/evaluate.ts';
import { type ForecastModel, forecastSeries } from '../../../models/forecast-model.ts';
import { scoreForecast } from '../../../src/domain/scoring.ts';
import { FLAG } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const start = parseHour('2025-01-01');
const stations = testStations(3);
const observations = testSeries({ stations, from: start, hours: 240, values: { temperature_2m: () => 10 } });

/** Forecasts 10 + lead - 1 everywhere, so that the error of lead hour n is n - 1. */
const climbing: ForecastModel = {
  id: 'climbing',
  name: 'Climbing',
  kind: 'baseline',
  weightsSha256: null,
  historyHours: 1,
  forecast: async (input) =>
    forecastSeries(
      input,
      new Map([['temperature_2m', Float32Array.from({ length: 72 }, (_, i) => 10 + Math.floor(i / 3))]]),
    ),
};

test('errors are means over all windows, stations and lead hours', async () => {
  const { windows, models } = await evaluate({ observations, models: [climbing], from: start + 100, to: start + 148 });
  expect(windows).toBe(25);
  const scores = models[0].variables.temperature_2m!;
  expect(scores.count).toBe(25 * 3 * 24);
  expect(scores.bias).toBeCloseTo(11.5);
  expect(scores.mse).toBeCloseTo((23 * 24 * 47) / 6 / 24);
  expect(scores.byLead[3].mae).toBeCloseTo(3);
});

test('every window whose targets lie in the span is scored, none before its 48 hours are there', async () => {
  const inits: number[] = [];
  const watching: ForecastModel = {
    ...climbing,
    forecast: (input) => {
      inits.push(input.init);
      return climbing.forecast(input);
    },
  };
  await evaluate({ observations, models: [watching], from: start, to: start + 240 });
  expect(inits[0]).toBe(start + 47);
  expect(inits.at(-1)).toBe(start + 215);
  expect(inits).toHaveLength(169);
});

test('a model sees nothing after init', async () => {
  const ends: number[] = [];
  const watching: ForecastModel = {
    ...climbing,
    historyHours: 48,
    forecast: (input) => {
      ends.push(input.observations.from + input.observations.hours - 1 - input.init);
      expect(input.observations.hours).toBe(48);
      return climbing.forecast(input);
    },
  };
  await evaluate({ observations, models: [watching], from: start + 100, to: start + 148, stride: 7 });
  expect(ends).toEqual([0, 0, 0, 0]);
});

test('interpolated and missing values are not scored', () => {
  const targets = testSeries({
    stations,
    from: start,
    hours: 24,
    values: { temperature_2m: (_, s) => (s === 0 ? Number.NaN : 10) },
  });
  targets.variables.temperature_2m!.flags[1] = FLAG.INTERPOLATED;
  const forecast = testSeries({ stations, from: start, hours: 24, values: { temperature_2m: () => 12 } });
  const rows = scoreForecast('m', forecast, targets);
  expect(rows.map(({ count }) => count)).toEqual([1, ...Array(23).fill(2)]);
  expect(rows[1]).toEqual({
    model: 'm',
    variable: 'temperature_2m',
    lead: 2,
    count: 2,
    sumSquaredError: 8,
    sumAbsoluteError: 4,
    sumError: 4,
  });
});

test('a span in which nothing was observed is refused: there is nothing to score', async () => {
  const { values, flags } = observations.variables.temperature_2m!;
  const made = { values, flags: flags.map(() => FLAG.INTERPOLATED) };
  const options = { models: [climbing], from: start + 100, to: start + 148 };
  await expect(
    evaluate({ ...options, observations: { ...observations, variables: { temperature_2m: made } } }),
  ).rejects.toMatchObject({ code: 'TOO_LITTLE_DATA', message: expect.stringContaining('nothing to score') });
});

test('a span too short for a window is refused', async () => {
  await expect(evaluate({ observations, models: [climbing], from: start + 100, to: start + 110 })).rejects.toThrow(
    /no window of 48 \+ 24 hours/,
  );
});

/** A model whose every value is a function of init, lead (from 1) and station; NaN is missing. */
function modelOf(id: string, value: (init: number, lead: number, station: number) => number): ForecastModel {
  return {
    ...climbing,
    id,
    forecast: async (input) => {
      const values = Float32Array.from({ length: 72 }, (_, cell) =>
        value(input.init, Math.floor(cell / 3) + 1, cell % 3),
      );
      return forecastSeries(input, new Map([['temperature_2m', values]]));
    },
  };
}

const month = testSeries({ stations, from: start, hours: 800, values: { temperature_2m: () => 10 } });
const span = { observations: month, from: start + 72, to: start + 800 };

test('a model that makes many forecasts at once is scored as one that makes them one by one', async () => {
  const alone = modelOf('model', (init, lead, station) => 10 + Math.sin(init * lead + station));
  const sizes: number[] = [];
  const together: ForecastModel = {
    ...alone,
    forecastMany: async (inputs) => {
      sizes.push(inputs.length);
      return Promise.all(inputs.map((input) => alone.forecast(input)));
    },
  };
  expect(await evaluate({ ...span, models: [together] })).toEqual(await evaluate({ ...span, models: [alone] }));
  expect(Math.max(...sizes)).toBeGreaterThan(1);
  expect(sizes.reduce((a, b) => a + b)).toBe(800 - 72 - 24 + 1);
});

test('errors are told by station, and differences over the targets that both models have', async () => {
  const flat = modelOf('flat', () => 12);
  const partial = modelOf('partial', (_, lead, station) => (station === 2 || lead > 12 ? Number.NaN : 10 + station));
  const { models, differences } = await evaluate({ ...span, models: [flat, partial] });
  const scores = models[1].variables.temperature_2m!;
  expect(scores.byStation.map(({ station, count, mae }) => [station, count, mae])).toEqual([
    ['s0', 705 * 12, 0],
    ['s1', 705 * 12, 1],
    ['s2', 0, Number.NaN],
  ]);
  expect(models[0].variables.temperature_2m!.count).toBe(705 * 72);
  expect(differences.find(({ score }) => score === 'mse')).toMatchObject({
    model: 'flat',
    than: 'partial',
    count: 705 * 24,
    difference: 4 - 0.5,
    interval: [3.5, 3.5],
    significant: true,
  });
});

test('a difference that changes its sign from day to day is not significant, one that does not is', async () => {
  const even = (init: number) => Math.floor(init / 24) % 2 === 0;
  const models = [
    modelOf('a', (init) => (even(init) ? 11 : 12)),
    modelOf('b', (init) => (even(init) ? 12 : 11)),
    modelOf('c', (init) => (even(init) ? 12.2 : 11.2)),
  ];
  const { differences, blocks } = await evaluate({ ...span, models });
  expect(blocks).toBe(31);
  const significant = (model: string, than: string) =>
    differences.find((one) => one.model === model && one.than === than && one.score === 'mae')!.significant;
  expect(significant('a', 'b')).toBe(false);
  expect(significant('b', 'c')).toBe(true);
});

test('skill is the gain on a reference, with an interval', async () => {
  const models = [modelOf('model', () => 11), modelOf('persistence', () => 12), modelOf('climatology', () => 9.5)];
  const { models: reports } = await evaluate({ ...span, models });
  const { skill } = reports[0].variables.temperature_2m!;
  expect(Object.keys(skill)).toEqual(['persistence', 'climatology']);
  expect(skill.persistence).toMatchObject({ mse: 0.75, mae: 0.5, crps: 0.5, intervals: { mse: [0.75, 0.75] } });
  expect(skill.climatology.mse).toBe(-3);
});

test('the error of the wind as a vector counts both components where both were observed', async () => {
  const wind = testSeries({
    stations,
    from: start,
    hours: 240,
    values: { wind_u_component_10m: (_, s) => (s === 0 ? Number.NaN : 1), wind_v_component_10m: () => 2 },
  });
  const still: ForecastModel = {
    ...climbing,
    forecast: async (input) =>
      forecastSeries(
        input,
        new Map([
          ['wind_u_component_10m', new Float32Array(72).fill(4)],
          ['wind_v_component_10m', new Float32Array(72).fill(6)],
        ]),
      ),
  };
  const { models } = await evaluate({ observations: wind, models: [still], from: start + 48, to: start + 72 });
  expect(models[0].windVector).toEqual({ count: 48, rmse: 5, interval: null });
});

test('where stations are named, they alone are scored, and the models see the others too', async () => {
  const seen: number[] = [];
  const watching: ForecastModel = {
    ...climbing,
    forecast: (input) => {
      seen.push(input.observations.stations.length);
      return climbing.forecast(input);
    },
  };
  const span = { observations, from: start + 100, to: start + 148 };
  const { models } = await evaluate({ ...span, models: [watching], scored: ['s2'] });
  const { count, byStation } = models[0].variables.temperature_2m!;
  expect(count).toBe(25 * 24);
  expect(byStation.map(({ station, count }) => [station, count])).toEqual([['s2', 25 * 24]]);
  expect(new Set(seen)).toEqual(new Set([3]));
  await expect(evaluate({ ...span, models: [watching], scored: ['s2', 'nowhere'] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
