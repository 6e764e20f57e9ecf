/**
 * Sees when the clock jumps: a machine that was asleep, or whose clock was set. Told in one line of the log, however long it was; what
 * the jobs make up of that time says their plan, and each job tells what it skips.
 */
import { type Clock, systemClock } from '../../src/domain/clock.ts';
import type { Log } from '../../src/log.ts';

export interface ClockWatchOptions {
  log: Log;
  /** The one that may be set. */
  wall?: Clock;
  /** One that nobody sets, and that stands still while the machine sleeps. */
  steady?: Clock;
}

const MINUTE_MS = 60_000;
/** What a leap second, or a time service that is at work, may shift between two looks. */
const TOLERANCE_MS = 30_000;

export class ClockWatch {
  readonly #options: Required<ClockWatchOptions>;
  /** By how much the wall clock is ahead of the steady one. */
  #ahead: number;

  constructor({ log, wall = systemClock, steady = { now: () => performance.now() } }: ClockWatchOptions) {
    this.#options = { log, wall, steady };
    this.#ahead = wall.now() - steady.now();
  }

  /** To be called now and then: what has jumped since the last look is told. */
  look(): void {
    const { log, wall, steady } = this.#options;
    const now = wall.now();
    const ahead = now - steady.now();
    const jump = ahead - this.#ahead;
    this.#ahead = ahead;
    if (Math.abs(jump) <= TOLERANCE_MS) return;
    const what = jump > 0 ? 'went forward (or this machine was asleep)' : 'was put back';
    const from = new Date(now - jump).toISOString();
    log.warn({ from, to: new Date(now).toISOString() }, `the clock ${what} by ${duration(Math.abs(jump))}`);
  }
}

/** `10 d 3 h`, `4 min`: the two largest parts. */
function duration(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE_MS));
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
