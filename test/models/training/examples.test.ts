import { expect, test } from 'vitest';
import { FORECAST_VARIABLES } from '../../../models/forecast-model.ts';
import { CHANNEL_SCALES } from '../../../models/forecaster/features.ts';
import { drawExample, makeBatch, openExamples } from '../../../models/training/examples.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { FLAG } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY } from '../tiny-forecaster.ts';

const from = parseHour('2025-01-01');
const stations = testStations(7);
const values = {
  temperature_2m: (hour: number, station: number) => 10 + station + Math.sin(hour / 4),
  wind_speed_10m: (hour: number) => 5 + Math.cos(hour / 7),
};

test('every example lies in the span: 48 hours in, 24 hours out, none over the edge', () => {
  const source = openExamples(testSeries({ stations, from, hours: 100, values }), TINY);
  expect(source.firstInit).toBe(from + 47);
  expect(source.lastInit).toBe(from + 75);
  const random = seededRandom(1);
  const inits = new Set(Array.from({ length: 2000 }, () => drawExample([source], random).init));
  expect(Math.min(...inits)).toBe(source.firstInit);
  expect(Math.max(...inits)).toBe(source.lastInit);
});

test('a span shorter than one window is refused', () => {
  expect(() => openExamples(testSeries({ stations, from, hours: 71, values }), TINY)).toThrow(/no window of 48 \+ 24/);
});

test('targets are what was observed, normalised; empty places and absent variables do not count', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  const source = openExamples(observations, TINY);
  const init = source.firstInit + 3;
  const examples = source.nodes.map((_, node) => ({ source, node, init }));
  const batch = makeBatch(examples, TINY);
  let counted = 0;
  source.nodes.forEach((layout, image) => {
    for (let place = 0; place < TINY.stationsPerNode; place++) {
      const station = layout.stations[place];
      const at = (lead: number, channel: number) => ((image * 24 + lead) * TINY.stationsPerNode + place) * 4 + channel;
      for (const [channel, variable] of FORECAST_VARIABLES.entries()) {
        const exists = station >= 0 && variable in values;
        expect(batch.weights[at(5, channel)]).toBe(exists ? 1 : 0);
        if (exists) counted += 24;
      }
      if (station < 0) continue;
      // Wind counts from zero, so that its target is the observation itself.
      const speed = values.wind_speed_10m(init + 6);
      expect(batch.targets[at(5, 3)]).toBeCloseTo(speed / CHANNEL_SCALES[3], 5);
    }
  });
  expect(counted).toBe(7 * 2 * 24);
  expect(batch.weights.reduce((sum, weight) => sum + weight, 0)).toBe(counted);
});

test('interpolated hours are no targets', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  observations.variables.temperature_2m!.flags.fill(FLAG.INTERPOLATED);
  const source = openExamples(observations, TINY);
  const batch = makeBatch([{ source, node: 0, init: source.firstInit }], TINY);
  const own = source.nodes[0].stations.slice(0, TINY.stationsPerNode).filter((station) => station >= 0).length;
  expect(batch.weights.reduce((sum, weight) => sum + weight, 0)).toBe(own * 24);
});

test('now and then an example lacks temperature, or wind, never both; without random numbers it lacks nothing', () => {
  const source = openExamples(testSeries({ stations, from, hours: 100, values }), TINY);
  const examples = Array.from({ length: 400 }, () => ({ source, node: 0, init: source.firstInit }));
  /** How many examples count a target of the channel. */
  const withTargets = (batch: ReturnType<typeof makeBatch>, channel: number) =>
    examples.filter((_, example) => {
      const ofExample = batch.weights.subarray(example * 24 * 12, (example + 1) * 24 * 12);
      return ofExample.some((weight, index) => weight === 1 && index % 4 === channel);
    }).length;
  const complete = makeBatch(examples, TINY);
  expect([withTargets(complete, 0), withTargets(complete, 3)]).toEqual([400, 400]);
  const thinned = makeBatch(examples, TINY, seededRandom(1));
  const [temperature, speed] = [withTargets(thinned, 0), withTargets(thinned, 3)];
  for (const count of [temperature, speed]) expect(400 - count).toBeGreaterThan(20);
  for (const count of [temperature, speed]) expect(400 - count).toBeLessThan(70);
});
