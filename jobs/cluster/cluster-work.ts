/** What a process of a cluster does besides answering: it does jobs, or only tells what others do. */

import type { FollowingForecaster } from '../../models/serving/following-forecaster.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { KernelcastError } from '../../src/errors.ts';
import { PartStore } from '../../src/store/runs/parts.ts';
import { attemptsOf } from '../schedule/job-history.ts';
import { jobStatuses } from '../schedule/job-status.ts';
import { Schedule } from '../schedule/schedule.ts';
import { withForecaster } from '../service/opened-forecaster.ts';
import { type LiveOptions, liveJobs } from '../service/real-work.ts';
import type { Work } from '../service/work.ts';
import { Cluster } from './cluster.ts';
import { shardedForecaster, workShards } from './sharding.ts';

/** An API server answers; a worker answers, and does jobs; `all`, where nothing is asked for, is a worker. */
export type Role = 'api' | 'worker' | 'all';

export interface ClusterWorkOptions extends Omit<LiveOptions, 'ledger'> {
  role: Role;
  /** The database that all processes share. */
  connectionString: string;
}

/** How often to read the ledger where nobody says that it has changed. */
const REFRESH_MS = 30_000;

/** @throws KernelcastError `ENVIRONMENT` when the database cannot be reached */
export async function clusterWork(options: ClusterWorkOptions): Promise<Work> {
  const { role, root, stores, connectionString, dataset, log } = options;
  const clock = systemClock;
  const cluster = await Cluster.open({ connectionString, dataset, log });
  const { ledger } = cluster;
  // Who only tells of the jobs need not know how to do them.
  const policies = liveJobs(options, { run: cannotForecast }).map(({ policy }) => policy);

  async function play(signal: AbortSignal): Promise<void> {
    const parts: Promise<void>[] = [followLedger(signal)];
    if (role !== 'api') parts.push(withForecaster(options, (forecaster) => work(forecaster, signal)));
    await Promise.all(parts);
  }

  async function work(forecaster: FollowingForecaster, signal: AbortSignal): Promise<void> {
    const sharding = { forecaster, observations: stores.observations, parts: new PartStore(root) };
    const jobs = liveJobs(options, shardedForecaster(cluster, sharding, signal));
    const schedule = new Schedule(jobs, { ledger, clock, log });
    const bell = cluster.bell('ledger');
    await Promise.all([schedule.keep(signal, { bell }), workShards(cluster, sharding, signal)]);
  }

  /** So that the status tells what others do. */
  async function followLedger(signal: AbortSignal): Promise<void> {
    const bell = cluster.bell('ledger');
    while (!signal.aborted) {
      await ledger.refresh().catch((error: unknown) => log.warn({ err: error }, 'the ledger cannot be read now'));
      await bell.wait(REFRESH_MS, signal);
    }
  }

  return {
    clock,
    attempts: () => attemptsOf(ledger.records),
    status: () => ({
      clock: { kind: 'system' },
      dataset,
      jobs: jobStatuses(policies, ledger.states, clock.now()),
      preparing: null,
      engine: null,
    }),
    async run(signal) {
      // When one part fails, the others end too.
      const ended = new AbortController();
      const all = AbortSignal.any([signal, ended.signal]);
      try {
        await play(all);
      } finally {
        ended.abort();
        await cluster.close();
      }
    },
  };
}

function cannotForecast(): Promise<never> {
  return Promise.reject(new KernelcastError('ENVIRONMENT', 'this process makes no forecasts'));
}
