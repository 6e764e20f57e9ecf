import { expect, test } from 'vitest';
import { layOutNodes } from '../../../models/forecaster/node-layout.ts';
import { recallTree, storedTreeSchema } from '../../../models/forecaster/stored-tree.ts';
import { testStations } from '../synthetic-series.ts';
import { TINY, treeOf } from '../tiny-forecaster.ts';

const stations = testStations(10);
const stored = storedTreeSchema.parse(JSON.parse(JSON.stringify(treeOf('d', stations, TINY))));

/** The stations of each node, by id. */
const nodesOf = (list: typeof stations, tree = recallTree(stored, list)) =>
  layOutNodes(list, TINY, tree).map(({ stations: places }) => places.map((index) => list[index]?.id ?? null));

test('the stations of the training get the same nodes again, in whatever order they come', () => {
  const reversed = [...stations].reverse();
  expect(nodesOf(reversed)).toEqual(nodesOf(stations));
});

test('a stored tree is followed, also where a new one would group otherwise', () => {
  const [first, second, ...others] = stored.nodes;
  // A station of the first node changes places with one of the second.
  const swapped = [[second[0], ...first.slice(1)], [first[0], ...second.slice(1)], ...others];
  const tree = recallTree({ ...stored, nodes: swapped }, stations);
  const members = (nodes: (string | null)[][]) => nodes.map((ids) => new Set(ids.slice(0, TINY.stationsPerNode)));
  expect(members(nodesOf(stations, tree))).toEqual(members(swapped));
});

test('other stations, or more or fewer, have no stored tree', () => {
  expect(recallTree(stored, testStations(9))).toBeUndefined();
  expect(recallTree(stored, testStations(11))).toBeUndefined();
  expect(recallTree(stored, [...testStations(9), { ...stations[9], id: 'another' }])).toBeUndefined();
});
