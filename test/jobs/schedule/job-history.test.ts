import { expect, test } from 'vitest';
import { attemptsOf } from '../../../jobs/schedule/job-history.ts';
import type { LedgerRecord } from '../../../jobs/schedule/ledger-records.ts';

const at = (minute: number): string => `2025-02-20T06:${String(minute).padStart(2, '0')}:00.000Z`;
const slot = '2025-02-20T06:00Z';
const start = (minute: number, claim: string, attempt = 1): LedgerRecord => {
  return { kind: 'start', job: 'forecast', slot, at: at(minute), claim, attempt, note: null, trace: 'ab'.repeat(16) };
};
const common = { job: 'forecast', slot };
const states = (records: LedgerRecord[]) => attemptsOf(records).map(({ attempt, state }) => `${attempt} ${state}`);

test('tells each attempt with its beginning, its end and what went wrong, the newest first', () => {
  const log = [{ at: at(2), level: 'error', text: 'a job failed' }];
  const attempts = attemptsOf([
    { kind: 'begin', ...common, at: at(0), every: 1 },
    start(1, 'a.0'),
    { kind: 'failed', ...common, at: at(2), claim: 'a.0', error: 'no room on the disk', isLast: false, log },
    start(3, 'a.1', 2),
    { kind: 'done', ...common, at: at(4), claim: 'a.1' },
  ]);
  expect(attempts).toMatchObject([
    { attempt: 2, state: 'done', started_at: at(3), ended_at: at(4), error: null, log: [], ingested: null },
    { attempt: 1, state: 'failed', started_at: at(1), ended_at: at(2), error: 'no room on the disk', log },
  ]);
});

test('an attempt without an end is running, until another process takes its slot', () => {
  expect(states([start(1, 'a.0')])).toEqual(['1 running']);
  expect(attemptsOf([start(1, 'a.0'), start(9, 'b.0', 2)])).toMatchObject([
    { state: 'running' },
    { state: 'failed', ended_at: at(9) },
  ]);
});

test('who was taken over has nothing to say any more', () => {
  const late: LedgerRecord = { kind: 'done', ...common, at: at(10), claim: 'a.0' };
  expect(states([start(1, 'a.0'), start(9, 'b.0', 2), late])).toEqual(['2 running', '1 failed']);
});

test('a slot without an attempt left is dead; slots that were skipped say from when to when, and why', () => {
  expect(
    attemptsOf([
      start(1, 'a.0', 3),
      { kind: 'failed', ...common, at: at(2), claim: 'a.0', error: 'again', isLast: true },
      { kind: 'skipped', ...common, slot: '2025-02-19T00:00Z', to: '2025-02-19T09:00Z', reason: 'missed', at: at(3) },
    ]),
  ).toMatchObject([
    { state: 'skipped', slot: '2025-02-19T00:00Z', to: '2025-02-19T09:00Z', attempt: 0, error: 'missed', trace: null },
    { state: 'dead', error: 'again' },
  ]);
});
