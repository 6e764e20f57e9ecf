import { expect, test } from 'vitest';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { ScoreStore } from '../../src/store/scores/scores.ts';
import { seriesOf, station, temporaryFolder } from './support.ts';

const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const stations = ['a', 'b', 'c'].map((id) => station(id));
const value = (hour: number, id: string) => hour - FROM + stations.findIndex((each) => each.id === id) * 100;
const MODELS = [{ id: 'm', name: 'M', kind: 'baseline' as const, weightsSha256: null }];

test('a stamp is another when something is published or taken away, and only then', async () => {
  const root = temporaryFolder();
  const [runs, observations, scores] = [new RunStore(root), new ObservationStore(root), new ScoreStore(root)];
  const stamps = async () => {
    const all = await Promise.all([runs, observations, scores].map((store) => store.stamp('d')));
    return all.map(({ identity }) => identity);
  };
  const changed = async (work: () => Promise<unknown>) => {
    const before = await stamps();
    expect(await stamps()).toEqual(before);
    await work();
    const after = await stamps();
    return after.map((identity, index) => identity !== before[index]);
  };
  const publish = (init: number) =>
    runs.publish(
      { dataset: 'd', init, leadHours: 1, createdAt: '', models: MODELS },
      new Map([['m', seriesOf(stations, init + 1, 1, value)]]),
    );
  expect(await changed(() => observations.merge('d', seriesOf(stations, FROM, 2, value), { source: 's' }))).toEqual([
    false,
    true,
    false,
  ]);
  expect(await changed(() => publish(FROM))).toEqual([true, false, false]);
  expect(await changed(() => scores.publish('d', FROM, []))).toEqual([false, false, true]);
  expect(await changed(() => runs.remove('d', FROM))).toEqual([true, false, false]);
  expect(await changed(async () => {})).toEqual([false, false, false]);
});

test('a stamp of nothing is nothing, and no name leads out of the store', async () => {
  const runs = new RunStore(temporaryFolder());
  expect(await runs.stamp('d')).toEqual({ identity: 'none', changedAt: Number.NEGATIVE_INFINITY });
  expect((await runs.stamp('../../..')).identity).toBe('none');
});

test('some stations of a dataset are read as all of them would be', async () => {
  const observations = new ObservationStore(temporaryFolder());
  await observations.merge('d', seriesOf(stations, FROM, 3, value), { source: 's' });
  const series = await observations.read('d', FROM + 1, FROM + 4, new Set(['c', 'a', 'x']));
  expect(series.stations.map(({ id }) => id)).toEqual(['a', 'c']);
  expect([...series.variables.temperature_2m!.values]).toEqual([1, 201, 2, 202, Number.NaN, Number.NaN]);
});
