/** The tables of an answer for one place: hourly, daily and current values, in the units that were asked for. */
import type { Point } from '../../domain/geo.ts';
import type { Hour } from '../../domain/time.ts';
import { Recent } from '../../store/recent.ts';
import type { Zone } from '../places/zone.ts';
import { type DailyQuantity, dailyUnit, dayColumn } from './daily.ts';
import { daylightDuration, isDay, sunEvent } from './daylight.ts';
import type { Day, Span } from './frame.ts';
import { hourColumn, type NullReason, type Sources } from './hours.ts';
import type { Quantity } from './quantities.ts';
import { dayText, hourText, instantText, type TimeFormat } from './time-text.ts';
import { converter, type UnitChoice, unitOf } from './units.ts';

export interface Column {
  name: string;
  unit: string;
  /** One a row; null where missing. Shared: not to be written to. */
  values: readonly (number | string | null)[];
  /** Of a column of times, which `values` has as the answer writes them: the same in Unix seconds. */
  instants?: readonly (number | null)[];
}

export interface Block {
  /** The hour at which each row begins. */
  hours: Hour[];
  /** The same as the answer writes it. */
  time: (string | number)[];
  columns: Column[];
}

/** Rows without a value, for one reason; both ends included, written as `time` is. */
export interface NullSpan {
  name: string;
  from: string | number;
  through: string | number;
  reason: NullReason;
}

export interface Recipe {
  /** Id. */
  station: string;
  /** Where the sun is looked up. */
  point: Point;
  /** What is asked, under the ending of its names: '' where there is one only, else `_MODEL`. */
  models: readonly { suffix: string; sources: Sources }[];
  units: UnitChoice;
  timeFormat: TimeFormat;
  zone: Zone;
}

/**
 * @param nulls to which the missing values are added
 * @param step hours from row to row: a quarter, too
 */
export function hourlyBlock(
  recipe: Recipe,
  quantities: readonly Quantity[],
  span: Span,
  nulls: NullSpan[],
  step = 1,
): Block {
  const { station, models, units, timeFormat, zone } = recipe;
  const { hours, time } = timesOf(span, step, timeFormat, zone);
  const columns = quantities.flatMap((quantity) =>
    models.map(({ suffix, sources }): Column => {
      const unit = unitOf(quantity, units);
      const name = quantity.name + suffix;
      if (quantity.kind === 'absent') return absentColumn(name, unit.label, time, nulls);
      if (quantity.kind === 'sun') {
        return { name, unit: unit.label, values: hours.map((hour) => (isDay(recipe.point, hour) ? 1 : 0)) };
      }
      const column = hourColumn(sources, station, quantity, units);
      const values = hours.map((hour) => column.at(hour)).map(converter(unit));
      collectNulls(nulls, name, values, time, (row) => column.reason(hours[row]));
      return { name, unit: unit.label, values };
    }),
  );
  return { hours, time, columns };
}

interface Times {
  hours: Hour[];
  time: (string | number)[];
}

/** Places of one answer, and requests of one run, mostly have the same hours; by their number. Shared: not to be written to. */
const known = new Recent<Times>(100_000);

function timesOf({ from, to }: Span, step: number, format: TimeFormat, { name, local }: Zone): Times {
  const isSame = format === 'unixtime' || to <= from || local.isConstant(from, to);
  const key = `${from} ${to} ${step} ${format} ${isSame ? local.offsetAt(from) : name}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  const hours = Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, row) => from + row * step);
  const times = {
    hours,
    time: hours.map((hour) => hourText(hour, format, isSame ? local.offsetAt(from) : local.offsetAt(hour))),
  };
  known.set(key, times, hours.length + 1);
  return times;
}

export function dailyBlock(
  recipe: Recipe,
  quantities: readonly DailyQuantity[],
  days: readonly Day[],
  nulls: NullSpan[],
): Block {
  const { station, models, units, timeFormat, zone } = recipe;
  const time = days.map(({ day }) => dayText(day, timeFormat, zone.local));
  const columns = quantities.flatMap((quantity) =>
    models.map(({ suffix, sources }): Column => {
      const unit = dailyUnit(quantity, units);
      const name = quantity.name + suffix;
      if (quantity.kind === 'absent') return absentColumn(name, unit.label, time, nulls);
      if (quantity.kind === 'sun') return sunColumn(recipe, quantity.event, name, days, time, nulls);
      const column = dayColumn(sources, station, quantity, units);
      const values = days.map((day) => column.at(day)).map(converter(unit));
      collectNulls(nulls, name, values, time, (row) => column.reason(days[row]));
      return { name, unit: unit.label, values };
    }),
  );
  return { hours: days.map(({ from }) => from), time, columns };
}

/** Nulls without end would be the same list again and again. */
const NOTHING = new Map<number, null[]>();

function absentColumn(name: string, unit: string, time: readonly (string | number)[], nulls: NullSpan[]): Column {
  const { length } = time;
  if (length > 0) nulls.push({ name, from: time[0], through: time[length - 1], reason: 'not_forecast' });
  let values = NOTHING.get(length);
  if (!values) {
    values = new Array<null>(length).fill(null);
    NOTHING.set(length, values);
  }
  return { name, unit, values };
}

function sunColumn(
  { point, timeFormat, zone }: Recipe,
  event: 'sunrise' | 'sunset' | 'daylight_duration',
  name: string,
  days: readonly Day[],
  time: readonly (string | number)[],
  nulls: NullSpan[],
): Column {
  if (event === 'daylight_duration') {
    return { name, unit: 's', values: days.map(({ from, to }) => daylightDuration(point, from, to)) };
  }
  const instants = days.map(({ from, to }) => sunEvent(point, event, from, to) ?? null);
  const values = instants.map((instant) => instant && instantText(instant, timeFormat, zone.local));
  collectNulls(nulls, name, values, time, () => 'no_sunrise');
  return { name, unit: timeFormat, values, instants };
}

function collectNulls(
  nulls: NullSpan[],
  name: string,
  values: readonly (number | string | null)[],
  time: readonly (string | number)[],
  reasonOf: (row: number) => NullReason,
): void {
  let last: NullSpan | undefined;
  for (const [row, value] of values.entries()) {
    const reason = value === null ? reasonOf(row) : undefined;
    if (reason === undefined) last = undefined;
    else if (last?.reason === reason) last.through = time[row];
    else {
      last = { name, from: time[row], through: time[row], reason };
      nulls.push(last);
    }
  }
}
