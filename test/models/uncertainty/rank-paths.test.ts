import { expect, test } from 'vitest';
import { RankPathSample, rankPathsOf } from '../../../models/uncertainty/rank-paths.ts';
import { seededRandom } from '../../../src/domain/random.ts';

test('paths keep their order among each other hour by hour, as evenly spread ranks', () => {
  const sample = new RankPathSample(4, 3, 10);
  // [example, lead, station, channel]: two examples of two stations.
  const errors = new Float32Array(2 * 3 * 2 * 4).fill(Number.NaN);
  const paths = [
    [1, 9, -2],
    [4, 2, 8],
    [0.5, 3, 7],
    [-1, Number.NaN, 1],
  ];
  for (const [index, path] of paths.entries()) {
    const [example, station] = [Math.floor(index / 2), index % 2];
    for (const [lead, error] of path.entries()) errors[((example * 3 + lead) * 2 + station) * 4 + 3] = error;
  }
  sample.offer(errors, 8);
  const bank = sample.ranks()!;
  expect(bank.shape).toEqual([3, 4, 3]);
  const sixths = (...ranks: number[]) => Float32Array.from(ranks, (rank) => rank / 6);
  // [lead, path]: the path that was not observed through all hours is not there, nor are channels without any.
  expect(rankPathsOf(bank)).toEqual({ wind_speed_10m: sixths(3, 5, 1, 5, 1, 3, 1, 5, 3) });
});

test('of many paths it draws as many as it keeps, from all of them, and the same ones each time', () => {
  const draw = () => {
    const sample = new RankPathSample(1, 2, 200);
    const random = seededRandom(7);
    // The error of the first hour grows with the number of the example; the second follows the first, or does not.
    for (let example = 0; example < 5000; example++) {
      sample.offer(Float32Array.of(example, example % 2 === 0 ? example : 5000 * random.uniform()), 1);
    }
    return sample.ranks()!;
  };
  const bank = draw();
  expect(bank.shape).toEqual([200, 1, 2]);
  expect(draw()).toEqual(bank);
  const first = bank.values.filter((_, index) => index % 2 === 0);
  expect([...first].sort()).toEqual([...Float32Array.from({ length: 200 }, (_, rank) => (rank + 0.5) / 200)].sort());
  // Of late examples as many as of early ones: the first 200 do not simply stay.
  const followers = bank.values.filter(
    (rank, index) => index % 2 === 1 && Math.abs(rank - bank.values[index - 1]) < 0.08,
  );
  expect(followers.length).toBeGreaterThan(90);
  expect(followers.length).toBeLessThan(140);
});

test('channels that are observed together keep paths of the same examples', () => {
  const sample = new RankPathSample(2, 1, 20);
  for (let example = 0; example < 300; example++) sample.offer(Float32Array.of(example, 10 * example), 2);
  const { values } = sample.ranks()!;
  for (let path = 0; path < 20; path++) expect(values[2 * path]).toBe(values[2 * path + 1]);
});

test('where nothing was observed through all hours there is no bank', () => {
  const sample = new RankPathSample(1, 2, 20);
  sample.offer(Float32Array.of(1, Number.NaN), 1);
  expect(sample.ranks()).toBeUndefined();
});
