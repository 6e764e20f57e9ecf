/**
 * A worker of `bench cluster`, as a process of the role worker is one: it computes shards on one thread until it is killed, and has the
 * slot where it is told so. To a line `processor` it answers with the seconds of processor time that it has used; to `run INIT`
 * when that run, cut into shards, is published.
 */
import { createInterface } from 'node:readline';
import { Cluster } from '../../../jobs/cluster/cluster.ts';
import { shardedForecaster, workShards } from '../../../jobs/cluster/sharding.ts';
import { openFollowing } from '../../../models/serving/following-forecaster.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { createLog } from '../../../src/log.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { PartStore } from '../../../src/store/runs/parts.ts';

const [root, connectionString, network, dataset] = process.argv.slice(2);
const opened = await openLocalForecaster({ root, network, threads: 1 });
const forecaster = await openFollowing({ open: async () => opened, serving: async () => undefined });
const cluster = await Cluster.open({ connectionString, dataset, log: createLog('warn') });
const sharding = { forecaster, observations: new ObservationStore(root), parts: new PartStore(root) };
const { signal } = new AbortController();
const work = workShards(cluster, sharding, signal);
const sharded = shardedForecaster(cluster, sharding, signal);
process.stdout.write('up\n');
createInterface({ input: process.stdin }).on('line', async (line) => {
  const [what, init] = line.split(' ');
  if (what === 'run') await sharded.run({ dataset, init: Number(init), now: Date.now() });
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${(user + system) / 1e6}\n`);
});
await work;
