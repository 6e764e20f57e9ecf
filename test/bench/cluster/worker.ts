/** A worker of `bench cluster`: computes shards on one thread until it is killed. */
import { join } from 'node:path';
import { Cluster } from '../../../jobs/cluster/cluster.ts';
import { workShards } from '../../../jobs/cluster/sharding.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { createLog } from '../../../src/log.ts';

const [root, connectionString, network] = process.argv.slice(2);
const forecaster = await openLocalForecaster({ root, network, threads: 1 });
const cluster = await Cluster.open({ connectionString, dataset: 'bench', log: createLog('warn') });
const work = workShards(cluster, { forecaster }, new AbortController().signal);
process.stdout.write(`up ${join(root)}\n`);
await work;
