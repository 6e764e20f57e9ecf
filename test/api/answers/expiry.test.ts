import { describe, expect, test } from 'vitest';
import { lifetimeOf } from '../../../src/api/answers/expiry.ts';
import type { ResolvedRun } from '../../../src/api/answers/resolve-run.ts';
import type { Run } from '../../../src/store/runs/runs.ts';

const HOUR = 3_600_000;
const NOW = 100.5 * HOUR;
const run = {} as Run;
const newest: ResolvedRun = { run, isLatest: true, interval: 2, nextDue: 102 * HOUR };

describe('how long an answer holds', () => {
  test('the newest run: until a little before the next one is due', () => {
    expect(lifetimeOf(newest, { now: NOW, isFixed: false })).toEqual({ expires: 101.8 * HOUR, until: undefined });
  });

  test('an answer that tells the hour of now is another one when the hour is over', () => {
    expect(lifetimeOf(newest, { now: NOW, isFixed: false, until: 101 * HOUR })).toEqual({
      expires: 101 * HOUR,
      until: 101 * HOUR,
    });
  });

  test('what nothing can change is kept for a year', () => {
    const { expires } = lifetimeOf({ ...newest, isLatest: false }, { now: NOW, isFixed: true });
    expect(expires! - NOW).toBe(365 * 24 * HOUR);
  });

  test('caches must ask where it is not known when the next run comes, or an older run may get observations', () => {
    expect(lifetimeOf({ ...newest, nextDue: undefined }, { now: NOW, isFixed: false }).expires).toBeUndefined();
    expect(lifetimeOf({ ...newest, isLatest: false }, { now: NOW, isFixed: false }).expires).toBeUndefined();
  });
});
