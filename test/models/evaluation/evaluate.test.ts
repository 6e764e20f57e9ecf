import { expect, test } from 'vitest';
import { evaluate } from '../../../models/evaluation/evaluate.ts';
import { scoreForecast } from '../../../models/evaluation/scoring.ts';
import { type ForecastModel, forecastSeries } from '../../../models/forecast-model.ts';
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

test('a span too short for a window is refused', async () => {
  await expect(evaluate({ observations, models: [climbing], from: start + 100, to: start + 110 })).rejects.toThrow(
    /no window of 48 \+ 24 hours/,
  );
});
