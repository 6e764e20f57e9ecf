/** How the jobs stand, as `/v1/status` and `kernelcast jobs list` tell it: from the ledger, whoever does the jobs. */
import type { JobStatus } from '../../src/domain/operation.ts';
import { formatHour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { type JobPolicy, nextSlotAt } from './plan.ts';
import type { SlotState, SlotStates } from './slot-states.ts';

/** @param now the time of the service, Unix milliseconds */
export function jobStatuses(policies: readonly JobPolicy[], states: SlotStates, now: number): JobStatus[] {
  return policies.map((policy) => {
    const job = states.job(policy.name);
    const last = job?.last === undefined ? undefined : job.slots.get(job.last);
    return {
      name: policy.name,
      state: toldState(last),
      last_slot: job?.last === undefined ? null : formatHour(job.last),
      last_finished_at: job?.lastFinishedAt === undefined ? null : new Date(job.lastFinishedAt).toISOString(),
      next_at: formatHour(nextSlotAt(policy, now) / MILLISECONDS_PER_HOUR),
      last_error: last && last.state !== 'skipped' ? last.error : null,
    };
  });
}

function toldState(last: SlotState | undefined): string {
  return last === undefined || last.state === 'open' ? 'waiting' : last.state;
}
