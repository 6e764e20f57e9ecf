import { expect, test } from 'vitest';
import type { ObservationSource } from '../../../../models/training/data/observation-source.ts';
import { roleOf } from '../../../../models/training/data/places.ts';
import { openTrainingData } from '../../../../models/training/data/training-data.ts';
import type { Sight } from '../../../../models/training/trainable.ts';
import { dataConfigSchema } from '../../../../models/training/training-config.ts';
import { sliceSeries } from '../../../../src/domain/series.ts';
import type { Station } from '../../../../src/domain/station.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries, testStations } from '../../synthetic-series.ts';

const from = parseHour('2001-01-01');
const to = parseHour('2001-03-01');
const stations = testStations(60);
const whole = { from: '2001-01-01', to: '2001-03-01' };
const stitched = { dataset: 'a', train: whole, validate: whole, contiguous: 'month', neighbours: false };
const config = (data: object) => dataConfigSchema.parse({ places: { validate: 0.2, test: 0.2 }, ...data });

function source(name: string): ObservationSource {
  const series = testSeries({ stations, from, hours: to - from, values: { temperature_2m: (hour) => hour - from } });
  return { name, stations, from, to, variables: 1, revision: 'r', read: async (a, b) => sliceSeries(series, a, b) };
}

async function seenBy(data: object, sources = [source('a')]) {
  const sights: Sight[] = [];
  const units = (_: readonly Station[], forecast: readonly Station[], sight: Sight) => {
    sights.push(sight);
    return forecast.map(({ id }) => id);
  };
  const { training, validation } = openTrainingData(config(data), sources, 48).examples(units);
  const trained = await training.shuffled('s', 0, training.size);
  const validated = [];
  for await (const batch of validation.spread(validation.size, 500)) validated.push(...batch);
  return { trained, validated, sights };
}

test('whole stations train or validate at all hours, and those that are kept for a test do neither', async () => {
  const { trained, validated, sights } = await seenBy({ sources: [stitched] });
  const of = (role: string) =>
    new Set(
      stations.filter((one) => roleOf(one, config({ sources: [stitched] }).places!) === role).map(({ id }) => id),
    );
  expect(new Set(trained.map(({ unit }) => unit))).toEqual(of('train'));
  expect(new Set(validated.map(({ unit }) => unit))).toEqual(of('validate'));
  expect(of('test').size).toBeGreaterThan(0);
  expect(sights.every(({ neighbours }) => !neighbours)).toBe(true);
});

test('no 72 hours of an example are of two months, at any station', async () => {
  const { trained } = await seenBy({ sources: [stitched] });
  const turn = parseHour('2001-02-01');
  const offsets = stations.map(({ longitude }) => Math.round(longitude / 15));
  const [earliest, latest] = [turn - Math.max(...offsets), turn - Math.min(...offsets)];
  expect(trained.every(({ init }) => init + 24 < earliest || init - 47 >= latest)).toBe(true);
});

test('a source of stitched years cannot show neighbours, nor validate at the stations that it trains on', async () => {
  expect(() => config({ sources: [{ ...stitched, neighbours: true }] })).toThrow(/simultaneous/);
  await expect(seenBy({ sources: [stitched], places: undefined })).rejects.toThrow(/other places/);
});

test('a source that is split by hours trains and validates at all of its stations', async () => {
  const spans = { train: { from: '2001-01-01', to: '2001-02-01' }, validate: { from: '2001-02-01', to: '2001-03-01' } };
  const { trained, validated } = await seenBy({
    sources: [{ dataset: 'a', ...spans, holdOut: 'hours' }],
    holdOutStations: ['nobody'],
  });
  expect(new Set(trained.map(({ unit }) => unit)).size).toBe(60);
  expect(new Set(validated.map(({ unit }) => unit)).size).toBe(60);
});
