/**
 * Reports of stations, at any times and in any order, to hourly values. Which hour a report stands for says `near-hour.ts`; for each
 * variable only the reports that have a value are compared. An hour that no report stands for has, between two reports at most an hour
 * apart, the value weighted by time, flagged as interpolated. Values that cannot be are never interpolated from.
 */
import { BRIDGED_MS, byNearness, isNearHour, nearestHour, offsetFromHour } from '../../src/domain/near-hour.ts';
import { isPlausible } from '../../src/domain/plausible.ts';
import { FLAG } from '../../src/domain/series.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { windComponents, windDirection } from '../../src/domain/wind.ts';
import { stationSteps, withHoursBetween } from '../hourly/station-steps.ts';
import type { LeftOutTally } from '../quality/left-out.ts';

export interface Reports {
  /** Unix milliseconds, the station, and each variable's value (NaN where missing), by report. */
  times: readonly number[];
  stations: readonly number[];
  names: readonly VariableName[];
  values: readonly (readonly number[])[];
}

/** A value an hour, station and variable: rows in the order of the hours. */
export interface HourlyReports {
  hours: readonly Hour[];
  /** Where the rows of each of `hours` begin; one more than there are hours. */
  starts: Int32Array;
  /** The station of each row. */
  stations: Int32Array;
  /** [variable][row]; NaN where missing. */
  values: Float64Array[];
  flags: Uint8Array[];
  /** Reports of a station at a time of which a later line has the value again. */
  duplicates: number;
  /** Where stations report at different steps: the step of each, in hours. */
  stationSteps: Int32Array | undefined;
}

interface Slot {
  hour: Hour;
  station: number;
  values: number[];
  /** The report that each value is of; -1 for one that was made between two, or is missing. */
  of: number[];
}

/** @param leftOut told of the reports that stand for nothing */
export function hourlyReports(reports: Reports, leftOut: LeftOutTally): HourlyReports {
  const { times, stations } = reports;
  const order = Array.from(times.keys()).sort((a, b) => stations[a] - stations[b] || times[a] - times[b] || a - b);
  const slots: Slot[] = [];
  const used = new Uint8Array(times.length);
  let duplicates = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && stations[order[to]] === stations[order[from]]) to++;
    const own = order.slice(from, to);
    slots.push(...slotsOf(own, reports, used));
    duplicates += countDuplicates(own, reports, used);
    from = to;
  }
  tellUnused(reports, used, slots, leftOut);
  return inRows(slots, reports.names, duplicates, stations.reduce((most, s) => Math.max(most, s), -1) + 1);
}

/** The hours of one station. @param own its reports, by time */
function slotsOf(own: readonly number[], { times, stations, names, values }: Reports, used: Uint8Array): Slot[] {
  const slots = new Map<Hour, Slot>();
  const slotAt = (hour: Hour): Slot => {
    let slot = slots.get(hour);
    if (!slot) {
      const of = names.map(() => -1);
      slot = { hour, station: stations[own[0]], values: names.map(() => Number.NaN), of };
      slots.set(hour, slot);
    }
    return slot;
  };
  for (const report of own) {
    const offset = offsetFromHour(times[report]);
    if (!isNearHour(offset)) continue;
    // Also where it has no value: that is an hour that the table knows.
    const slot = slotAt(nearestHour(times[report]));
    for (const [v, column] of values.entries()) {
      if (Number.isNaN(column[report])) continue;
      const before = slot.of[v];
      if (before >= 0) {
        const order = byNearness(offsetFromHour(times[before]), offset);
        if (order > 0 || (order === 0 && before > report)) continue;
      }
      slot.of[v] = report;
      slot.values[v] = column[report];
    }
  }
  for (const slot of slots.values()) for (const report of slot.of) if (report >= 0) used[report] = 1;
  for (const [v, name] of names.entries()) {
    let last = -1;
    for (const report of own) {
      const value = values[v][report];
      if (!isPlausible(name, value)) continue;
      const hour = last < 0 ? 0 : Math.ceil(times[last] / MILLISECONDS_PER_HOUR);
      const isBridged = last >= 0 && times[report] - times[last] <= BRIDGED_MS;
      if (isBridged && hour * MILLISECONDS_PER_HOUR < times[report] && !((slots.get(hour)?.of[v] ?? -1) >= 0)) {
        const share = (hour * MILLISECONDS_PER_HOUR - times[last]) / (times[report] - times[last]);
        const between = weighted(name, values[v][last], value, share);
        if (!Number.isNaN(between)) {
          slotAt(hour).values[v] = between;
          used[last] = used[report] = 1;
        }
      }
      last = report;
    }
  }
  return [...slots.values()];
}

function weighted(name: VariableName, a: number, b: number, share: number): number {
  if (name !== 'wind_direction_10m') return a + share * (b - a);
  const [one, two] = [windComponents(1, a), windComponents(1, b)];
  const [u, v] = [one.u + share * (two.u - one.u), one.v + share * (two.v - one.v)];
  // Halfway between opposite directions there is none.
  return Math.hypot(u, v) < 1e-6 ? Number.NaN : windDirection(u, v);
}

/** Reports whose every value a later line has at the same time; they are marked 2. */
function countDuplicates(own: readonly number[], { times, values }: Reports, used: Uint8Array): number {
  let count = 0;
  for (let i = 1; i < own.length; i++) {
    const [before, after] = [own[i - 1], own[i]];
    if (times[before] !== times[after]) continue;
    const isAgain = values.some((column) => !Number.isNaN(column[before]) && !Number.isNaN(column[after]));
    if (!isAgain) continue;
    count++;
    if (used[before] === 0) used[before] = 2;
  }
  return count;
}

function tellUnused(
  { times, stations, values }: Reports,
  used: Uint8Array,
  slots: readonly Slot[],
  leftOut: LeftOutTally,
): void {
  const filled = new Set(slots.map(({ hour, station }) => `${station} ${hour}`));
  for (const [report, mark] of used.entries()) {
    if (mark === 1) continue;
    if (mark === 2) leftOut.add('duplicate');
    else if (values.every((column) => Number.isNaN(column[report]))) leftOut.add('without-value');
    else {
      const isServed = filled.has(`${stations[report]} ${nearestHour(times[report])}`);
      leftOut.add(isServed ? 'not-nearest' : 'off-hour');
    }
  }
}

function inRows(slots: Slot[], names: readonly VariableName[], duplicates: number, stations: number): HourlyReports {
  slots.sort((a, b) => a.hour - b.hour);
  const withValue = slots.filter(({ values }) => values.some((value) => !Number.isNaN(value)));
  const steps = stationSteps(
    stations,
    withValue.map(({ station, hour }) => [station, hour] as const),
  );
  const isMixed = new Set(steps).size > 1;
  const reported = [...new Set(slots.map(({ hour }) => hour))];
  const hours = isMixed ? withHoursBetween(reported, Math.max(...new Set(steps))) : reported;
  const starts = new Int32Array(hours.length + 1);
  let row = 0;
  for (const [index, hour] of hours.entries()) {
    starts[index] = row;
    while (row < slots.length && slots[row].hour === hour) row++;
  }
  starts[hours.length] = slots.length;
  return {
    hours,
    starts,
    stationSteps: isMixed ? steps : undefined,
    stations: Int32Array.from(slots, ({ station }) => station),
    values: names.map((_, v) => Float64Array.from(slots, ({ values }) => values[v])),
    flags: names.map((_, v) =>
      Uint8Array.from(slots, ({ values, of }) =>
        Number.isNaN(values[v]) ? FLAG.MISSING : of[v] >= 0 ? FLAG.OBSERVED : FLAG.INTERPOLATED,
      ),
    ),
    duplicates,
  };
}
