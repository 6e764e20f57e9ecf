import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobLedger } from '../../../jobs/schedule/ledger.ts';
import type { JobPolicy } from '../../../jobs/schedule/plan.ts';
import { POLICIES } from '../../../jobs/schedule/policies.ts';
import { type Job, Schedule } from '../../../jobs/schedule/schedule.ts';
import { Bell } from '../../../src/domain/bell.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { isKernelcastError, KernelcastError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { currentTrace } from '../../../src/trace.ts';

const log = createLog('silent');
const slot = parseHour('2025-03-01T06');
const HOUR = 3_600_000;
/** For what happens at once, on a machine that does much else. */
const WAIT_MS = 60_000;
let now = slot * HOUR;
const clock = { now: () => now };
let root: string;
let ledger: JobLedger;
beforeEach(async () => {
  now = slot * HOUR;
  root = await mkdtemp(join(tmpdir(), 'schedule-'));
  ledger = await JobLedger.open(root, 'demo');
});
afterEach(() => rm(root, { recursive: true }));

function job(name: keyof typeof POLICIES, run: Job['run'] = async () => {}, more: Partial<JobPolicy> = {}): Job {
  return { policy: { ...POLICIES[name], ...more }, run };
}

function scheduleOf(jobs: Job[], on = ledger): Schedule {
  return new Schedule(jobs, { ledger: on, log, clock, wall: clock });
}

describe('the schedule', () => {
  it('runs the jobs one after the other, for the hour, and writes each to the ledger', async () => {
    const calls: string[] = [];
    const slow = job('ingest', async (hour) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      calls.push(`ingest ${hour}`);
    });
    await scheduleOf([slow, job('forecast', async (hour) => void calls.push(`forecast ${hour}`))]).tick();
    expect(calls).toEqual([`ingest ${slot}`, `forecast ${slot}`]);
    const kinds = (await JobLedger.open(root, 'demo')).records.map(({ kind, job }) => `${kind} ${job}`);
    expect(kinds).toEqual([
      'begin ingest',
      'begin forecast',
      'start ingest',
      'done ingest',
      'start forecast',
      'done forecast',
    ]);
  });

  it('writes down what a job says that it brought', async () => {
    const ingested = { added: 3, replaced: 1, files: [] };
    await scheduleOf([job('ingest', async () => ({ ingested }))]).tick();
    const records = (await JobLedger.open(root, 'demo')).records;
    expect(records.find(({ kind }) => kind === 'done')).toMatchObject({ job: 'ingest', ingested });
  });

  it('does a slot once, however often it looks', async () => {
    const run = vi.fn(async () => {});
    const schedule = scheduleOf([job('ingest', run)]);
    for (let i = 0; i < 3; i++) await schedule.tick();
    expect(run).toHaveBeenCalledTimes(1);
    now += HOUR;
    await schedule.tick();
    expect(run.mock.calls.map(([at]: unknown[]) => at)).toEqual([slot, slot + 1]);
  });

  it('tells a failure with its remedy, tries it again after a pause, and gives up in the end', async () => {
    const failing = vi.fn(async () => {
      throw new KernelcastError('ENVIRONMENT', 'the disk is full', { hint: 'Free some space.' });
    });
    const schedule = scheduleOf([job('ingest', failing, { attempts: 3, catchUp: 3 })]);
    await schedule.tick();
    expect(schedule.status()).toMatchObject([
      { name: 'ingest', state: 'failed', last_error: 'the disk is full. Free some space.' },
    ]);
    await schedule.tick();
    expect(failing).toHaveBeenCalledTimes(1);
    now += 60_000;
    await schedule.tick();
    now += 60_000;
    await schedule.tick();
    expect(failing).toHaveBeenCalledTimes(2);
    now += 60_000;
    await schedule.tick();
    expect(failing).toHaveBeenCalledTimes(3);
    expect(schedule.status()[0].state).toBe('dead');
    now += 20 * 60_000;
    await schedule.tick();
    expect(failing).toHaveBeenCalledTimes(3);
  });

  it('does a dead slot again when a person asks for it', async () => {
    let isBroken = true;
    const schedule = scheduleOf([
      job('ingest', async () => (isBroken ? Promise.reject(new Error('no')) : undefined), { attempts: 1 }),
    ]);
    await schedule.tick();
    expect(schedule.status()[0].state).toBe('dead');
    isBroken = false;
    await ledger.transact(() => [
      { kind: 'retry', job: 'ingest', slot: '2025-03-01T06:00Z', at: new Date(now).toISOString() },
    ]);
    await schedule.tick();
    expect(schedule.status()[0].state).toBe('done');
  });

  it('plans with the jobs that it has claims for: one that ends in between is begun at the next look', async () => {
    let finish = () => {};
    const done: string[] = [];
    const long = job('ingest', async (hour) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      done.push(`ingest ${hour - slot}`);
    });
    const other = job('forecast', async (hour) => void done.push(`forecast ${hour - slot}`), { after: [] });
    // The job at work ends after the claims are taken, and before the plan is made.
    let isClaiming = false;
    const claim = async () => {
      const own = await ledger.claim();
      if (isClaiming) {
        finish();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return own;
    };
    const between = new Proxy(ledger, {
      get: (target, key) => {
        if (key === 'claim') return claim;
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const schedule = scheduleOf([long, other], between);
    await schedule.begin();
    await vi.waitFor(() => expect(done).toEqual(['forecast 0']), WAIT_MS);
    now += HOUR;
    isClaiming = true;
    await schedule.begin();
    const starts = ledger.records.filter(({ kind }) => kind === 'start');
    for (const start of starts) expect(start).toMatchObject({ claim: expect.any(String) });
    // It goes on: nothing in the ledger stops the next look.
    const finishing = setInterval(() => finish(), 5);
    await vi.waitFor(
      () => expect(done.toSorted()).toEqual(['forecast 0', 'forecast 1', 'ingest 0', 'ingest 1']),
      WAIT_MS,
    );
    clearInterval(finishing);
    await schedule.stop();
  });

  it('forecasts without an ingest that hangs, when its patience is over, and says so', async () => {
    let finish = () => {};
    const hanging = job(
      'ingest',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const forecasts: number[] = [];
    const schedule = scheduleOf([hanging, job('forecast', async (hour) => void forecasts.push(hour))]);
    await schedule.begin();
    now += 9 * 60_000;
    await schedule.begin();
    expect(forecasts).toEqual([]);
    now += 60_000;
    await schedule.begin();
    await vi.waitFor(() => expect(forecasts).toEqual([slot]), WAIT_MS);
    finish();
    await schedule.idle();
    const start = ledger.records.find((record) => record.kind === 'start' && record.job === 'forecast');
    expect(start).toMatchObject({ note: 'without ingest of 2025-03-01T06:00Z, which is late' });
  });

  it('breaks an attempt off that takes too long, and does not begin the job twice beside it', async () => {
    let finish = () => {};
    let begun = 0;
    const signals: AbortSignal[] = [];
    const slow = job(
      'ingest',
      (_, signal) => {
        begun++;
        signals.push(signal);
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      { timeoutMs: 20 },
    );
    const schedule = scheduleOf([slow]);
    await schedule.tick();
    expect(signals[0].aborted).toBe(true);
    expect(schedule.status()[0]).toMatchObject({ state: 'failed', last_error: expect.stringContaining('took longer') });
    now += 10 * 60_000;
    await schedule.tick();
    expect(begun).toBe(1);
    finish();
    await vi.waitFor(async () => {
      await schedule.begin();
      expect(begun).toBe(2);
    }, WAIT_MS);
    finish();
    await schedule.idle();
  });

  it('makes up what was missed while it was off, newest first, and says what it leaves out', async () => {
    const done: number[] = [];
    const jobs = [job('forecast', async (hour) => void done.push(hour), { catchUp: 2, after: [] })];
    await scheduleOf(jobs).tick();
    now += 6 * HOUR;
    await scheduleOf(jobs, await JobLedger.open(root, 'demo')).tick();
    expect(done).toEqual([slot, slot + 6, slot + 5, slot + 4]);
    const again = await JobLedger.open(root, 'demo');
    expect(again.records.filter(({ kind }) => kind === 'skipped')).toMatchObject([
      { slot: '2025-03-01T07:00Z', to: '2025-03-01T09:00Z', reason: expect.stringContaining('2 newest') },
    ]);
  });

  it('never does a slot in two processes at once, nor twice', async () => {
    const done: number[] = [];
    const jobs = () => [
      job(
        'forecast',
        async (hour) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          done.push(hour);
        },
        { after: [], catchUp: 9 },
      ),
    ];
    const schedules = await Promise.all(
      [1, 2, 3].map(async () => scheduleOf(jobs(), await JobLedger.open(root, 'demo'))),
    );
    for (let hour = 0; hour < 4; hour++) {
      await Promise.all(schedules.map((schedule) => schedule.tick()));
      now += HOUR;
    }
    expect(done.toSorted()).toEqual([slot, slot + 1, slot + 2, slot + 3]);
  });

  it('does one slot at the wish of a person, but not while a process is at it', async () => {
    let finish = () => {};
    const run = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const schedule = scheduleOf([job('ingest', run)]);
    await schedule.begin();
    await vi.waitFor(() => expect(run).toHaveBeenCalled(), WAIT_MS);
    const other = scheduleOf([job('ingest', run)], await JobLedger.open(root, 'demo'));
    await expect(other.once('ingest', slot)).rejects.toSatisfy((error) => isKernelcastError(error, 'BUSY'));
    finish();
    await schedule.idle();
    const again = other.once('ingest', slot);
    await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(2), WAIT_MS);
    finish();
    await again;
  });

  it('gives each attempt a trace of its own, which its ledger line tells', async () => {
    let seen: string | undefined;
    await scheduleOf([
      job('ingest', async () => {
        seen = currentTrace();
      }),
    ]).tick();
    expect(seen).toMatch(/^[0-9a-f]{32}$/);
    expect(ledger.records.find(({ kind }) => kind === 'start')).toMatchObject({ trace: seen });
    expect(currentTrace()).toBeUndefined();
  });

  it('keeps the last lines of the log of an attempt that failed beside its error, and of no other', async () => {
    const told = createLog('info', { write: () => {} });
    const failing = job('ingest', async () => {
      told.info({ source: 'isd' }, 'asks the source');
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error('no answer');
    });
    const other = job('retain', async () => told.info('a line of another job'));
    await new Schedule([failing, other], { ledger, log: told, clock, wall: clock }).tick();
    const [failed, ...more] = ledger.records.flatMap((record) => ('log' in record ? [record] : []));
    expect(more).toEqual([]);
    expect(failed).toMatchObject({ kind: 'failed', job: 'ingest', error: 'no answer' });
    expect(failed.log?.map(({ level }) => level)).toEqual(['info', 'error']);
    expect(failed.log?.[0].text).toBe('asks the source {"source":"isd"}');
    expect(failed.log?.[1].text).toMatch(/^a job failed \{"dead":false\}\nError: no answer\n +at /);
    const reread = await JobLedger.open(root, 'demo');
    expect(reread.records).toEqual(ledger.records);
  });

  it('says what runs, what waits for its first turn, and when they are next', async () => {
    let seen: ReturnType<Schedule['status']> = [];
    const schedule: Schedule = scheduleOf([
      job('ingest', async () => {
        seen = schedule.status();
      }),
      job('forecast'),
    ]);
    await schedule.tick();
    const common = { last_finished_at: null, next_at: '2025-03-01T07:00Z', last_error: null };
    expect(seen).toEqual([
      { ...common, name: 'ingest', state: 'running', last_slot: '2025-03-01T06:00Z' },
      { ...common, name: 'forecast', state: 'waiting', last_slot: null },
    ]);
    expect(schedule.status().map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('on stopping breaks off what can go on later', async () => {
    const long: Job = {
      ...job(
        'ingest',
        (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
      canBeBrokenOff: true,
    };
    const schedule = scheduleOf([long]);
    await schedule.begin();
    await schedule.stop();
    expect(schedule.status()).toMatchObject([{ state: 'failed', last_error: 'the service stops' }]);
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
    const schedule = scheduleOf([first, job('forecast', async () => void events.push('forecast'))]);
    const tick = schedule.tick();
    await schedule.begin();
    const stopped = schedule.stop().then(() => events.push('stopped'));
    setTimeout(() => finish(), 10);
    await Promise.all([tick, stopped]);
    expect(events).toEqual(['ingest', 'stopped']);
    now += HOUR;
    await schedule.tick();
    expect(events).toEqual(['ingest', 'stopped']);
  });
});

describe('keeping a schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2025, 2, 30, 0, 59, 58) });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks at once, each minute, and when it is woken; what came while it was still looking, after that', async () => {
    let running = 0;
    let most = 0;
    const times: string[] = [];
    const schedule = scheduleOf([]);
    vi.spyOn(schedule, 'begin').mockImplementation(async () => {
      times.push(new Date().toISOString().slice(11, 19));
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, times.length === 3 ? 90_000 : 1_000));
      running--;
    });
    const bell = new Bell();
    const ended = new AbortController();
    const kept = schedule.keep(ended.signal, { bell });
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    bell.ring();
    await vi.advanceTimersByTimeAsync(30_000);
    ended.abort();
    await vi.advanceTimersByTimeAsync(HOUR);
    await kept;
    expect(times).toEqual(['00:59:58', '01:00:00', '01:01:00', '01:02:30', '01:02:58', '01:03:00']);
    expect(most).toBe(1);
  });
});
