import { expect, test } from 'vitest';
import { HISTORY_HOURS, stationWindows } from '../../../models/universal/station-windows.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const init = parseHour('2025-02-20T13:00Z');

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

test('a gap in the last 48 hours is bridged from anomaly to anomaly, so that the course of the day goes on in it; one at an end holds the nearest', () => {
  // A day of 10 degrees up and down, and weather that grows by a quarter of a degree an hour in the last two days.
  const day = (hour: number) => 5 * Math.sin((2 * Math.PI * hour) / 24);
  const weather = (hour: number) => (hour > init - 48 ? (hour - init + 48) / 4 : 0);
  const seen = (isGap: (hour: number) => boolean) =>
    windowOf({ temperature_2m: (hour) => (isGap(hour) ? Number.NaN : day(hour) + weather(hour)) });
  const whole = channel(seen(() => false).anomalies, 0);
  const gap = (hour: number) => (hour > init - 40 && hour < init - 33) || hour === init - 10;
  const { anomalies, observed } = seen(gap);
  for (const [hour, value] of channel(anomalies, 0).entries()) expect(Math.abs(value - whole[hour])).toBeLessThan(0.4);
  expect(channel(observed, 0)).toEqual(Array.from({ length: 48 }, (_, hour) => (gap(init - 47 + hour) ? 0 : 1)));
  const held = channel(seen((hour) => hour < init - 40 || hour > init - 5).anomalies, 0);
  expect(held.slice(0, 7).every((value) => value === held[7])).toBe(true);
  expect(held.slice(43).every((value) => value === held[42])).toBe(true);
});

test('reports of every third hour leave a climate that goes from one to the next', () => {
  const daily = (hour: number) => 5 * Math.sin((2 * Math.PI * hour) / 24);
  const { climate } = windowOf({ temperature_2m: (hour) => (hour % 3 === 0 ? daily(hour) : Number.NaN) });
  for (const [lead, value] of channel(climate, 0).entries()) {
    expect(Math.abs(value - daily(init + 1 + lead))).toBeLessThan(0.4);
  }
});

test('a variable is known from eight valid hours of 48 on, and left out below', () => {
  const from = (hours: number) => windowOf({ temperature_2m: (hour) => (hour > init - 48 + hours ? Number.NaN : 15) });
  expect([...from(8).means]).toEqual([15, Number.NaN, Number.NaN, Number.NaN]);
  expect([...from(7).means]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(from(7).anomalies.every((value) => value === 0)).toBe(true);
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
