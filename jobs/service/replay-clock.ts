/** The clock of a replay: an hour of weather passes in a few seconds, from an hour that it is told to begin with. */
import type { Clock } from '../../src/domain/clock.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { pause } from '../schedule/pause.ts';

export class ReplayClock implements Clock {
  readonly secondsPerHour: number;
  #hour: Hour;
  /** Monotonic milliseconds at which `#hour` began; undefined while the replay stands still. */
  #since: number | undefined;

  constructor({ hour, secondsPerHour }: { hour: Hour; secondsPerHour: number }) {
    this.#hour = hour;
    this.secondsPerHour = secondsPerHour;
  }

  /** The hour that the replay has come to. */
  get hour(): Hour {
    return this.#hour;
  }

  now(): number {
    const passed = this.#since === undefined ? 0 : (performance.now() - this.#since) / (1000 * this.secondsPerHour);
    // The next hour begins when its turn comes, not before, however long the work of this one takes.
    return Math.floor((this.#hour + Math.min(passed, 0.999)) * MILLISECONDS_PER_HOUR);
  }

  /**
   * Lets time pass until the signal is raised: for each new hour, `onHour`, and the hour after it begins when that is done
   * and its time is over.
   */
  async run(onHour: (hour: Hour) => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#since = performance.now();
    while (!signal.aborted) {
      const left = this.#since + 1000 * this.secondsPerHour - performance.now();
      if (left > 0) await pause(left, signal);
      if (signal.aborted) return;
      this.#hour += 1;
      this.#since = performance.now();
      await onHour(this.#hour);
    }
  }
}
