import { expect, test } from 'vitest';
import { PLACES } from '../../../models/universal/config.ts';
import { CHANNEL_SCALES, emptyFeatures, HOUR_FEATURES, writeFeatures } from '../../../models/universal/features.ts';
import { neighbourFinder } from '../../../models/universal/node-layout.ts';
import { stationWindows } from '../../../models/universal/station-windows.ts';
import type { Station } from '../../../src/domain/station.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const init = parseHour('2025-02-20T12:00Z');
const [first, second, third] = testStations(3);
const stations: Station[] = [
  { ...first, latitude: 50, longitude: 5, elevation: 100 },
  { ...second, latitude: 50.5, longitude: 5, elevation: 600 },
  { ...third, latitude: -50, longitude: 5 },
];

function featuresOf(values: Parameters<typeof testSeries>[0]['values'], station = 0, without: number[] = []) {
  const observations = testSeries({ stations, from: init - 95, hours: 96, values });
  const features = emptyFeatures();
  // Whatever was there before is written over.
  for (const array of Object.values(features)) array.fill(Number.NaN);
  const node = { stations: neighbourFinder(stations, true)(station) };
  const seen = node.stations.map((index) => (without.includes(index) ? -1 : index));
  writeFeatures(features, stations, node, init, stationWindows(observations, init), seen);
  return features;
}

/** What the network sees of a place's channel, hour by hour, in units. */
const seen = ({ series }: ReturnType<typeof emptyFeatures>, place: number, channel: number) =>
  Array.from({ length: 48 }, (_, hour) => series[(hour * PLACES + place) * 4 + channel] * CHANNEL_SCALES[channel]);

const front = { temperature_2m: (hour: number, station: number) => (hour > init - 6 - station ? 8 : 12) };

test('the station comes first, its neighbours in their sectors, each from its own climate', () => {
  const features = featuresOf(front);
  const own = seen(features, 0, 0);
  // A day of four is 4 degrees colder at this hour: 3 below their mean.
  expect(own[47] - own[40]).toBeCloseTo(-3, 4);
  // 56 km north: the first sector of the first ring; the front was there an hour before.
  const north = seen(features, 1, 0);
  expect(north[41] - north[40]).toBeCloseTo(-3, 4);
  for (let place = 2; place < PLACES; place++)
    expect(seen(features, place, 0).every((value) => value === 0)).toBe(true);
});

test('a neighbour that is not there, or not to be seen, leaves zeros', () => {
  const hidden = featuresOf(front, 0, [1]);
  expect(seen(hidden, 1, 0).every((value) => value === 0)).toBe(true);
  // Of all that the network is told, only what concerns the neighbour differs.
  const shown = featuresOf(front);
  expect(hidden.marks).toEqual(shown.marks);
  expect(seen(hidden, 0, 0)).toEqual(seen(shown, 0, 0));
  const differing = [...hidden.context.keys()].filter((index) => hidden.context[index] !== shown.context[index]);
  expect(differing.map((index) => hidden.context[index])).toEqual(differing.map(() => 0));
  // Its temperature, where it is (0.5 degrees north: 55.6 of 600 km), 500 m higher, no warmer.
  expect(differing.map((index) => shown.context[index])).toEqual([
    1,
    expect.closeTo(55.6 / 600, 3),
    0.5,
    expect.closeTo((-4 / 96 / 5) * 1, 2),
  ]);
});

test('all that is told is a number, also of stations without data', () => {
  const features = featuresOf({ temperature_2m: (_, station) => (station === 1 ? Number.NaN : 3) });
  for (const values of Object.values(features)) expect(values.every(Number.isFinite)).toBe(true);
});

test('the hours are marked by where the sun stands: its elevation is highest at local noon', () => {
  const { marks } = featuresOf({});
  const elevations = Array.from({ length: 24 }, (_, hour) => marks[hour * HOUR_FEATURES + 4]);
  const highest = elevations.indexOf(Math.max(...elevations));
  const solarHour = (((init - 47 + highest) % 24) + 5 / 15 + 48) % 24;
  expect(Math.abs(solarHour - 12)).toBeLessThanOrEqual(0.5);
});
