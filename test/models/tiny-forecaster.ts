/** The smallest architecture with every part: for tests that run on plain JavaScript. */

import { buildStationTree } from '../../models/station-tree/station-tree.ts';
import type { ForecasterConfig } from '../../models/universal/config.ts';
import { type StoredTree, storeTree } from '../../models/universal/stored-tree.ts';
import type { Station } from '../../src/domain/station.ts';

export const TINY: ForecasterConfig = {
  stationsPerNode: 3,
  dModel: 32,
  backbone: {
    depths: [1, 1, 1, 1],
    dims: [8, 8, 16, 16],
    kernels: [[7], [5], [3], [3]],
    dropPathRate: 0,
    layerScaleInit: 0.5,
  },
  headDropout: 0.1,
  neighbours: true,
};

/** The tree that training on these stations would put into the artefact. */
export function treeOf(
  dataset: string,
  stations: readonly Station[],
  config: Pick<ForecasterConfig, 'stationsPerNode'>,
): StoredTree {
  const { stationsPerNode } = config;
  return storeTree(dataset, stations, buildStationTree(stations, { stationsPerNode, branching: 'auto' }));
}
