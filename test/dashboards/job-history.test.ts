import { describe, expect, it } from 'vitest';
import type { IngestedFile, JobAttempt, JobStatus } from '../../dashboards/src/api/contracts.ts';
import { jobHistory, troubles } from '../../dashboards/src/service/job-history.ts';
import { rejectedCount, sourceReports } from '../../dashboards/src/service/source-report.ts';

const job: JobStatus = {
  name: 'forecast',
  state: 'done',
  last_slot: null,
  last_finished_at: null,
  next_at: null,
  last_error: null,
};

function attempt(minute: number, seconds: number | null, more: Partial<JobAttempt> = {}): JobAttempt {
  const began = Date.UTC(2025, 1, 20, 6, minute);
  return {
    job: 'forecast',
    slot: '2025-02-20T06:00Z',
    to: '2025-02-20T06:00Z',
    attempt: 1,
    started_at: new Date(began).toISOString(),
    state: 'done',
    ended_at: seconds === null ? null : new Date(began + seconds * 1000).toISOString(),
    error: null,
    note: null,
    trace: null,
    log: [],
    ingested: null,
    ...more,
  };
}

describe('the history of the jobs', () => {
  it('has a lane a job with its attempts from left to right, over the time from the first to the end of the last', () => {
    const attempts = [attempt(10, null, { state: 'running' }), attempt(9, 60), attempt(0, 15, { state: 'failed' })];
    const { span, lanes } = jobHistory([job, { ...job, name: 'verify' }], attempts);
    expect(span).toEqual({ from: Date.UTC(2025, 1, 20, 6, 0), to: Date.UTC(2025, 1, 20, 6, 10) });
    expect(lanes.map(({ bars }) => bars.length)).toEqual([3, 0]);
    const [first, second, third] = lanes[0].bars;
    expect([first.start, first.width, first.height, first.took]).toEqual([0, 0.025, 0.5, 15_000]);
    expect([second.start, second.width, second.height]).toEqual([0.9, 0.1, 1]);
    expect([third.start, third.width, third.took]).toEqual([1, 0, undefined]);
  });

  it('tells how long an attempt takes from those that went well, and counts those that did not', () => {
    const attempts = [
      attempt(3, 900, { state: 'dead' }),
      attempt(2, 5),
      attempt(1, 9),
      attempt(0, 7),
      attempt(0, 30, { state: 'failed' }),
    ];
    const [{ typical, failed }] = jobHistory([job], attempts).lanes;
    expect([typical, failed]).toEqual([7000, 2]);
    expect(jobHistory([job], []).span).toBeUndefined();
    expect(jobHistory([job], []).lanes[0].typical).toBeUndefined();
  });

  it('lists what failed, what was skipped, and what was done without something', () => {
    const failed = attempt(0, 1, { state: 'failed', error: 'no' });
    const skipped = attempt(1, null, { state: 'skipped', error: 'away' });
    const noted = attempt(2, 1, { note: 'a source was missing' });
    expect(troubles([noted, attempt(1, 1), skipped, failed])).toEqual([noted, skipped, failed]);
  });
});

describe('the report of the sources', () => {
  const file = (name: string, to: string): IngestedFile => ({
    file: name,
    stations: 1,
    from: to,
    to,
    observed: 1,
    interpolated: 0,
    missing: 0,
    rejected: { range: 1, step: 2, persistence: 3, spatial: 4 },
    gap_hours: 0,
  });
  const ingest = (minute: number, ...files: IngestedFile[]) =>
    attempt(minute, 60, { job: 'ingest', ingested: { added: 1, replaced: 0, files } });

  it('has what each brought last, the freshest first', () => {
    const reports = sourceReports([
      ingest(9, file('a', '2025-02-20T05:00Z')),
      attempt(5, 1),
      ingest(4, file('a', '2025-02-20T04:00Z'), file('b', '2025-02-20T06:00Z')),
    ]);
    expect(reports.map(({ file: { file: name, to } }) => [name, to])).toEqual([
      ['b', '2025-02-20T06:00Z'],
      ['a', '2025-02-20T05:00Z'],
    ]);
    expect(reports[1].came).toBe(Date.UTC(2025, 1, 20, 6, 10));
    expect(rejectedCount(reports[0].file)).toBe(10);
  });
});
