/**
 * A worker of `bench cluster`: computes shards on one thread until it is killed. Each line that it is sent it answers with the
 * seconds of processor time that it has used.
 */
import { createInterface } from 'node:readline';
import { Cluster } from '../../../jobs/cluster/cluster.ts';
import { workShards } from '../../../jobs/cluster/sharding.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { createLog } from '../../../src/log.ts';

const [root, connectionString, network] = process.argv.slice(2);
const forecaster = await openLocalForecaster({ root, network, threads: 1 });
const cluster = await Cluster.open({ connectionString, dataset: 'bench', log: createLog('warn') });
const work = workShards(cluster, { forecaster }, new AbortController().signal);
process.stdout.write('up\n');
createInterface({ input: process.stdin }).on('line', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${(user + system) / 1e6}\n`);
});
await work;
