/**
 * The station tree in a model artefact: that of the stations which the forecaster was trained and validated on, by their
 * ids. A forecast of the same stations uses it as it stands, so that a later rule of grouping does not shift what the
 * weights have learnt; other stations get a tree of their own.
 */
import { z } from 'zod';
import type { Station } from '../../src/domain/station.ts';
import type { StationTree } from '../station-tree/station-tree.ts';

export const storedTreeSchema = z.object({
  dataset: z.string(),
  stationsPerNode: z.int().positive(),
  branching: z.array(z.int().positive()),
  /** [node][slot]: a station's id, or null for padding. */
  nodes: z.array(z.array(z.string().nullable())),
});

export type StoredTree = z.infer<typeof storedTreeSchema>;

export function storeTree(dataset: string, stations: readonly Station[], tree: StationTree): StoredTree {
  const { stationsPerNode, branching } = tree;
  const nodes = tree.nodes.map((slots) => slots.map((index) => stations[index]?.id ?? null));
  return { dataset, stationsPerNode, branching, nodes };
}

/** The tree over a list of stations, in any order; undefined unless they are exactly the stored ones. */
export function recallTree(stored: StoredTree, stations: readonly Station[]): StationTree | undefined {
  const indices = new Map(stations.map(({ id }, index) => [id, index]));
  const ids = stored.nodes.flat().filter((id) => id !== null);
  if (ids.length !== stations.length || !ids.every((id) => indices.has(id))) return undefined;
  const nodes = stored.nodes.map((slots) => slots.map((id) => (id === null ? -1 : indices.get(id)!)));
  return { stationsPerNode: stored.stationsPerNode, branching: stored.branching, nodes };
}
