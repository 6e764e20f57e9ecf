import { expect, test } from 'vitest';
import { layOutNodes } from '../../../models/universal/node-layout.ts';
import { recallTree, storedTreeSchema } from '../../../models/universal/stored-tree.ts';
import { testStations } from '../synthetic-series.ts';
import { TINY, treeOf } from '../tiny-forecaster.ts';

const stations = testStations(10);
const stored = storedTreeSchema.parse(JSON.parse(JSON.stringify(treeOf('d', stations, TINY))));

/** The stations that are forecast, in the order of their images. */
const orderOf = (list: typeof stations, tree = recallTree(stored, list)) =>
  layOutNodes(list, TINY, tree)
    .slice()
    .map(({ stations: [own] }) => list[own].id);

test('the stations of the training get the same order of images again, in whatever order they come', () => {
  const reversed = [...stations].reverse();
  expect(orderOf(reversed)).toEqual(orderOf(stations));
});

test('a stored tree is followed, also where a new one would group otherwise', () => {
  const [first, second, ...others] = stored.nodes;
  // A station of the first node changes places with one of the second.
  const swapped = [[second[0], ...first.slice(1)], [first[0], ...second.slice(1)], ...others];
  const tree = recallTree({ ...stored, nodes: swapped }, stations);
  expect(orderOf(stations, tree)).toEqual(swapped.flat().filter((id) => id !== null));
});

test('other stations, or more or fewer, have no stored tree', () => {
  expect(recallTree(stored, testStations(9))).toBeUndefined();
  expect(recallTree(stored, testStations(11))).toBeUndefined();
  expect(recallTree(stored, [...testStations(9), { ...stations[9], id: 'another' }])).toBeUndefined();
});
