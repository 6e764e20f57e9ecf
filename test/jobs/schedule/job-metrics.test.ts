import { expect, it } from 'vitest';
import { jobLastSuccess, jobSlots, tellOf } from '../../../jobs/schedule/job-metrics.ts';
import type { LedgerRecord } from '../../../jobs/schedule/ledger-records.ts';
import { SlotStates } from '../../../jobs/schedule/slot-states.ts';

it('tells from the ledger when a slot was done last and how many are not, also of a process that did none itself', async () => {
  const job = 'told';
  const records: LedgerRecord[] = [
    { kind: 'begin', job, slot: '2025-03-01T06:00Z', every: 1, at: '2025-03-01T06:00:00.000Z' },
  ];
  const attempt = (slot: string, claim: string) =>
    ({ kind: 'start', job, slot, at: '2025-03-01T06:01:00.000Z', claim, attempt: 1, note: null, trace: '' }) as const;
  records.push(
    attempt('2025-03-01T06:00Z', 'a.0'),
    attempt('2025-03-01T07:00Z', 'a.1'),
    attempt('2025-03-01T08:00Z', 'a.2'),
  );
  const common = { job, at: '2025-03-01T06:02:00.000Z' };
  records.push({ kind: 'done', ...common, slot: '2025-03-01T06:00Z', claim: 'a.0' });
  records.push({ kind: 'failed', ...common, slot: '2025-03-01T07:00Z', claim: 'a.1', error: 'no', isLast: true });
  const silence = tellOf({ states: new SlotStates(records) });
  const figures = async (metric: typeof jobSlots | typeof jobLastSuccess) =>
    (await metric.get()).values.filter(({ labels }) => labels.job_name === job);
  expect(await figures(jobLastSuccess)).toMatchObject([{ value: Date.UTC(2025, 2, 1, 6, 2) / 1000 }]);
  expect((await figures(jobSlots)).map(({ labels, value }) => [(labels as { state: string }).state, value])).toEqual([
    ['running', 1],
    ['failed', 0],
    ['dead', 1],
  ]);
  silence();
  expect(await figures(jobSlots)).toEqual([]);
});
