/** How often each job has its turn, what it waits for, and how often and how long it is tried. */
import type { JobPolicy } from './plan.ts';

const MINUTE = 60_000;
const HOURLY = { everyHours: 1, patienceMs: 10 * MINUTE, backoffMs: MINUTE, timeoutMs: 50 * MINUTE };

/** In the order of their turn. What is ingested or verified once holds for the hours before too; a forecast does not. */
export const POLICIES = {
  ingest: { ...HOURLY, name: 'ingest', after: [], catchUp: 0, attempts: 5 },
  forecast: { ...HOURLY, name: 'forecast', after: ['ingest'], catchUp: 24, attempts: 3 },
  verify: { ...HOURLY, name: 'verify', after: ['ingest'], catchUp: 0, attempts: 3 },
  retain: { ...HOURLY, name: 'retain', after: ['verify'], catchUp: 0, attempts: 3 },
  /** Where it is asked for: it takes hours, and goes on from its checkpoint; each restart of the service is an attempt. */
  train: {
    ...{ name: 'train', everyHours: 168, after: ['ingest'], patienceMs: 10 * MINUTE, catchUp: 0 },
    ...{ attempts: 20, backoffMs: 5 * MINUTE, timeoutMs: 20 * 60 * MINUTE },
  },
} as const satisfies Record<string, JobPolicy>;

export type JobName = keyof typeof POLICIES;
