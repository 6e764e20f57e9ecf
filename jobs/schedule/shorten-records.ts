/** Shortens a ledger that has grown long: what is long settled is forgotten, so that years of slots take no more room than a month. */
import { KernelcastError } from '../../src/errors.ts';
import { type LedgerRecord, slotOf } from './ledger-records.ts';
import { isSettled, SlotStates } from './slot-states.ts';

/** A ledger with more records is shortened. */
export const MOST_RECORDS = 10_000;
const KEPT_RECORDS = 1_000;

/** The end of a ledger, behind what says the same of the slots that are still to be done. */
export function shortenRecords(records: readonly LedgerRecord[]): LedgerRecord[] {
  const states = new SlotStates(records);
  const begins = states.begins(records.at(-1)?.at ?? '');
  const from = new Map(begins.map((record) => [record.job, slotOf(record)]));
  const lastOf = (record: LedgerRecord) => slotOf(record.kind === 'skipped' ? { slot: record.to } : record);
  const kept = records.filter((record, index) => {
    if (record.kind === 'begin') return false;
    if (index >= records.length - KEPT_RECORDS) return true;
    const state = states.slot(record.job, slotOf(record));
    const isOpen = state !== undefined && !isSettled(state);
    return isOpen || lastOf(record) >= (from.get(record.job) ?? Number.NEGATIVE_INFINITY);
  });
  if (kept.length + begins.length > MOST_RECORDS) throw tooManyOpen();
  return [...begins, ...kept];
}

/** A ledger in which ten thousand records are of open slots: the policies do not let that happen. */
function tooManyOpen(): KernelcastError {
  return new KernelcastError('STORE_CORRUPT', 'the ledger of the jobs has more open slots than any schedule leaves', {
    hint: 'Move jobs/DATASET/ledger.jsonl away (in PostgreSQL: DELETE FROM kernelcast.ledger); the jobs begin with the current hour then.',
  });
}
