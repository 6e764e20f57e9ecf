import { expect, test } from 'vitest';
import { PLACES, SECTORS } from '../../../models/universal/config.ts';
import { layOutNodes, neighbourFinder, offsetKm } from '../../../models/universal/node-layout.ts';
import type { Station } from '../../../src/domain/station.ts';
import { testStations } from '../synthetic-series.ts';

const at = (latitude: number, longitude: number): Station => ({
  ...testStations(1)[0],
  id: `${latitude},${longitude}`,
  latitude,
  longitude,
});
const KM_NORTH = 1 / 111.195;

test('each station has one image, and is the first in it', () => {
  const stations = testStations(23);
  const layouts = layOutNodes(stations, { neighbours: true, stationsPerNode: 4 });
  const own = layouts.slice().map(({ stations: [first] }) => first);
  expect(layouts.slice(7, 9).map(({ stations: [first] }) => first)).toEqual(own.slice(7, 9));
  expect(own.toSorted((a, b) => a - b)).toEqual([...stations.keys()]);
});

test('without neighbours an image has its own station alone', () => {
  const layouts = layOutNodes(testStations(5), { neighbours: false, stationsPerNode: 4 });
  expect(layouts.slice().map(({ stations: [, ...others] }) => new Set(others))).toEqual(Array(5).fill(new Set([-1])));
});

test('the nearest station in each sector and ring is its neighbour', () => {
  const stations = [
    at(0, 179.9),
    at(0.5, 179.9), // 56 km north
    at(0.7, 179.9), // farther in the same sector and ring
    at(0, -179.6), // 56 km east, over the date line
    at(-3, 179.9), // 334 km south: the third ring
    at(1.2, 178.7), // 189 km north-west: the second
    at(9, 179.9), // too far
  ];
  const places = neighbourFinder(stations, true)(0);
  const expected = new Int32Array(PLACES).fill(-1);
  expected.set([0]);
  expected[1] = 1;
  expected[1 + 2] = 3;
  expected[1 + 2 * SECTORS + 4] = 4;
  expected[1 + SECTORS + 7] = 5;
  expect(places).toEqual(expected);
});

test('a second instrument at the same place is no neighbour', () => {
  expect([...neighbourFinder([at(50, 5), at(50, 5), at(50 + 10 * KM_NORTH, 5)], true)(0)].slice(0, 3)).toEqual([
    0, 2, -1,
  ]);
});

test('offsets are true in distance and direction, also beside a pole', () => {
  const north = offsetKm(at(50, 5), at(51, 5));
  expect(north.east).toBeCloseTo(0, 6);
  expect(north.north).toBeCloseTo(111.195, 2);
  const east = offsetKm(at(0, 5), at(0, 6));
  expect([east.east, east.north]).toEqual([expect.closeTo(111.195, 2), expect.closeTo(0, 6)]);
  const overThePole = offsetKm(at(89.5, 0), at(89.5, 180));
  expect(overThePole.north).toBeCloseTo(111.195, 2);
});
