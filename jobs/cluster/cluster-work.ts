/** What a process of a cluster does besides answering: plans, does slots, both, or neither. */

import type { FollowingForecaster } from '../../models/serving/following-forecaster.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { KernelcastError } from '../../src/errors.ts';
import { PartStore } from '../../src/store/runs/parts.ts';
import { attemptsOf } from '../schedule/job-history.ts';
import { jobStatuses } from '../schedule/job-status.ts';
import { pause } from '../schedule/pause.ts';
import { Schedule } from '../schedule/schedule.ts';
import { withForecaster } from '../service/opened-forecaster.ts';
import { type LiveOptions, liveJobs } from '../service/real-work.ts';
import type { Work } from '../service/work.ts';
import { Cluster } from './cluster.ts';
import { shardedForecaster, workShards } from './sharding.ts';

export const ROLES = ['api', 'scheduler', 'worker', 'all'] as const;
export type Role = (typeof ROLES)[number];

export interface ClusterWorkOptions extends Omit<LiveOptions, 'ledger'> {
  role: Role;
  /** The database that all processes share. */
  connectionString: string;
}

const REFRESH_MS = 2_000;

/** @throws KernelcastError `ENVIRONMENT` when the database cannot be reached */
export async function clusterWork(options: ClusterWorkOptions): Promise<Work> {
  const { role, root, stores, connectionString, dataset, log } = options;
  const clock = systemClock;
  const cluster = await Cluster.open({ connectionString, dataset, log });
  const { ledger } = cluster;
  // Who only plans needs to know the jobs, not how to do them.
  const planning = new Schedule(liveJobs(options, { run: cannotForecast }), { ledger, clock, log });

  async function play(signal: AbortSignal): Promise<void> {
    const parts: Promise<void>[] = [followLedger(signal)];
    if (role === 'scheduler' || role === 'all') {
      parts.push(cluster.schedule(planning, signal));
    }
    if (role === 'worker' || role === 'all') {
      parts.push(withForecaster(options, (forecaster) => work(forecaster, signal)));
    }
    await Promise.all(parts);
  }

  async function work(forecaster: FollowingForecaster, signal: AbortSignal): Promise<void> {
    const sharding = { forecaster, observations: stores.observations, parts: new PartStore(root) };
    const jobs = liveJobs(options, shardedForecaster(cluster, sharding, signal));
    const schedule = new Schedule(jobs, { ledger, clock, log });
    await Promise.all([cluster.work(schedule, signal), workShards(cluster, sharding, signal)]);
  }

  /** So that the status tells what others do. */
  async function followLedger(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await ledger.refresh().catch((error: unknown) => log.warn({ err: error }, 'the ledger cannot be read now'));
      await pause(REFRESH_MS, signal);
    }
  }

  return {
    clock,
    attempts: () => attemptsOf(ledger.records),
    status: () => ({
      clock: { kind: 'system' },
      dataset,
      jobs: jobStatuses(planning.policies, ledger.states, clock.now()),
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
