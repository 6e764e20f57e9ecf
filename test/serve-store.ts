/** The HTTP API over the stores of a folder, on a port of its own. */
import { createApp } from '../src/api/app.ts';
import { serve } from '../src/api/serve.ts';
import { packageRoot } from '../src/config.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../src/domain/time.ts';
import { createLog } from '../src/log.ts';
import { ModelStore } from '../src/store/models/models.ts';
import { ObservationStore } from '../src/store/observations/observations.ts';
import { RunStore } from '../src/store/runs/runs.ts';
import { ScoreStore } from '../src/store/scores/scores.ts';

export async function serveStore(root: string, dataset: string, now: Hour) {
  const stores = { observations: new ObservationStore(root), runs: new RunStore(root), scores: new ScoreStore(root) };
  const clock = { now: () => now * MILLISECONDS_PER_HOUR };
  const app = createApp({
    ...stores,
    models: new ModelStore([{ root: packageRoot(), folder: 'models/pretrained' }]),
    clock,
    status: () => ({ clock: { kind: 'system' }, dataset, jobs: [] }),
    log: createLog('silent'),
    version: 'test',
  });
  const server = await serve({ app, port: 0, host: '127.0.0.1' });
  return {
    ...stores,
    clock,
    status: async (path: string) => (await fetch(server.url + path)).status,
    get: async (path: string) => (await fetch(server.url + path)).json(),
    close: () => server.close(),
  };
}

export type ServedStore = Awaited<ReturnType<typeof serveStore>>;
