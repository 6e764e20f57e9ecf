/**
 * Sets of stations some of which report every hour and some every three: between the reports of each its hours are interpolated, as between
 * the times of a file (`hourly-blocks.ts`), never across more than the station's own usual step.
 */
import { FLAG, isRejected, type Series, type SeriesVariable } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { windComponents, windDirection } from '../../src/domain/wind.ts';
import type { NativeSlab } from './hourly-blocks.ts';

/** No more is bridged, as of files. */
const COARSEST_HOURS = 24;

/**
 * The usual step of each station, in hours: the most frequent one, the shortest of several; 1 where there is none.
 * @param reports the station and hour of each report, by time
 */
export function stationSteps(stations: number, reports: Iterable<readonly [station: number, hour: Hour]>): Int32Array {
  const last = new Map<number, Hour>();
  const counts = Array.from({ length: stations }, () => new Map<number, number>());
  for (const [station, hour] of reports) {
    const before = last.get(station);
    last.set(station, hour);
    if (before === undefined || hour === before) continue;
    counts[station].set(hour - before, (counts[station].get(hour - before) ?? 0) + 1);
  }
  return Int32Array.from(counts, (steps) => {
    const [[step] = [1]] = [...steps].sort(([a, n], [b, m]) => m - n || a - b);
    return step <= COARSEST_HOURS ? step : 1;
  });
}

/** The hours, and those between any that lie no further apart than the longest step: so that each station's have a place. */
export function withHoursBetween(hours: readonly Hour[], longest: number): Hour[] {
  const all: Hour[] = [];
  for (const hour of hours) {
    const last = all[all.length - 1];
    if (last !== undefined && hour - last <= longest) for (let at = last + 1; at < hour; at++) all.push(at);
    all.push(hour);
  }
  return all;
}

interface Row {
  hour: Hour;
  variables: Partial<Record<VariableName, SeriesVariable>>;
}

/** @param steps of each station, see `stationSteps` */
export async function* bridgedByStation(
  slabs: AsyncIterable<NativeSlab>,
  steps: Int32Array,
): AsyncGenerator<NativeSlab> {
  const longest = steps.reduce((most, step) => Math.max(most, step), 1);
  let window: Row[] = [];
  for await (const slab of slabs) {
    for (const [index, hour] of slab.hours.entries()) {
      window.push(rowOf(slab, slab.rows[index], hour, steps.length));
      bridge(window, steps);
    }
    // The last rows may still be bridged to, and bridged from.
    const done = window.findIndex(({ hour }) => hour >= window[window.length - 1].hour - longest);
    if (done > 0) {
      yield slabOf(window.slice(0, done), steps.length);
      window = window.slice(done);
    }
  }
  if (window.length > 0) yield slabOf(window, steps.length);
}

function rowOf(slab: NativeSlab, row: number, hour: Hour, stations: number): Row {
  const variables: Row['variables'] = {};
  for (const [name, { values, flags }] of entriesOf(slab.variables)) {
    const [from, to] = [row * stations, (row + 1) * stations];
    variables[name] = { values: values.slice(from, to), flags: flags.slice(from, to) };
  }
  return { hour, variables };
}

/** Fills, of stations that the last row has, the hours since their report before. */
function bridge(window: readonly Row[], steps: Int32Array): void {
  const end = window[window.length - 1];
  for (const [name, { values, flags }] of entriesOf(end.variables)) {
    for (let s = 0; s < steps.length; s++) {
      if (steps[s] < 2 || !isUsed(values[s], flags[s])) continue;
      const from = findBefore(window, name, s, end.hour - steps[s]);
      if (from < 0) continue;
      const begin = window[from];
      for (const row of window.slice(from + 1, -1)) {
        const target = row.variables[name]!;
        if (target.flags[s] !== FLAG.MISSING) continue;
        const share = (row.hour - begin.hour) / (end.hour - begin.hour);
        const value = between(name, begin.variables[name]!.values[s], values[s], share);
        if (Number.isNaN(value)) continue;
        target.values[s] = value;
        target.flags[s] = FLAG.INTERPOLATED;
      }
    }
  }
}

/** The last row before the end with a value of the station, no earlier than `earliest`; -1 where there is none. */
function findBefore(window: readonly Row[], name: VariableName, s: number, earliest: Hour): number {
  for (let at = window.length - 2; at >= 0 && window[at].hour >= earliest; at--) {
    const { values, flags } = window[at].variables[name]!;
    if (isUsed(values[s], flags[s])) return at;
  }
  return -1;
}

function isUsed(value: number, flag: number): boolean {
  return flag !== FLAG.MISSING && !isRejected(flag) && !Number.isNaN(value);
}

function between(name: VariableName, a: number, b: number, share: number): number {
  if (name !== 'wind_direction_10m') return a + share * (b - a);
  const [one, two] = [windComponents(1, a), windComponents(1, b)];
  const [u, v] = [one.u + share * (two.u - one.u), one.v + share * (two.v - one.v)];
  // Halfway between opposite directions there is none.
  return Math.hypot(u, v) < 1e-6 ? Number.NaN : windDirection(u, v);
}

function slabOf(rows: readonly Row[], stations: number): NativeSlab {
  const variables: Series['variables'] = {};
  for (const name of Object.keys(rows[0].variables) as VariableName[]) {
    const values = new Float32Array(rows.length * stations);
    const flags = new Uint8Array(rows.length * stations);
    for (const [index, row] of rows.entries()) {
      values.set(row.variables[name]!.values, index * stations);
      flags.set(row.variables[name]!.flags, index * stations);
    }
    variables[name] = { values, flags };
  }
  return { hours: Int32Array.from(rows, ({ hour }) => hour), rows: Int32Array.from(rows.keys()), variables };
}

function entriesOf(variables: Series['variables']): [VariableName, SeriesVariable][] {
  return Object.entries(variables) as [VariableName, SeriesVariable][];
}
