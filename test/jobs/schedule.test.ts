import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobLedger } from '../../jobs/ledger.ts';
import { everyHour, type Job, Schedule } from '../../jobs/schedule.ts';
import { parseHour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';

const log = createLog('silent');
const slot = parseHour('2025-03-01T06');
let root: string;
let ledger: JobLedger;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'schedule-'));
  ledger = await JobLedger.open(root);
});
afterEach(() => rm(root, { recursive: true }));

function job(name: string, run: Job['run'] = async () => {}): Job {
  return { name, run };
}

describe('the schedule', () => {
  it('runs the jobs one after the other, for the hour, and writes each to the ledger', async () => {
    const calls: string[] = [];
    const slow = job('ingest', async (hour) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      calls.push(`ingest ${hour}`);
    });
    const schedule = new Schedule([slow, job('forecast', async (hour) => void calls.push(`forecast ${hour}`))], {
      ledger,
      log,
    });
    await schedule.tick(slot);
    expect(calls).toEqual([`ingest ${slot}`, `forecast ${slot}`]);
    expect(ledger.last('ingest')).toMatchObject({ slot: '2025-03-01T06:00Z', state: 'done', error: null });
    expect(ledger.last('forecast')).toMatchObject({ slot: '2025-03-01T06:00Z', state: 'done', error: null });
  });

  it('tells a failure with its remedy and goes on with the next job', async () => {
    const after = vi.fn(async () => {});
    const failing = job('ingest', async () => {
      throw new KernelcastError('ENVIRONMENT', 'the disk is full', { hint: 'Free some space.' });
    });
    const schedule = new Schedule([failing, job('forecast', after)], { ledger, log });
    await schedule.tick(slot);
    expect(after).toHaveBeenCalledWith(slot);
    expect(schedule.status(null)).toMatchObject([
      { name: 'ingest', state: 'failed', lastError: 'the disk is full. Free some space.' },
      { name: 'forecast', state: 'done', lastError: null },
    ]);
  });

  it('says what runs, what waits for its first turn, and when they are next', async () => {
    let seen: ReturnType<Schedule['status']> = [];
    const schedule: Schedule = new Schedule(
      [
        job('ingest', async () => {
          seen = schedule.status('2025-03-01T07:00Z');
        }),
        job('forecast'),
      ],
      { ledger, log },
    );
    await schedule.tick(slot);
    expect(seen).toEqual([
      {
        name: 'ingest',
        state: 'running',
        lastSlot: null,
        lastFinishedAt: null,
        nextAt: '2025-03-01T07:00Z',
        lastError: null,
      },
      {
        name: 'forecast',
        state: 'waiting',
        lastSlot: null,
        lastFinishedAt: null,
        nextAt: '2025-03-01T07:00Z',
        lastError: null,
      },
    ]);
    expect(schedule.status(null).map((status) => status.state)).toEqual(['done', 'done']);
  });

  it('knows after a restart how it stood', async () => {
    await new Schedule([job('ingest')], { ledger, log }).tick(slot);
    const again = new Schedule([job('ingest')], { ledger: await JobLedger.open(root), log });
    expect(again.status(null)).toMatchObject([{ state: 'done', lastSlot: '2025-03-01T06:00Z' }]);
  });

  it('on stopping lets the running job end and begins no other', async () => {
    const events: string[] = [];
    let finish = () => {};
    const first = job('ingest', async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      events.push('ingest');
    });
    const schedule = new Schedule([first, job('forecast', async () => void events.push('forecast'))], { ledger, log });
    const tick = schedule.tick(slot);
    const stopped = schedule.stop().then(() => events.push('stopped'));
    setTimeout(() => finish(), 10);
    await Promise.all([tick, stopped]);
    expect(events).toEqual(['ingest', 'stopped']);
    await schedule.tick(slot + 1);
    expect(events).toEqual(['ingest', 'stopped']);
  });
});

describe('every hour', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2025, 2, 30, 0, 59, 58) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs at the beginning of each hour of UTC, also where clocks change', async () => {
    const slots: number[] = [];
    const hourly = everyHour(async (hour) => void slots.push(hour), { log });
    expect(hourly.nextAt()).toBe('2025-03-30T01:00:00.000Z');
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    await hourly.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const first = parseHour('2025-03-30T01');
    expect(slots).toEqual([first, first + 1, first + 2]);
  });

  it('skips an hour while the one before is still at work', async () => {
    let running = 0;
    let most = 0;
    let starts = 0;
    const hourly = everyHour(
      async () => {
        starts++;
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 90 * 60_000));
        running--;
      },
      { log },
    );
    await vi.advanceTimersByTimeAsync(4 * 3_600_000);
    await hourly.stop();
    expect(most).toBe(1);
    expect(starts).toBe(2);
  });
});
