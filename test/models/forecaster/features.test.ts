import { expect, test } from 'vitest';
import { CHANNEL_SCALES, HOUR_FEATURES, nodeFeatures, STATION_FEATURES } from '../../../models/forecaster/features.ts';
import { layOutNodes } from '../../../models/forecaster/node-layout.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const init = parseHour('2025-02-20T12:00Z');
const stations = testStations(2);
const [node] = layOutNodes(stations, { stationsPerNode: 2, haloStations: 1 });
const PLACES = 3;

const featuresOf = (values: Parameters<typeof testSeries>[0]['values']) =>
  nodeFeatures(testSeries({ stations, from: init - 47, hours: 48, values }), node, init);

/** What the network sees of the first own station's channel, hour by hour, in units. */
const seen = ({ series }: ReturnType<typeof featuresOf>, channel: number) =>
  Array.from({ length: 48 }, (_, hour) => series[hour * PLACES * 4 + channel] * CHANNEL_SCALES[channel]);

test('a gap is bridged in a straight line between the hours on its sides', () => {
  const ramp = (hour: number) => (hour - init) / 4;
  const whole = seen(featuresOf({ wind_speed_10m: ramp }), 3);
  const isGap = (hour: number) => (hour > init - 40 && hour < init - 33) || hour === init - 10;
  const bridged = seen(featuresOf({ wind_speed_10m: (hour) => (isGap(hour) ? Number.NaN : ramp(hour)) }), 3);
  for (const [hour, value] of whole.entries()) expect(bridged[hour]).toBeCloseTo(value, 5);
});

test('gaps at the ends hold the nearest value', () => {
  const values = seen(
    featuresOf({ wind_speed_10m: (hour) => (hour < init - 40 || hour > init - 5 ? Number.NaN : hour - init) }),
    3,
  );
  expect(values[0]).toBeCloseTo(-40, 4);
  expect(values[47]).toBeCloseTo(-5, 4);
});

test("temperature counts from the station's mean over the window, wind from zero", () => {
  const features = featuresOf({ temperature_2m: (hour) => 20 + (hour % 2), wind_speed_10m: () => 6 });
  const temperature = seen(features, 0);
  expect(temperature.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 3);
  expect(features.baselines[0]).toBeCloseTo(20.5);
  expect(seen(features, 3)[7]).toBeCloseTo(6, 5);
  expect(features.baselines[3]).toBe(0);
});

test('what is not there is zero and says so: empty places, absent variables, stations that were mostly silent', () => {
  const features = featuresOf({
    temperature_2m: (hour, station) => (station === node.stations[1] && hour > init - 30 ? Number.NaN : 15),
  });
  const present = (place: number) => features.places[place * STATION_FEATURES];
  const has = (place: number, channel: number) => features.places[place * STATION_FEATURES + 6 + channel];
  expect([present(0), present(1), present(2)]).toEqual([1, 1, 0]);
  expect([has(0, 0), has(1, 0), has(0, 3)]).toEqual([1, 0, 0]);
  expect(features.baselines[4]).toBeNaN();
});

test('the hours are marked by where the sun stands: its elevation is highest at local noon', () => {
  const { marks } = featuresOf({});
  const elevations = Array.from({ length: 24 }, (_, hour) => marks[hour * HOUR_FEATURES + 4]);
  const highest = elevations.indexOf(Math.max(...elevations));
  const solarHour = (((init - 47 + highest) % 24) + node.centre.longitude / 15 + 48) % 24;
  expect(Math.abs(solarHour - 12)).toBeLessThanOrEqual(0.5);
});
