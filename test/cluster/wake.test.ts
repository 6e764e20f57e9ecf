import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import { listen, wake } from '../../jobs/cluster/wake.ts';
import { createLog } from '../../src/log.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

/** For what happens at once, on a machine that does much else. */
const WAIT_MS = 60_000;

const log = createLog('silent');
let database: Postgres;
let pool: pg.Pool;
beforeAll(async () => {
  if (!postgresBinaries()) return;
  database = await Postgres.start();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => {});
});
afterAll(async () => {
  await pool?.end();
  database?.remove();
});

async function listeners(): Promise<number[]> {
  const sql = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'";
  return (await pool.query<{ pid: number }>(sql)).rows.map(({ pid }) => pid);
}

const suite = postgresBinaries() ? describe : describe.skip;

suite('waking at a queue (skipped without PostgreSQL)', () => {
  it('reaches all who listen, also after their connections were lost, until they end', async () => {
    const ended = new AbortController();
    const heard: string[][] = [[], []];
    const options = { connectionString: database.url, log, pollMs: 20 };
    const done = heard.map((names) => listen(options, ended.signal, (queue) => names.push(queue)));
    const reach = (queue: string) =>
      vi.waitFor(
        async () => {
          await wake(pool, queue);
          for (const names of heard) expect(names).toContain(queue);
        },
        { timeout: WAIT_MS },
      );
    await reach('demo/shards');
    await pool.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [await listeners()]);
    await reach('demo/forecast');
    ended.abort();
    await Promise.all(done);
    const before = heard.map((names) => names.length);
    await wake(pool, 'demo/late');
    expect(heard.map((names) => names.length)).toEqual(before);
    expect(await listeners()).toEqual([]);
  });

  it('makes a cluster take what it was sent without waiting for its next look', async () => {
    const cluster = await Cluster.open({ connectionString: database.url, dataset: 'demo', log });
    const ended = new AbortController();
    const taken: number[] = [];
    const taking = cluster.take<{ index: number }>('shards', ended.signal, async ({ index }) => {
      taken.push(index);
    });
    await vi.waitFor(async () => expect((await listeners()).length).toBe(1), { timeout: WAIT_MS });
    const begun = performance.now();
    // Each is sent when the one before it was taken: by looking twice a second, this would take ten seconds.
    for (let index = 0; index < 20; index++) {
      await cluster.send('shards', { index }, String(index));
      await vi.waitFor(() => expect(taken).toContain(index), { timeout: WAIT_MS, interval: 5 });
    }
    const seconds = (performance.now() - begun) / 1000;
    ended.abort();
    await taking;
    await cluster.close();
    expect(taken).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(seconds).toBeLessThan(8);
  });
});
