import { expect, test } from 'vitest';
import { HISTORY_HOURS, stationWindows } from '../../../models/universal/station-windows.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const init = parseHour('2025-02-20T13:00Z');
const SPEED = 3;

function windowOf(
  values: Parameters<typeof testSeries>[0]['values'],
  { hours = HISTORY_HOURS + 100, after = 0, historyHours = HISTORY_HOURS } = {},
) {
  const observations = testSeries({ stations: testStations(2), from: init + 1 - hours, hours: hours + after, values });
  return stationWindows(observations, init, { stations: [1], historyHours });
}

const channel = (values: Float32Array, of: number) => [...values].filter((_, index) => index % 4 === of);

test('the climate is the mean of the last thirty days at each hour of the day, in the order of the hours after init', () => {
  const daily = (hour: number) => 10 + (hour % 24);
  const { climate, anomalies, means, known } = windowOf({ temperature_2m: daily });
  expect(channel(climate, 0)).toEqual(Array.from({ length: 24 }, (_, lead) => daily(init + 1 + lead)));
  expect(channel(anomalies, 0).every((value) => Math.abs(value) < 1e-4)).toBe(true);
  expect(means[0]).toBeCloseTo(21.5, 5);
  expect(known[0]).toBe(1);
});

test('nothing before the thirty days, and nothing after init, is looked at', () => {
  const values = (beyond: number) => ({
    wind_speed_10m: (hour: number) => (hour > init || hour <= init - HISTORY_HOURS ? beyond : 5 + (hour % 7)),
  });
  expect(windowOf(values(99), { after: 24 })).toEqual(windowOf(values(-99), { after: 24 }));
});

test('a new station has the climate of what there is, and says so', () => {
  const trend = { temperature_2m: (hour: number) => (hour > init - 24 ? 4 : 2) };
  const short = windowOf(trend, { hours: 48 });
  expect(channel(short.climate, 0).every((value) => value === 3)).toBe(true);
  expect(channel(short.anomalies, 0)).toEqual(Array.from({ length: 48 }, (_, hour) => (hour < 24 ? -1 : 1)));
  expect(short.known[0]).toBeCloseTo(48 / HISTORY_HOURS, 5);
  expect(windowOf(trend, { historyHours: 48 })).toEqual(short);
});

test('an hour of the day that was never observed has the mean of the others', () => {
  const { climate } = windowOf({ temperature_2m: (hour) => (hour % 2 === 0 ? Number.NaN : 7) });
  expect(channel(climate, 0).every((value) => value === 7)).toBe(true);
});

test('a gap in the last 48 hours is bridged in a straight line, one at an end holds the nearest value', () => {
  const ramp = (hour: number) => (hour - init) / 4;
  const seen = (isGap: (hour: number) => boolean) => {
    const { anomalies, climate } = windowOf({ wind_speed_10m: (hour) => (isGap(hour) ? Number.NaN : ramp(hour)) });
    return channel(anomalies, SPEED).map((value, hour) => value + channel(climate, SPEED)[hour % 24]);
  };
  const bridged = seen((hour) => (hour > init - 40 && hour < init - 33) || hour === init - 10);
  for (const [hour, value] of bridged.entries()) expect(value).toBeCloseTo((hour - 47) / 4, 4);
  const held = seen((hour) => hour < init - 40 || hour > init - 5);
  expect(held[0]).toBeCloseTo(-10, 4);
  expect(held[47]).toBeCloseTo(-1.25, 4);
});

test('a variable that is not there, or was mostly silent, is left out', () => {
  const { means, anomalies } = windowOf({ temperature_2m: (hour) => (hour > init - 30 ? Number.NaN : 15) });
  expect([...means]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(anomalies.every((value) => value === 0)).toBe(true);
});

test('the windows of many stations are those of each alone, in the order that was asked for', () => {
  const stations = testStations(300);
  const temperature_2m = (hour: number, station: number) =>
    (hour * station) % 7 < 1 ? Number.NaN : station + Math.sin(hour / 3);
  const observations = testSeries({ stations, from: init - 99, hours: 110, values: { temperature_2m } });
  const all = stationWindows(observations, init);
  const some = [299, 3, 128, 127];
  const chosen = stationWindows(observations, init, { stations: some });
  for (const [name, values] of Object.entries(all)) {
    const size = values.length / 300;
    const own = (from: Float32Array, at: number) => from.slice(at * size, (at + 1) * size);
    for (const [index, station] of some.entries()) {
      const alone = stationWindows(observations, init, { stations: [station] })[name as keyof typeof all];
      expect(own(values, station)).toEqual(alone);
      expect(own(chosen[name as keyof typeof all], index)).toEqual(alone);
    }
  }
});
