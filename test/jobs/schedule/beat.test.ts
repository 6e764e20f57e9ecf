import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everyMinute } from '../../../jobs/schedule/beat.ts';
import { createLog } from '../../../src/log.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2025-03-30T00:58:30Z') }));
afterEach(() => void vi.useRealTimers());

test('a worker looks at the plan at the beginning of each minute, until it is told to stop', async () => {
  const looks: string[] = [];
  const stop = everyMinute(createLog('silent'))(
    () => void looks.push(new Date(Date.now()).toISOString().slice(11, 16)),
  );
  await vi.advanceTimersByTimeAsync(3 * 60_000);
  expect(looks).toEqual(['00:59', '01:00', '01:01']);
  stop();
  await vi.advanceTimersByTimeAsync(3 * 60_000);
  expect(looks).toHaveLength(3);
});
