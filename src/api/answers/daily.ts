/**
 * Values of days, from their hours: the least, the greatest, the mean, where the wind mostly came from, and the probability that a
 * value is passed in any hour.
 */
import { QUANTILE_VARIABLES } from '../../domain/quantiles.ts';
import { windComponents, windDirection } from '../../domain/wind.ts';
import { ABSENT_DAILY } from '../names/daily-names.ts';
import { currentName } from '../names/old-names.ts';
import type { UnitKind } from '../names/unit-kinds.ts';
import type { Day } from './frame.ts';
import { type HourColumn, hourColumn, type NullReason, type Sources } from './hours.ts';
import { type Exceedance, parseExceedance, parseOwnQuantity, type SeriesQuantity } from './quantities.ts';
import { kindUnit, type Unit, type UnitChoice, unitOf } from './units.ts';

/** `of` is that of the hours. */
export type HoursOfDay =
  | { name: string; of: SeriesQuantity; kind: 'max' | 'min' | 'mean' | 'dominant' }
  | { name: string; of: Exceedance; kind: 'any' };

export type DailyQuantity =
  | HoursOfDay
  /** Follows from place and time. */
  | { name: string; kind: 'sun'; event: 'sunrise' | 'sunset' | 'daylight_duration' }
  /** Open-Meteo has it; nothing here forecasts it. */
  | { name: string; kind: 'absent'; unit: UnitKind };

/** One quantity at one station. */
export interface DayColumn {
  /** In internal units; NaN where missing. */
  at(day: Day): number;
  /** Why the value of a day is missing. */
  reason(day: Day): NullReason;
}

const KINDS = ['max', 'min', 'mean'] as const;
const OWN = new Map<string, HoursOfDay>(
  [...QUANTILE_VARIABLES, 'apparent_temperature']
    .flatMap((of) => KINDS.map((kind): HoursOfDay => ({ name: `${of}_${kind}`, of: parseOwnQuantity(of)!, kind })))
    .concat({ name: 'wind_direction_10m_dominant', of: parseOwnQuantity('wind_direction_10m')!, kind: 'dominant' })
    .map((quantity) => [quantity.name, quantity]),
);

const KNOWN = new Map<string, DailyQuantity>([
  ...OWN,
  ...(['sunrise', 'sunset', 'daylight_duration'] as const).map((event): [string, DailyQuantity] => [
    event,
    { name: event, kind: 'sun', event },
  ]),
  ...[...ABSENT_DAILY].map(([name, unit]): [string, DailyQuantity] => [name, { name, kind: 'absent', unit }]),
]);

export const DAILY_NAMES: readonly string[] = [...KNOWN.keys()];

/** By any name that it has or had; it keeps the one that is given. */
export function parseDailyQuantity(name: string): DailyQuantity | undefined {
  const known = KNOWN.get(name);
  if (known) return known;
  const of = parseExceedance(name);
  if (of?.hours === 1) return { name, of, kind: 'any' };
  const renamed = KNOWN.get(currentName(name) ?? '');
  return renamed && { ...renamed, name };
}

export function dailyUnit(quantity: DailyQuantity, units: UnitChoice): Unit {
  if (quantity.kind === 'sun') return kindUnit(quantity.event === 'daylight_duration' ? 'seconds' : 'instant', units);
  return quantity.kind === 'absent' ? kindUnit(quantity.unit, units) : unitOf(quantity.of, units);
}

export function dayColumn(sources: Sources, station: string, quantity: HoursOfDay, units: UnitChoice): DayColumn {
  if (quantity.kind === 'any') return anyHourColumn(sources, station, quantity.of, units);
  const reason = (): NullReason => (sources.isForeign ? 'no_such_model' : 'incomplete_day');
  return { at: wholeDayValues(sources, station, quantity, units), reason };
}

/** Of those hours of a day that are forecast. */
function anyHourColumn(sources: Sources, station: string, of: Exceedance, units: UnitChoice): DayColumn {
  const { init, forecast } = sources;
  const hoursOf = (day: Day) => {
    const from = Math.min(Math.max(day.from, init + 1), day.to - 1);
    const to = forecast ? Math.min(day.to, forecast.from + forecast.hours) : day.to;
    return { from, column: hourColumn(sources, station, { ...of, hours: Math.max(1, to - from) }, units) };
  };
  return {
    at(day) {
      const { from, column } = hoursOf(day);
      return column.at(from);
    },
    reason(day) {
      const { from, column } = hoursOf(day);
      return column.reason(from);
    },
  };
}

/** NaN unless all hours of a day have a value. */
function wholeDayValues(
  sources: Sources,
  station: string,
  { of, kind }: Exclude<HoursOfDay, { kind: 'any' }>,
  units: UnitChoice,
): (day: Day) => number {
  const column = (name: string): HourColumn => hourColumn(sources, station, parseOwnQuantity(name)!, units);
  if (kind !== 'dominant') {
    const hours = hourColumn(sources, station, of, units);
    return (day: Day): number => summary(valuesOf(hours, day), kind);
  }
  // The direction of the mean wind vector: strong hours count for more than weak ones.
  const [u, v] = [column('wind_u_component_10m'), column('wind_v_component_10m')];
  const [speed, direction] = [column('wind_speed_10m'), column('wind_direction_10m')];
  return (day: Day): number => {
    const [east, north] = [summary(valuesOf(u, day), 'mean'), summary(valuesOf(v, day), 'mean')];
    if (!Number.isNaN(east + north)) return windDirection(east, north);
    const directions = valuesOf(direction, day);
    const winds = valuesOf(speed, day).map((value, hour) => windComponents(value, directions[hour]));
    const mean = (part: 'u' | 'v') =>
      summary(
        winds.map((wind) => wind[part]),
        'mean',
      );
    return Number.isNaN(mean('u')) ? Number.NaN : windDirection(mean('u'), mean('v'));
  };
}

function valuesOf(column: HourColumn, { from, to }: Day): number[] {
  return Array.from({ length: to - from }, (_, index) => column.at(from + index));
}

function summary(values: readonly number[], kind: (typeof KINDS)[number]): number {
  // Math.max and its like give NaN where one of the values is.
  if (kind === 'max') return Math.max(...values);
  if (kind === 'min') return Math.min(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
