/** What the jobs did, attempt by attempt, from the records of the ledger. Pure. */
import type { JobAttempt } from '../../src/domain/operation.ts';
import type { LedgerRecord } from './ledger-records.ts';

/** The newest first. An attempt of which no end is known is `running`, until another process takes its slot. */
export function attemptsOf(records: readonly LedgerRecord[]): JobAttempt[] {
  const attempts: JobAttempt[] = [];
  /** By job and slot: the attempt whose end is still to come, and its claim. */
  const open = new Map<string, { claim: string; attempt: JobAttempt }>();
  for (const record of records) {
    const { job, slot, at } = record;
    const key = `${job} ${slot}`;
    const known = open.get(key);
    switch (record.kind) {
      case 'start': {
        // Its process died, and the next one did not say so.
        if (known) close(known.attempt, 'failed', at);
        const { attempt, note, trace } = record;
        const begun: JobAttempt = { job, slot, to: slot, attempt, started_at: at, ...EMPTY, note, trace };
        attempts.push(begun);
        open.set(key, { claim: record.claim, attempt: begun });
        break;
      }
      case 'done':
      case 'failed':
        // Who was taken over has nothing to say any more.
        if (known?.claim !== record.claim) break;
        open.delete(key);
        if (record.kind === 'done') {
          close(known.attempt, 'done', at);
          known.attempt.ingested = record.ingested ?? null;
        } else {
          close(known.attempt, record.isLast ? 'dead' : 'failed', at);
          known.attempt.error = record.error;
          known.attempt.log = record.log ?? [];
        }
        break;
      case 'skipped':
        attempts.push({
          job,
          slot,
          to: record.to,
          attempt: 0,
          started_at: at,
          ...EMPTY,
          state: 'skipped',
          ended_at: at,
          error: record.reason,
        });
        break;
      default:
    }
  }
  return attempts.reverse();
}

const EMPTY = {
  state: 'running',
  ended_at: null,
  error: null,
  note: null,
  trace: null,
  log: [],
  ingested: null,
} as const;

function close(attempt: JobAttempt, state: JobAttempt['state'], at: string): void {
  attempt.state = state;
  attempt.ended_at = at;
}
