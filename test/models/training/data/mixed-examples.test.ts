import { expect, test } from 'vitest';
import { ExampleSet } from '../../../../models/training/data/example-set.ts';
import { MixedExamples } from '../../../../models/training/data/mixed-examples.ts';

function setOf(unit: string, size: number): ExampleSet<string> {
  const source = {
    units: [unit],
    bytesPerHour: 8,
    historyHours: 48,
    read: async (from: number, to: number) => ({ stations: [], from, hours: to - from, variables: {} }),
  };
  return new ExampleSet([{ source, ranges: [{ first: 0, last: size - 1 }] }], 1e6);
}

const mixed = () =>
  new MixedExamples([
    { examples: setOf('large', 5000), share: 0.25 },
    { examples: setOf('small', 60), share: 0.745 },
    { examples: setOf('rare', 10), share: 0.005 },
  ]);

const keys = async (from: number, count: number, seed = 's') =>
  (await mixed().shuffled(seed, from, count)).map(({ unit, init }) => `${unit} ${init}`);

test('each source has its share of every hundred examples, one at least, whatever its size', async () => {
  for (const block of [0, 1, 7]) {
    const units = (await keys(block * 100, 100)).map((key) => key.split(' ')[0]);
    const count = (unit: string) => units.filter((each) => each === unit).length;
    expect([count('large'), count('small'), count('rare')]).toEqual([25, 74, 1]);
    // Mixed, not one after the other.
    expect(units.slice(0, 50)).toContain('large');
    expect(units.slice(50)).toContain('large');
  }
});

test('every example of a source comes once before one comes again', async () => {
  const rare = (await keys(0, 2000)).filter((key) => key.startsWith('rare'));
  expect(new Set(rare.slice(0, 10)).size).toBe(10);
  expect(new Set(rare.slice(10, 20)).size).toBe(10);
});

test('an epoch is over when the source that is gone through most slowly has been seen once', async () => {
  expect(mixed().size).toBe(20_000);
  const large = (await keys(0, 20_000)).filter((key) => key.startsWith('large'));
  expect(new Set(large).size).toBe(5000);
});

test('the order follows from the seed and the place', async () => {
  expect(await keys(130, 90)).toEqual((await keys(0, 300)).slice(130, 220));
  expect(await keys(0, 100, 'other')).not.toEqual(await keys(0, 100));
});
