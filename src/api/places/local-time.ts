/**
 * The clock of a zone: how far it is from UTC at an hour, which day it is, and when a day begins. Days are as long as they are: 23 and
 * 25 hours where clocks are changed.
 */
import type { Hour } from '../../domain/time.ts';
import { Recent } from '../../store/recent.ts';

const DAY = 86_400;
/** No zone changes its clocks twice within so many hours. */
const SAFE_HOURS = 7 * 24;
/** More than any zone is away from UTC. */
const FARTHEST = 16 * 3600;

export class LocalTime {
  /** Seconds east of UTC at a Unix time in seconds. */
  readonly #offsetAtSecond: (seconds: number) => number;
  readonly #midnights = new Map<number, number>();
  readonly #changes = new Recent<boolean>(200);

  constructor(offsetAtSecond: (seconds: number) => number) {
    this.#offsetAtSecond = offsetAtSecond;
  }

  /** A clock that is never changed. @param offset seconds east of UTC */
  static fixed(offset: number): LocalTime {
    return new LocalTime(() => offset);
  }

  /** Seconds east of UTC. */
  offsetAt(hour: Hour): number {
    return this.#offsetAtSecond(hour * 3600);
  }

  /** Days since 1970-01-01, by the zone's calendar. */
  dayOf(hour: Hour): number {
    return Math.floor((hour * 3600 + this.offsetAt(hour)) / DAY);
  }

  /** The first instant of a day, Unix seconds; where clocks leave midnight out, when they do. */
  midnight(day: number): number {
    const known = this.#midnights.get(day);
    if (known !== undefined) return known;
    const found = this.#findMidnight(day);
    // A few years of days at the most: what is asked for is bounded by the observations.
    if (this.#midnights.size > 5000) this.#midnights.clear();
    this.#midnights.set(day, found);
    return found;
  }

  /** The first whole hour of UTC of a day. */
  startOf(day: number): Hour {
    return Math.ceil(this.midnight(day) / 3600);
  }

  /** The first whole hour of UTC at or after an hour of the zone, counted as if it were UTC. */
  toUtc(local: Hour): Hour {
    const day = Math.floor(local / 24);
    // From the day's begin on, as its clock stood then; where it was changed since, as it stands at that hour.
    const guess = (local * 3600 - this.#offsetAtSecond(this.midnight(day))) / 3600;
    return Math.ceil((local * 3600 - this.offsetAt(guess)) / 3600);
  }

  /** Whether all hours in [from, to) are equally far from UTC. */
  isConstant(from: Hour, to: Hour): boolean {
    const key = `${from} ${to}`;
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const first = this.offsetAt(from);
    let isConstant = this.offsetAt(to) === first;
    for (let hour = from; hour < to && isConstant; hour += SAFE_HOURS) isConstant = this.offsetAt(hour) === first;
    this.#changes.set(key, isConstant);
    return isConstant;
  }

  #findMidnight(day: number): number {
    const isThere = (seconds: number) => Math.floor((seconds + this.#offsetAtSecond(seconds)) / DAY) >= day;
    const guess = day * DAY - this.#offsetAtSecond(day * DAY);
    if (isThere(guess) && !isThere(guess - 1)) return guess;
    let [before, after] = [day * DAY - FARTHEST, day * DAY + FARTHEST];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (isThere(middle)) after = middle;
      else before = middle;
    }
    return after;
  }
}
