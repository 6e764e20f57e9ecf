/**
 * A process of a cluster, for the test that kills them: a worker in a world where an hour takes a second or
 * two. Its forecast publishes a folder and notes in `published.log` that it, and nobody before it, did so.
 *
 *     node --import tsx test/cluster/member.ts ROOT DATABASE_URL EPOCH_MS MS_PER_HOUR
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import type { Beat } from '../../jobs/schedule/beat.ts';
import { POLICIES } from '../../jobs/schedule/policies.ts';
import { type Job, Schedule } from '../../jobs/schedule/schedule.ts';
import { hourSlug } from '../../src/domain/time.ts';
import { createLog } from '../../src/log.ts';
import { publishFolder } from '../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';

const [root, connectionString, epoch, msPerHour] = process.argv.slice(2);
const HOUR = 3_600_000;
/** The first hour is hour 0 of 2024; time goes by faster than it does. */
const clock = { now: () => Date.UTC(2024, 0, 1) + ((Date.now() - Number(epoch)) * HOUR) / Number(msPerHour) };
const log = createLog(process.env.KERNELCAST_LOG ?? 'warn');

const forecast: Job = {
  policy: { ...POLICIES.forecast, after: [], catchUp: 1_000, attempts: 100, backoffMs: 100, timeoutMs: 20_000 },
  async run(slot) {
    await sleep(200 + 600 * Math.random());
    const folder = join(root, 'runs', hourSlug(slot));
    const outcome = await publishFolder(
      nodeFiles,
      folder,
      new Map([['manifest.json', Buffer.from(`${process.pid}\n`)]]),
    );
    if (outcome === 'published') appendFileSync(join(root, 'published.log'), `${slot}\n`);
    await sleep(300);
  },
};

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const cluster = await Cluster.open({ connectionString, dataset: 'demo', log, silenceMs: 3_000 });
const schedule = new Schedule([forecast], { ledger: cluster.ledger, clock, log });
process.stdout.write('up\n');
const beat: Beat = (ring) => {
  const timer = setInterval(ring, 300);
  return () => clearInterval(timer);
};
await schedule.keep(stop.signal, { bell: cluster.bell('ledger'), beat });
await cluster.close();
