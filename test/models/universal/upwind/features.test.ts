import { expect, test } from 'vitest';
import { neighbourFinder } from '../../../../models/universal/node-layout.ts';
import { stationWindows } from '../../../../models/universal/station-windows.ts';
import { createUpwindBatch } from '../../../../models/universal/upwind/batch.ts';
import { RINGS, ROWS } from '../../../../models/universal/upwind/config.ts';
import {
  ROW_FEATURES,
  ROW_PRESENT,
  writeNeighbourFeatures,
} from '../../../../models/universal/upwind/neighbour-features.ts';
import { writeOwnFeatures } from '../../../../models/universal/upwind/own-features.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries } from '../../synthetic-series.ts';
import { around } from './tiny.ts';

const init = parseHour('2025-06-20T12:00Z');
const HALF_YEAR = 183 * 24;

/** Wind that blows to a direction, weather of station and hour. */
function featuresOf({
  latitude = 50,
  to = 90,
  others = [
    [0, 50],
    [90, 50],
    [180, 50],
    [270, 50],
  ] as [number, number][],
  at = init,
  mirrored = false,
}) {
  const stations = around({ latitude }, others);
  const [east, north] = [Math.sin((to * Math.PI) / 180), Math.cos((to * Math.PI) / 180)];
  const weather = (hour: number, station: number) => Math.sin((hour - at) / 5 + station) * 3;
  const observations = testSeries({
    stations,
    from: at - 719,
    hours: 720,
    values: {
      temperature_2m: (hour, station) => 10 + weather(hour, station),
      wind_u_component_10m: (hour, station) => east * (6 + weather(hour, station) / 3),
      wind_v_component_10m: (hour, station) => (mirrored ? -1 : 1) * north * (6 + weather(hour, station) / 3),
      wind_speed_10m: (hour, station) => 6 + weather(hour, station) / 3,
    },
  });
  const batch = createUpwindBatch(1);
  const node = { stations: neighbourFinder(stations, true)(0) };
  const windows = stationWindows(observations, at);
  writeOwnFeatures(batch.own(0), stations[0], at, windows, 0);
  const count = writeNeighbourFeatures(batch.neighbours(0), stations, node, windows, node.stations);
  const { rows, gate, flow } = batch.neighbours(0);
  return { own: batch.own(0), rows, gate, flow, count };
}

const present = (rows: Float32Array) =>
  Array.from({ length: ROWS }, (_, row) => row).filter((row) => rows[row * ROW_FEATURES + ROW_PRESENT] === 1);

test('the station that lies upwind stands in the middle of the image, from whichever side the wind comes', () => {
  for (const from of [0, 90, 180, 270]) {
    const { rows, flow, count } = featuresOf({ to: (from + 180) % 360, others: [[from, 50]] });
    expect(count).toBe(1);
    expect(present(rows)).toEqual([4 * RINGS]);
    expect(flow[0]).toBeCloseTo(-Math.sin((from * Math.PI) / 180), 5);
  }
  expect(present(featuresOf({ to: 90, others: [[90, 50]] }).rows)).toEqual([0]);
});

test('a network that is turned, and its winds with it, gives the same image', () => {
  const image = (turn: number) => {
    const others = [
      [300, 50],
      [90, 50],
      [180, 200],
    ].map(([bearing, km]): [number, number] => [bearing + turn, km]);
    return featuresOf({ latitude: 0.5, to: 80 + turn, others });
  };
  const [first, second] = [image(0), image(90)];
  expect(present(first.rows)).toEqual(present(second.rows));
  for (const [i, value] of first.rows.entries()) expect(Math.abs(second.rows[i] - value)).toBeLessThan(0.02);
});

test('the mirror image of the weather on the other hemisphere, half a year on, is the same to the network', () => {
  const others: [number, number][] = [
    [20, 60],
    [100, 150],
    [230, 60],
  ];
  const north = featuresOf({ latitude: 45, to: 60, others });
  const south = featuresOf({
    latitude: -45,
    to: 60,
    others: others.map(([bearing, km]) => [180 - bearing, km]),
    at: init + HALF_YEAR,
    mirrored: true,
  });
  expect(present(south.rows)).toEqual(present(north.rows));
  for (const name of ['own', 'rows', 'gate'] as const) {
    const worst = Math.max(...north[name].map((value, i) => Math.abs(value - south[name][i])));
    expect(worst, name).toBeLessThan(0.03);
  }
});

test('a neighbour that is exactly as the station itself tells nothing new, and one without wind nothing of wind', () => {
  const stations = around({ latitude: 50 }, [[270, 50]]);
  const values = { temperature_2m: (hour: number) => Math.sin(hour / 5) };
  const windows = stationWindows(testSeries({ stations, from: init - 719, hours: 720, values }), init);
  const batch = createUpwindBatch(1);
  const node = { stations: neighbourFinder(stations, true)(0) };
  writeNeighbourFeatures(batch.neighbours(0), stations, node, windows, node.stations);
  const { rows } = batch.neighbours(0);
  const [row] = present(rows);
  expect(rows.slice(row * ROW_FEATURES, row * ROW_FEATURES + 96).every((value) => value === 0)).toBe(true);
  expect(rows.every(Number.isFinite)).toBe(true);
});
