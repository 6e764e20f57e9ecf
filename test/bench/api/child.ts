/**
 * A service that answers, in a process of its own: `child.ts ROOT`. Prints its address, and that of a server of plain node:http
 * that answers as many bytes as it is asked for, to compare with. To the line `memory` it tells what is in use after a collection,
 * to `processor` the time that it has used, in microseconds.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../../src/api/app.ts';
import { serve } from '../../../src/api/serve.ts';
import { createLog } from '../../../src/log.ts';
import { DATASET, INIT, openStore } from './store.ts';

const [root] = process.argv.slice(2);
const app = createApp({
  ...openStore(root),
  clock: { now: () => (INIT + 0.5) * 3_600_000 },
  status: () => ({ clock: { kind: 'system' }, dataset: DATASET, jobs: [] }),
  access: { weightPerMinute: 1e9 },
  log: createLog('silent'),
  version: 'bench',
});
const server = await serve({ app, port: 0, host: '127.0.0.1' });
const bytes = Buffer.alloc(2 ** 20, 'x');
const plain = createServer((request, response) => {
  const length = Number(request.url!.slice(1));
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': length });
  response.end(bytes.subarray(0, length));
});
await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
const { port } = plain.address() as { port: number };
process.stdout.write(`${server.url}\nhttp://127.0.0.1:${port}\n`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
for await (const line of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  if (line === 'memory') collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ processor: user + system, rss, used: heapUsed + external })}\n`);
}
process.exit(0);
