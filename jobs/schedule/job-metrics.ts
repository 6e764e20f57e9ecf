/** The figures of the jobs, for Prometheus. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { metricsRegistry } from '../../src/metrics.ts';
import type { Ledger } from './ledger.ts';
import type { JobState } from './slot-states.ts';

const registers = [metricsRegistry];

export const jobSeconds = new Histogram({
  name: 'kernelcast_job_seconds',
  help: 'How long an attempt at a slot took.',
  labelNames: ['job_name', 'outcome'],
  buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
  registers,
});

export const jobAttempts = new Counter({
  name: 'kernelcast_job_attempts_total',
  help: 'Attempts at slots, by how they ended: done, failed, dead (no attempt left).',
  labelNames: ['job_name', 'outcome'],
  registers,
});

export const jobSkips = new Counter({
  name: 'kernelcast_job_skipped_slots_total',
  help: 'Slots that were missed and will not be made up.',
  labelNames: ['job_name'],
  registers,
});

export const jobRunning = new Gauge({
  name: 'kernelcast_job_running',
  help: 'Attempts that are at work in this process.',
  labelNames: ['job_name'],
  registers,
});

export const jobLag = new Gauge({
  name: 'kernelcast_job_lag_seconds',
  help: 'From the beginning of the newest slot that was done to its end, by the clock of the service.',
  labelNames: ['job_name'],
  registers,
});

/** The ledgers of this process: what it says of slots is true of all processes that share it, and after a restart. */
const ledgers = new Set<Pick<Ledger, 'states'>>();

/** Lets the figures tell of a ledger until the returned function is called. */
export function tellOf(ledger: Pick<Ledger, 'states'>): () => void {
  ledgers.add(ledger);
  return () => ledgers.delete(ledger);
}

function* jobStates(): Iterable<[name: string, state: JobState]> {
  for (const { states } of ledgers) yield* states.jobs;
}

export const jobLastSuccess = new Gauge({
  name: 'kernelcast_job_last_success_timestamp_seconds',
  help: 'When a slot was done last, by whichever process, Unix time by the clock of its machine.',
  labelNames: ['job_name'],
  registers,
  collect() {
    this.reset();
    for (const [job_name, { lastDoneAt }] of jobStates()) if (lastDoneAt) this.set({ job_name }, lastDoneAt / 1000);
  },
});

export const jobSlots = new Gauge({
  name: 'kernelcast_job_slots',
  help: 'Slots that are running, failed (and tried again), or dead, of those that the ledger remembers.',
  labelNames: ['job_name', 'state'],
  registers,
  collect() {
    this.reset();
    for (const [job_name, { slots }] of jobStates()) {
      const found = [...slots.values()].map(({ state }) => state);
      for (const state of ['running', 'failed', 'dead'] as const) {
        this.set({ job_name, state }, found.filter((each) => each === state).length);
      }
    }
  },
});

export const observationsLag = new Gauge({
  name: 'kernelcast_observations_lag_seconds',
  help: 'How far the newest observation is behind the clock of the service.',
  labelNames: ['dataset'],
  registers,
});

export const runsKept = new Gauge({
  name: 'kernelcast_runs_kept',
  help: 'The runs that are kept.',
  labelNames: ['dataset'],
  registers,
});

export const runsBytes = new Gauge({
  name: 'kernelcast_runs_bytes',
  help: 'The size on disk of the runs that are kept.',
  labelNames: ['dataset'],
  registers,
});
