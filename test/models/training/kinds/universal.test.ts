import { expect, test } from 'vitest';
import { openTensorFlow } from '../../../../models/engine/tensorflow-backend.ts';
import { FORECAST_VARIABLES } from '../../../../models/forecast-model.ts';
import { makeForecasterBatch, trainableForecaster } from '../../../../models/training/kinds/universal.ts';
import { PLACES } from '../../../../models/universal/config.ts';
import { CHANNEL_SCALES } from '../../../../models/universal/features.ts';
import { layOutNodes, neighbourFinder } from '../../../../models/universal/node-layout.ts';
import { stationWindows } from '../../../../models/universal/station-windows.ts';
import { seededRandom } from '../../../../src/domain/random.ts';
import { FLAG } from '../../../../src/domain/series.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries, testStations } from '../../synthetic-series.ts';
import { TINY } from '../../tiny-forecaster.ts';

const { tf } = await openTensorFlow();
const from = parseHour('2025-01-01');
const stations = testStations(7).map((station, index) => ({ ...station, latitude: 50 + index / 3, longitude: 5 }));
const values = {
  temperature_2m: (hour: number, station: number) => 10 + station + Math.sin(hour / 4),
  wind_speed_10m: (hour: number) => 5 + Math.cos(hour / 7),
};
const unitOf = (station: number) => ({ stations: neighbourFinder(stations, true)(station) });

test('targets are what was observed, from the recent climate, normalised; absent variables do not count', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  const init = from + 50;
  const { targets, weights } = makeForecasterBatch(
    stations.map((_, station) => ({ observations, unit: unitOf(station), init })),
  );
  for (const station of stations.keys()) {
    const { climate } = stationWindows(observations, init, { stations: [station] });
    for (const [channel, variable] of FORECAST_VARIABLES.entries()) {
      for (let lead = 0; lead < 24; lead++) {
        const at = (station * 24 + lead) * 4 + channel;
        expect(weights[at]).toBe(variable in values ? 1 : 0);
        if (!(variable in values)) continue;
        const observed = values[variable as keyof typeof values](init + 1 + lead, station);
        const expected = (observed - climate[lead * 4 + channel]) / CHANNEL_SCALES[channel];
        expect(targets[at]).toBeCloseTo(expected, 5);
      }
    }
  }
});

test('interpolated hours are no targets', () => {
  const observations = testSeries({ stations, from, hours: 100, values });
  observations.variables.temperature_2m!.flags.fill(FLAG.INTERPOLATED);
  const { weights } = makeForecasterBatch([{ observations, unit: unitOf(0), init: from + 47 }]);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(24);
});

test('now and then an example lacks temperature or wind, neighbours, or history; without random numbers it lacks nothing', () => {
  const observations = testSeries({ stations, from: from - 800, hours: 900, values });
  const examples = Array.from({ length: 400 }, () => ({ observations, unit: unitOf(3), init: from + 47 }));
  const countsOf = ({ inputs, weights }: ReturnType<typeof makeForecasterBatch>) => {
    const of = (isSo: (example: number) => boolean) => examples.filter((_, example) => isSo(example)).length;
    const width = inputs.series.values.length / examples.length;
    const place = (example: number, index: number) => {
      const first = example * width + 47 * PLACES * 4 + index * 4;
      return inputs.series.values.slice(first, first + 4).some((value) => value !== 0);
    };
    const neighbours = [...examples[0].unit.stations.keys()].filter(
      (index) => index > 0 && examples[0].unit.stations[index] >= 0,
    );
    return {
      temperature: of((example) => weights[example * 96] === 1),
      speed: of((example) => weights[example * 96 + 3] === 1),
      alone: of((example) => !neighbours.some((index) => place(example, index))),
      allNeighbours: of((example) => neighbours.every((index) => place(example, index))),
    };
  };
  expect(countsOf(makeForecasterBatch(examples))).toEqual({
    temperature: 400,
    speed: 400,
    alone: 0,
    allNeighbours: 400,
  });
  const thinned = countsOf(makeForecasterBatch(examples, seededRandom(1)));
  for (const count of [thinned.temperature, thinned.speed]) {
    expect(400 - count).toBeGreaterThan(8);
    expect(400 - count).toBeLessThan(40);
  }
  expect(thinned.alone).toBeGreaterThan(8);
  expect(thinned.alone).toBeLessThan(40);
  expect(400 - thinned.allNeighbours).toBeGreaterThan(60);
  // A shorter history makes another climate, and so other targets.
  const targets = new Set(
    Array.from(
      makeForecasterBatch(examples, seededRandom(1)).targets.filter((_, i) => i % 96 === 3),
      (value) => value.toFixed(4),
    ),
  );
  expect(targets.size).toBeGreaterThan(20);
});

test.each([true, false])(
  'with neighbours %s in its architecture a network is trained as it forecasts',
  (neighbours) => {
    const { units } = trainableForecaster(tf, { ...TINY, neighbours });
    const of = new Map(
      units(stations, stations, { neighbours: true }).map(({ stations: places }) => [places[0], places]),
    );
    const layouts = layOutNodes(stations, { ...TINY, neighbours }).slice();
    expect(layouts.map(({ stations: places }) => of.get(places[0]))).toEqual(
      layouts.map(({ stations: places }) => places),
    );
    expect(layouts.some(({ stations: [, ...others] }) => others.some((other) => other >= 0))).toBe(neighbours);
  },
);
