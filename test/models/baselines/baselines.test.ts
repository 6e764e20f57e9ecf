import { expect, test } from 'vitest';
import { analogueHours, climatology } from '../../../models/baselines/climatology.ts';
import { diurnalPersistence } from '../../../models/baselines/diurnal-persistence.ts';
import { persistence } from '../../../models/baselines/persistence.ts';
import { viewSeries } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const init = parseHour('2025-02-20T12:00Z');
const stations = testStations(2);

test('persistence repeats the value at init for 24 hours', async () => {
  const observations = testSeries({
    stations,
    from: init - 47,
    hours: 48,
    values: { temperature_2m: (hour, station) => hour - init + station * 100 },
  });
  const forecast = await persistence.forecast({ observations, init });
  expect(forecast.from).toBe(init + 1);
  expect(forecast.variables.temperature_2m!.values).toHaveLength(48);
  expect([...forecast.variables.temperature_2m!.values.slice(-2)]).toEqual([0, 100]);
});

test('persistence takes the last value of a silent station for six hours, then gives none', async () => {
  const silentFor = async (hours: number) => {
    const observations = testSeries({
      stations,
      from: init - 47,
      hours: 48,
      values: { wind_speed_10m: (hour) => (hour > init - hours ? Number.NaN : 7) },
    });
    return (await persistence.forecast({ observations, init })).variables.wind_speed_10m!.values[0];
  };
  expect(await silentFor(6)).toBe(7);
  expect(await silentFor(7)).toBeNaN();
});

test('climatology is the mean of the past 30 days at the same hour when there is less than a year', async () => {
  const from = init - 40 * 24;
  const observations = testSeries({
    stations,
    from,
    hours: 40 * 24 + 1,
    // The hour of day, and far-off values in the days that are too old.
    values: { temperature_2m: (hour) => (hour % 24) + (hour < init - 31 * 24 ? 1000 : 0) },
  });
  const forecast = await climatology.forecast({ observations, init });
  for (let lead = 1; lead <= 24; lead++) {
    expect(forecast.variables.temperature_2m!.values[(lead - 1) * 2]).toBeCloseTo((init + lead) % 24);
  }
});

test('climatology looks at the same season of earlier years, and never after init', () => {
  const observations = testSeries({ stations: [], from: init - 3 * 8766, hours: 5 * 8766, values: {} });
  const hours = analogueHours(init + 5, init, observations);
  expect(Math.max(...hours)).toBeLessThanOrEqual(init);
  expect(hours.every((hour) => (hour - init - 5) % 24 === 0)).toBe(true);
  const days = hours.map((hour) => (init + 5 - hour) / 24);
  expect(days.every((day) => [0, 365, 731, 1096].some((year) => Math.abs(day - year) <= 30))).toBe(true);
  expect(days.some((day) => day > 1000)).toBe(true);
});

test('climatology of a station with too few values is missing', async () => {
  const observations = testSeries({
    stations,
    from: init - 10 * 24,
    hours: 10 * 24 + 1,
    values: { temperature_2m: (hour, station) => (station === 0 && hour < init - 72 ? Number.NaN : 1) },
  });
  const { values } = (await climatology.forecast({ observations, init })).variables.temperature_2m!;
  expect(values[0]).toBeNaN();
  expect(values[1]).toBe(1);
});

test('climatology of many inits at once is that of each alone', async () => {
  const whole = testSeries({
    stations,
    from: init - 50 * 24,
    hours: 60 * 24,
    values: { temperature_2m: (hour, station) => Math.sin(hour * 1.7) + station },
  });
  const inputs = [0, 1, 5, 30].map((later) => ({
    observations: viewSeries(whole, whole.from, init + later + 1),
    init: init + later,
  }));
  const together = await climatology.forecastMany!(inputs);
  for (const [index, input] of inputs.entries()) expect(together[index]).toEqual(await climatology.forecast(input));
  const moved = { observations: viewSeries(whole, whole.from + 24 * 30, init + 1), init };
  expect((await climatology.forecastMany!([inputs[0], moved]))[1]).toEqual(await climatology.forecast(moved));
});

test('diurnal persistence is the day before, hour by hour, and up to six hours earlier where that is missing', async () => {
  const observations = testSeries({
    stations,
    from: init - 29,
    hours: 30,
    values: {
      temperature_2m: (hour, station) => {
        const missing = station === 1 && hour > init - 12 && hour <= init - 4;
        return missing ? Number.NaN : hour - init + station * 100;
      },
    },
  });
  const { values } = (await diurnalPersistence.forecast({ observations, init })).variables.temperature_2m!;
  expect(Array.from({ length: 24 }, (_, lead) => values[lead * 2])).toEqual(
    Array.from({ length: 24 }, (_, lead) => lead - 23),
  );
  // The last value before the gap is that of init - 12, at lead 12; it serves six hours more.
  expect([11, 12, 17, 18, 19, 20].map((lead) => values[lead * 2 + 1])).toEqual([
    88,
    88,
    88,
    Number.NaN,
    Number.NaN,
    97,
  ]);
});
