import { expect, test } from 'vitest';
import { ExampleSet, type SourceRanges } from '../../../../models/training/data/example-set.ts';
import { permutation } from '../../../../models/training/data/permutation.ts';
import { hoursOf } from '../../../../models/training/data/spans.ts';
import type { Series } from '../../../../src/domain/series.ts';

/** Hours of 8 bytes, with so many units each. */
function source(units: readonly string[], first: number, last: number) {
  const reads: [from: number, to: number][] = [];
  const ranges: SourceRanges<string> = {
    source: {
      units,
      bytesPerHour: 8,
      historyHours: 48,
      read: async (from, to): Promise<Series> => {
        reads.push([from, to]);
        return { stations: [], from, hours: to - from, variables: {} };
      },
    },
    ranges: [{ first, last }],
  };
  return { ranges, reads };
}

const keyOf = ({ unit, init }: { unit: string; init: number }) => `${unit} ${init}`;

test.each([1, 2, 7, 64, 65, 1000])('a permutation of %i is one', (size) => {
  const shuffled = permutation(size, 'seed');
  const places = Array.from({ length: size }, (_, place) => shuffled(place));
  expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => index));
});

test('a permutation mixes, and another seed mixes otherwise', () => {
  const [first, second] = ['a', 'b'].map((seed) => {
    const shuffled = permutation(10_000, seed);
    return Array.from({ length: 10_000 }, (_, place) => shuffled(place));
  });
  for (const places of [first, second]) {
    const neighbours = places.filter((place, i) => i > 0 && Math.abs(place - places[i - 1]) < 100).length;
    // 2 % of all pairs are as near to each other by chance.
    expect(neighbours).toBeGreaterThan(100);
    expect(neighbours).toBeLessThan(300);
  }
  expect(first.filter((place, i) => place === second[i]).length).toBeLessThan(10);
});

test.each([
  ['all at once', 1e6],
  ['in groups that fit', 8 * 250],
])('an epoch has every example of every source once, %s', async (_, memory) => {
  const [a, b] = [source(['x', 'y'], 100, 299), source(['z'], 1000, 1299)];
  const set = new ExampleSet([a.ranges, b.ranges], memory);
  expect(set.size).toBe(2 * 200 + 300);
  const epochs = await Promise.all([0, 1].map((epoch) => set.shuffled('s', epoch * set.size, set.size)));
  const keys = epochs.map((examples) => examples.map(keyOf));
  expect(new Set(keys[0]).size).toBe(set.size);
  expect(keys[1].toSorted()).toEqual(keys[0].toSorted());
  expect(keys[1]).not.toEqual(keys[0]);
  for (const example of epochs[0]) {
    const { from, to } = hoursOf({ first: example.init, last: example.init }, 48);
    expect(example.observations.from).toBeLessThanOrEqual(from);
    expect(example.observations.from + example.observations.hours).toBeGreaterThanOrEqual(to);
  }
});

test('the order follows from the seed and the place: begun in the middle, it is the same', async () => {
  const open = () => new ExampleSet([source(['x', 'y', 'z'], 0, 999).ranges], 8 * 300);
  const whole = (await open().shuffled('s', 0, 500)).map(keyOf);
  const later = (await open().shuffled('s', 200, 300)).map(keyOf);
  expect(later).toEqual(whole.slice(200));
});

test('no more is in memory than there may be, and each shard is read once an epoch', async () => {
  const { ranges, reads } = source(['x'], 0, 9999);
  const memory = 8 * 2000;
  const set = new ExampleSet([ranges], memory);
  const held = new Set<Series>();
  for (let place = 0; place < set.size; place += 100) {
    for (const { observations } of await set.shuffled('s', place, 100)) held.add(observations);
  }
  for (const [from, to] of reads) expect((to - from) * 8).toBeLessThanOrEqual(memory / 4);
  expect(held.size).toBe(reads.length);
  const hours = reads.reduce((sum, [from, to]) => sum + to - from, 0);
  // The shards overlap by a window.
  expect(hours).toBe(10_000 + 71 * reads.length);
  // What made room is read again in the next epoch.
  const shards = reads.length;
  for (let place = set.size; place < 2 * set.size; place += 100) await set.shuffled('s', place, 100);
  expect(reads.length).toBeGreaterThanOrEqual(2 * shards - 4);
});

test('examples to validate on are spread over everything, and all of them where they are few', async () => {
  const all = async (count: number) => {
    const set = new ExampleSet([source(['x'], 0, 99).ranges, source(['y'], 500, 599).ranges], 1e6);
    const examples = [];
    for await (const batch of set.spread(count, 7)) {
      expect(batch.length).toBeLessThanOrEqual(7);
      examples.push(...batch);
    }
    return examples.map(keyOf);
  };
  expect(await all(4)).toEqual(['x 25', 'x 75', 'y 525', 'y 575']);
  expect(new Set(await all(1000)).size).toBe(200);
});
