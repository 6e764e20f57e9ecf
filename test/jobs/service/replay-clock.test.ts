import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplayClock } from '../../../jobs/service/replay-clock.ts';
import { parseHour } from '../../../src/domain/time.ts';

const hour = parseHour('2025-02-22T00');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the mocked time pass in steps, so that promises between timers can settle. */
async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

describe('the clock of a replay', () => {
  it('stands still until it is set going', async () => {
    const clock = new ReplayClock({ hour, secondsPerHour: 5 });
    await pass(60);
    expect(clock.now()).toBe(hour * 3_600_000);
  });

  it('lets an hour pass in the seconds that it is told, and the minutes in between', async () => {
    const clock = new ReplayClock({ hour, secondsPerHour: 4 });
    const stop = new AbortController();
    const hours: number[] = [];
    const done = clock.run(async (next) => void hours.push(next), stop.signal);
    await pass(2);
    expect(clock.now()).toBe((hour + 0.5) * 3_600_000);
    await pass(2.1);
    expect(hours).toEqual([hour + 1]);
    expect(clock.hour).toBe(hour + 1);
    await pass(8);
    expect(hours).toEqual([hour + 1, hour + 2, hour + 3]);
    stop.abort();
    await done;
    await pass(20);
    expect(hours).toHaveLength(3);
  });

  it('does not begin an hour before the work of the last is done, and then at once', async () => {
    const clock = new ReplayClock({ hour, secondsPerHour: 1 });
    const stop = new AbortController();
    const hours: number[] = [];
    const done = clock.run(async (next) => {
      hours.push(next);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
    }, stop.signal);
    await pass(4.4);
    expect(hours).toEqual([hour + 1]);
    expect(clock.now()).toBeLessThan((hour + 2) * 3_600_000);
    await pass(0.2);
    expect(hours).toEqual([hour + 1, hour + 2]);
    stop.abort();
    await pass(4);
    await done;
  });
});
