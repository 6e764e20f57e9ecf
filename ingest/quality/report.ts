/** What quality control has to say of a file, station by station: kept as JSON, and told in a few lines. */
import { FLAG, isRejected, type Series } from '../../src/domain/series.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';

/** Values by the check that they failed. */
export interface Rejected {
  range: number;
  step: number;
  persistence: number;
  spatial: number;
}

export interface StationQuality {
  id: string;
  /** The first and the last hour with a value in use, as `2024-03-01T06:00Z`; null where there is none. */
  first: string | null;
  last: string | null;
  /** Values: hours x variables. */
  observed: number;
  interpolated: number;
  missing: number;
  rejected: Rejected;
  /** Stretches between the first and the last hour in which no variable has a value in use. */
  gaps: { count: number; hours: number; longest: number };
}

export interface QualityReport {
  rejected: Rejected;
  /** Times of the file that are there more than once. */
  duplicates: number;
  stations: StationQuality[];
}

const CHECKS: Record<number, keyof Rejected> = {
  [FLAG.RANGE]: 'range',
  [FLAG.STEP]: 'step',
  [FLAG.PERSISTENCE]: 'persistence',
  [FLAG.SPATIAL]: 'spatial',
};

export function noneRejected(): Rejected {
  return { range: 0, step: 0, persistence: 0, spatial: 0 };
}

export function rejectedCount(rejected: Rejected): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

interface StationTally extends Omit<StationQuality, 'first' | 'last'> {
  first: Hour | undefined;
  last: Hour | undefined;
}

/** Counts blocks of hours, which follow one another in time. */
export class QualityTally {
  readonly #stations = new Map<string, StationTally>();

  add({ stations, from, hours, variables }: Series): void {
    const all = Object.values(variables);
    for (const [s, { id }] of stations.entries()) {
      const tally = this.#of(id);
      for (let t = 0; t < hours; t++) {
        let inUse = false;
        for (const { flags } of all) {
          const flag = flags[t * stations.length + s];
          if (flag === FLAG.OBSERVED) tally.observed++;
          else if (flag === FLAG.INTERPOLATED) tally.interpolated++;
          else if (isRejected(flag)) tally.rejected[CHECKS[flag]]++;
          else tally.missing++;
          inUse ||= flag <= FLAG.INTERPOLATED;
        }
        if (inUse) this.#present(tally, from + t);
      }
    }
  }

  report(duplicates: number): QualityReport {
    const rejected = noneRejected();
    for (const tally of this.#stations.values()) addRejected(rejected, tally.rejected);
    const stations = [...this.#stations.values()].map(({ first, last, ...rest }) => ({
      ...rest,
      first: first === undefined ? null : formatHour(first),
      last: last === undefined ? null : formatHour(last),
    }));
    return { rejected, duplicates, stations };
  }

  #of(id: string): StationTally {
    const known = this.#stations.get(id);
    if (known) return known;
    const tally: StationTally = {
      id,
      first: undefined,
      last: undefined,
      observed: 0,
      interpolated: 0,
      missing: 0,
      rejected: noneRejected(),
      gaps: { count: 0, hours: 0, longest: 0 },
    };
    this.#stations.set(id, tally);
    return tally;
  }

  #present(tally: StationTally, hour: Hour): void {
    const gap = tally.last === undefined ? 0 : hour - tally.last - 1;
    if (gap > 0) {
      tally.gaps.count++;
      tally.gaps.hours += gap;
      tally.gaps.longest = Math.max(tally.gaps.longest, gap);
    }
    tally.first ??= hour;
    tally.last = hour;
  }
}

export function addRejected(sum: Rejected, more: Rejected): void {
  for (const check of Object.keys(sum) as (keyof Rejected)[]) sum[check] += more[check];
}

/** Some stations are named; the rest are in the report as JSON. */
const NAMED = 5;

/** Lines for people; none where there is nothing to tell. */
export function describeQuality({ rejected, duplicates, stations }: QualityReport): string[] {
  const lines: string[] = [];
  if (rejectedCount(rejected) > 0) {
    const checks = Object.entries(rejected).filter(([, count]) => count > 0);
    const by = [...stations].sort((a, b) => rejectedCount(b.rejected) - rejectedCount(a.rejected));
    const worst = by.slice(0, NAMED).filter((station) => rejectedCount(station.rejected) > 0);
    lines.push(
      `rejected: ${checks.map(([check, count]) => `${count} by ${check}`).join(', ')}`,
      `  most at: ${worst.map((station) => `${station.id} ${rejectedCount(station.rejected)}`).join(', ')}`,
    );
  }
  if (duplicates > 0) lines.push(`times that are there more than once: ${duplicates}`);
  const gappy = stations.filter(({ gaps }) => gaps.count > 0).sort((a, b) => b.gaps.hours - a.gaps.hours);
  if (gappy.length > 0) {
    const named = gappy.slice(0, NAMED).map(({ id, gaps }) => `${id} ${gaps.hours} h in ${gaps.count}`);
    lines.push(`gaps: ${gappy.length} of ${stations.length} stations; most at ${named.join(', ')}`);
  }
  const empty = stations.filter(({ first }) => first === null);
  if (empty.length > 0) {
    lines.push(
      `without any value: ${empty
        .slice(0, NAMED)
        .map(({ id }) => id)
        .join(', ')}${empty.length > NAMED ? ', ...' : ''}`,
    );
  }
  return lines;
}
