/** Publishes runs beside the service that answers, as a worker does: `publisher.ts ROOT`; at each line, the next run. */
import { createInterface } from 'node:readline';
import { INIT, openStore, publishRun } from './store.ts';

const stores = openStore(process.argv[2]);
let init = INIT;
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) {
  init++;
  await publishRun(stores, init);
  process.stdout.write(`${init}\n`);
}
