/**
 * A service that answers and forecasts, in a process of its own: `child.ts ROOT THREADS RUNS`. Prints its address; at the word
 * `go` it makes runs in the worker, measures the delay of its event loop meanwhile, and prints that.
 */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openStores } from '../../../jobs/service/stores.ts';
import { openForecaster } from '../../../models/serving/worker-forecaster.ts';
import { createApp } from '../../../src/api/app.ts';
import { serve } from '../../../src/api/serve.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { createLog } from '../../../src/log.ts';
import { DATASET } from '../forecast/dataset.ts';

const [root, threads, runs] = process.argv.slice(2);
const stores = openStores(root);
const forecaster = await openForecaster({ root, threads: Number(threads) });
const status = () => ({ clock: { kind: 'system' as const }, dataset: DATASET, jobs: [], engine: forecaster.engine });
const app = createApp({ ...stores, clock: systemClock, status, log: createLog('silent'), version: 'bench' });
const server = await serve({ app, port: 0, host: '127.0.0.1' });
const last = (await stores.observations.describe(DATASET)).to - 1;
const forecast = (hoursBack: number) =>
  forecaster.run({ dataset: DATASET, init: last - hoursBack, now: systemClock.now() });

// The first run, which requests are answered from; it also lays out the nodes.
await forecast(Number(runs));
process.stdout.write(`${server.url}\n`);
await once(process.stdin, 'data');

const delay = monitorEventLoopDelay({ resolution: 1 });
const start = performance.now();
delay.enable();
for (let hoursBack = Number(runs) - 1; hoursBack >= 0; hoursBack--) await forecast(hoursBack);
delay.disable();
const seconds = (performance.now() - start) / 1000;
const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
process.stdout.write(
  `${JSON.stringify({
    seconds,
    p50: milliseconds(delay.percentile(50)),
    p99: milliseconds(delay.percentile(99)),
    max: milliseconds(delay.max),
  })}\n`,
);
await once(process.stdin, 'data');
await server.close(0);
await forecaster.close();
process.exit(0);
