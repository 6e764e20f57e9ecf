/** A worker of `bench cluster`: computes shards on one thread until it is killed. */
import { join } from 'node:path';
import { Cluster } from '../../../jobs/cluster/cluster.ts';
import { openLocalForecaster } from '../../../models/serving/local-forecaster.ts';
import { createLog } from '../../../src/log.ts';
import { ObservationStore } from '../../../src/store/observations.ts';
import { PartStore } from '../../../src/store/parts.ts';

const [root, connectionString, network] = process.argv.slice(2);
const forecaster = await openLocalForecaster({ root, network, threads: 1 });
const cluster = await Cluster.open({ connectionString, dataset: 'bench', log: createLog('warn') });
const observations = new ObservationStore(root);
const work = cluster.workShards({ forecaster, observations, parts: new PartStore(root) }, new AbortController().signal);
process.stdout.write(`up ${join(root)}\n`);
await work;
