/** What the jobs did, as the page tells it: a lane a job with a bar an attempt, and what went wrong. Pure. */
import type { JobAttempt, JobStatus } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';

export interface Bar {
  attempt: JobAttempt;
  /** Where it begins and how long it is, as shares of the span. */
  start: number;
  width: number;
  /** How long it took against the longest of its job, 0..1; by the root, so that a quick one is still seen beside a slow one. */
  height: number;
  /** ms; undefined while it runs, and where slots were skipped. */
  took: number | undefined;
}

export interface Lane {
  job: JobStatus;
  /** The oldest first. */
  bars: Bar[];
  failed: number;
  /** Half of the attempts took less, ms. */
  typical: number | undefined;
}

export interface JobHistory {
  /** From the first attempt to the end of the last, ms by the clock of the machine; undefined where there are none. */
  span: { from: number; to: number } | undefined;
  lanes: Lane[];
}

/** @param attempts the newest first */
export function jobHistory(jobs: readonly JobStatus[], attempts: readonly JobAttempt[]): JobHistory {
  const times = attempts.flatMap(({ started_at, ended_at }) => [started_at, ended_at ?? started_at].map(parseInstant));
  const span = times.length === 0 ? undefined : { from: Math.min(...times), to: Math.max(...times) };
  return {
    span,
    lanes: jobs.map((job) =>
      lane(
        job,
        attempts.filter((attempt) => attempt.job === job.name),
        span,
      ),
    ),
  };
}

function lane(job: JobStatus, attempts: readonly JobAttempt[], span: JobHistory['span']): Lane {
  const took = attempts.map(duration);
  const longest = Math.max(1, ...took.filter((time) => time !== undefined));
  const { from, to } = span ?? { from: 0, to: 0 };
  const length = Math.max(1, to - from);
  const bars = attempts.map((attempt, index): Bar => {
    const time = took[index];
    const start = (parseInstant(attempt.started_at) - from) / length;
    return { attempt, start, width: (time ?? 0) / length, height: Math.sqrt((time ?? 0) / longest), took: time };
  });
  const done = took.filter((time, index) => time !== undefined && attempts[index].state === 'done') as number[];
  return { job, bars: bars.reverse(), failed: attempts.filter(isFailed).length, typical: median(done) };
}

export function isFailed({ state }: JobAttempt): boolean {
  return state === 'failed' || state === 'dead';
}

/** What went wrong, or was not done, or was done without what was missing; the newest first. */
export function troubles(attempts: readonly JobAttempt[]): JobAttempt[] {
  return attempts.filter((attempt) => isFailed(attempt) || attempt.state === 'skipped' || attempt.note !== null);
}

function duration({ state, started_at, ended_at }: JobAttempt): number | undefined {
  if (ended_at === null || state === 'skipped') return undefined;
  return Math.max(0, parseInstant(ended_at) - parseInstant(started_at));
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
