/** The stores of a data directory, opened once for all who work on it. */
import { packageRoot } from '../../src/config.ts';
import { ModelStore } from '../../src/store/models/models.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { ScoreStore } from '../../src/store/scores/scores.ts';

export interface Stores {
  observations: ObservationStore;
  runs: RunStore;
  scores: ScoreStore;
  models: ModelStore;
}

/** @param root the data directory; it need not exist */
export function openStores(root: string): Stores {
  return {
    observations: new ObservationStore(root),
    runs: new RunStore(root),
    scores: new ScoreStore(root),
    models: new ModelStore([
      { root: packageRoot(), folder: 'models/pretrained' },
      { root, folder: 'models' },
    ]),
  };
}
