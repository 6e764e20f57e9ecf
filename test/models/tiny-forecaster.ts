/** The smallest architecture with every part: for tests that run on plain JavaScript. */
import type { ForecasterConfig } from '../../models/forecaster/config.ts';

export const TINY: ForecasterConfig = {
  stationsPerNode: 3,
  haloStations: 2,
  dModel: 32,
  backbone: {
    depths: [1, 1, 1, 1],
    dims: [8, 8, 16, 16],
    kernels: [[7], [5], [3], [3]],
    dropPathRate: 0,
    layerScaleInit: 0.5,
  },
};
