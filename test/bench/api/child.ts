/**
 * A service that answers, in a process of its own: `child.ts ROOT`. Prints its address; then, a line on standard input each:
 * `publish` publishes the next run, `memory` tells the megabytes in use after a collection of garbage.
 */
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../../src/api/app.ts';
import { serve } from '../../../src/api/serve.ts';
import { createLog } from '../../../src/log.ts';
import { DATASET, INIT, openStore, publishRun } from './store.ts';

const [root] = process.argv.slice(2);
const stores = openStore(root);
let init = INIT;
// Within the hour after the newest run.
const clock = { now: () => (init + 0.5) * 3_600_000 };
const app = createApp({
  ...stores,
  clock,
  status: () => ({ clock: { kind: 'system' }, dataset: DATASET, jobs: [] }),
  log: createLog('silent'),
  version: 'bench',
});
const server = await serve({ app, port: 0, host: '127.0.0.1' });
process.stdout.write(`${server.url}\n`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'publish') {
    init++;
    await publishRun(stores, init);
    process.stdout.write(`${init}\n`);
  }
  if (line === 'memory') {
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.stdout.write(`${JSON.stringify({ rss, used: heapUsed + external })}\n`);
  }
}
await server.close(0);
process.exit(0);
