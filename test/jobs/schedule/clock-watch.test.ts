import { expect, it } from 'vitest';
import { ClockWatch } from '../../../jobs/schedule/clock-watch.ts';
import { createLog } from '../../../src/log.ts';

const DAY_MS = 86_400_000;

/** Looks once a minute; `jumps` are what the wall clock moves besides. */
function watch(...jumps: number[]): string[] {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(JSON.parse(line).msg) });
  // The night in which Europe changes to summer time: UTC knows nothing of it.
  let wall = Date.parse('2025-03-30T00:59:30Z');
  let steady = 5;
  const watched = new ClockWatch({ log, wall: { now: () => wall }, steady: { now: () => steady } });
  for (const jump of jumps) {
    steady += 60_000;
    wall += 60_000 + jump;
    watched.look();
  }
  return lines;
}

it('minutes that pass are not told, nor a leap second, nor what a time service puts right', () => {
  expect(watch(0, 1000, -1000, 20_000, 0)).toEqual([]);
});

it('a suspend of ten days is one line', () => {
  expect(watch(0, 10 * DAY_MS + 4 * 3_600_000, 0, 0)).toEqual([
    'the clock went forward (or this machine was asleep) by 10 d 4 h',
  ]);
});

it('a clock that is put back is one line', () => {
  expect(watch(-2 * 3_600_000, 0, 0)).toEqual(['the clock was put back by 2 h']);
});
