import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import { shardedForecaster, workShards } from '../../jobs/cluster/sharding.ts';
import { POLICIES } from '../../jobs/schedule/policies.ts';
import { type Job, Schedule } from '../../jobs/schedule/schedule.ts';
import type { PartRequest, RunRequest } from '../../models/serving/forecaster.ts';
import { Bell } from '../../src/domain/bell.ts';
import { parseHour } from '../../src/domain/time.ts';
import { createLog } from '../../src/log.ts';
import type { ObservationStore } from '../../src/store/observations/observations.ts';
import type { PartStore } from '../../src/store/runs/parts.ts';
import { currentTrace, withTrace } from '../../src/trace.ts';
import { testStations } from '../models/synthetic-series.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

const SLOT = parseHour('2025-03-01T06');
const log = createLog('silent');
const open: Cluster[] = [];
let database: Postgres;
beforeAll(async () => {
  if (postgresBinaries()) database = await Postgres.start();
});
afterAll(async () => {
  for (const cluster of open) await cluster.close();
  database?.remove();
});

async function join(dataset: string): Promise<Cluster> {
  const cluster = await Cluster.open({ connectionString: database.url, dataset, log });
  open.push(cluster);
  return cluster;
}

const suite = postgresBinaries() ? describe : describe.skip;

suite('a cluster (skipped without PostgreSQL)', () => {
  it('is joined by many at once on a database that is new', async () => {
    const members = await Promise.all(['a', 'a', 'a', 'b', 'b', 'c'].map(join));
    expect(members).toHaveLength(6);
  });

  it('does one slot of a job at a time in a process, and different jobs side by side', async () => {
    const cluster = await join('lanes');
    let now = SLOT * 3_600_000;
    const clock = { now: () => now };
    const running = new Map<string, number>();
    const done: string[] = [];
    let together = 0;
    const job = (name: 'ingest' | 'forecast'): Job => ({
      policy: { ...POLICIES[name], after: [], catchUp: 9 },
      async run(slot) {
        running.set(name, (running.get(name) ?? 0) + 1);
        expect(running.get(name)).toBe(1);
        together = Math.max(
          together,
          [...running.values()].reduce((sum, count) => sum + count, 0),
        );
        await sleep(1_500);
        running.set(name, running.get(name)! - 1);
        done.push(`${name} ${slot - SLOT}`);
      },
    });
    const schedule = new Schedule([job('ingest'), job('forecast')], {
      ledger: cluster.ledger,
      clock,
      wall: clock,
      log,
    });
    await schedule.beginAnew(SLOT);
    now += 2 * 3_600_000;
    const stop = new AbortController();
    const work = schedule.keep(stop.signal, { bell: cluster.bell('ledger') });
    await vi.waitFor(() => expect(done).toHaveLength(6), 300_000);
    stop.abort();
    await work;
    expect(done.toSorted()).toEqual(['forecast 0', 'forecast 1', 'forecast 2', 'ingest 0', 'ingest 1', 'ingest 2']);
    expect(together).toBe(2);
  });

  it('carries the shards of a forecast to all workers, with the trace of the slot', async () => {
    const parts = new Set<number>();
    const seen: (string | undefined)[] = [];
    const store = {
      list: async () => new Set(parts),
      remove: async () => parts.clear(),
      sweep: async () => {},
    } as unknown as PartStore;
    const observations = {
      describe: async () => ({ stations: testStations(25), to: SLOT + 1 }),
    } as unknown as ObservationStore;
    const bell = new Bell();
    const forecaster = {
      partArrived: () => bell.ring(),
      follow: async () => {},
      models: [{ id: 'one', name: 'One', kind: 'network' as const, weightsSha256: null }],
      async run({ init, cut }: RunRequest) {
        // It only looks when it is told that something has come.
        while (parts.size < cut!.count) await bell.wait(60_000);
        return { init: init!, outcome: 'published' as const };
      },
      async part({ shard }: PartRequest) {
        seen.push(currentTrace());
        parts.add(shard.index);
        return undefined;
      },
    };
    const stop = new AbortController();
    const members = await Promise.all([join('shards'), join('shards')]);
    const work = members.map((cluster) => workShards(cluster, { forecaster }, stop.signal));
    const options = { forecaster, observations, parts: store, stationsPerShard: 10 };
    const sharded = shardedForecaster(members[0], options, stop.signal);
    const trace = 'a'.repeat(32);
    const result = await withTrace(trace, () => sharded.run({ dataset: 'shards', now: 0 }));
    expect(result).toEqual({ init: SLOT, outcome: 'published' });
    expect(seen).toEqual([trace, trace, trace]);
    expect(parts.size).toBe(0);
    stop.abort();
    await Promise.all(work);
  });
});
