import { expect, test } from 'vitest';
import { FORECAST_VARIABLES } from '../../../models/forecast-model.ts';
import { CHANNEL_SCALES } from '../../../models/forecaster/features.ts';
import { layOutNodes } from '../../../models/forecaster/node-layout.ts';
import { makeForecasterBatch } from '../../../models/training/forecaster.ts';
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

test('targets are what was observed, normalised; empty places and absent variables do not count', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  const nodes = layOutNodes(stations, TINY);
  const init = from + 50;
  const batch = makeForecasterBatch(
    nodes.map((unit) => ({ observations, unit, init })),
    TINY,
  );
  let counted = 0;
  nodes.forEach((layout, image) => {
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
  const [unit] = layOutNodes(stations, TINY);
  const batch = makeForecasterBatch([{ observations, unit, init: from + 47 }], TINY);
  const own = unit.stations.slice(0, TINY.stationsPerNode).filter((station) => station >= 0).length;
  expect(batch.weights.reduce((sum, weight) => sum + weight, 0)).toBe(own * 24);
});

test('now and then an example lacks temperature, or wind, never both; without random numbers it lacks nothing', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  const [unit] = layOutNodes(stations, TINY);
  const examples = Array.from({ length: 400 }, () => ({ observations, unit, init: from + 47 }));
  /** How many examples count a target of the channel. */
  const withTargets = (batch: ReturnType<typeof makeForecasterBatch>, channel: number) =>
    examples.filter((_, example) => {
      const ofExample = batch.weights.subarray(example * 24 * 12, (example + 1) * 24 * 12);
      return ofExample.some((weight, index) => weight === 1 && index % 4 === channel);
    }).length;
  const complete = makeForecasterBatch(examples, TINY);
  expect([withTargets(complete, 0), withTargets(complete, 3)]).toEqual([400, 400]);
  const thinned = makeForecasterBatch(examples, TINY, seededRandom(1));
  const [temperature, speed] = [withTargets(thinned, 0), withTargets(thinned, 3)];
  for (const count of [temperature, speed]) expect(400 - count).toBeGreaterThan(20);
  for (const count of [temperature, speed]) expect(400 - count).toBeLessThan(70);
});
