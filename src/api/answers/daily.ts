/**
 * Values of days, from their hours: the least, the greatest, the mean, where the wind mostly came from, and the probability that a
 * value is passed in any hour.
 */
import { QUANTILE_VARIABLES } from '../../domain/quantiles.ts';
import { windDirection } from '../../domain/wind.ts';
import type { Day } from './frame.ts';
import { type HourColumn, hourColumn, type NullReason, type Sources } from './hours.ts';
import { type Exceedance, parseExceedance, parseQuantity, type Quantity } from './quantities.ts';
import type { UnitChoice } from './units.ts';

/** `of` is that of the hours. */
export type DailyQuantity =
  | { name: string; of: Quantity; kind: 'max' | 'min' | 'mean' | 'dominant' }
  | { name: string; of: Exceedance; kind: 'any' };

/** One quantity at one station. */
export interface DayColumn {
  /** In internal units; NaN where missing. */
  at(day: Day): number;
  /** Why the value of a day is missing. */
  reason(day: Day): NullReason;
}

const KINDS = ['max', 'min', 'mean'] as const;
const DAILY = new Map<string, DailyQuantity>(
  [...QUANTILE_VARIABLES, 'apparent_temperature']
    .flatMap((of) => KINDS.map((kind): DailyQuantity => ({ name: `${of}_${kind}`, of: parseQuantity(of)!, kind })))
    .concat({ name: 'wind_direction_10m_dominant', of: parseQuantity('wind_direction_10m')!, kind: 'dominant' })
    .map((quantity) => [quantity.name, quantity]),
);

export const DAILY_NAMES: readonly string[] = [...DAILY.keys()];

export function parseDailyQuantity(name: string): DailyQuantity | undefined {
  const known = DAILY.get(name);
  if (known) return known;
  const of = parseExceedance(name);
  return of?.hours === 1 ? { name, of, kind: 'any' } : undefined;
}

export function dayColumn(sources: Sources, station: string, quantity: DailyQuantity, units: UnitChoice): DayColumn {
  if (quantity.kind === 'any') return anyHourColumn(sources, station, quantity.of, units);
  return { at: wholeDayValues(sources, station, quantity, units), reason: () => 'incomplete_day' };
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
  { of, kind }: Exclude<DailyQuantity, { kind: 'any' }>,
  units: UnitChoice,
): (day: Day) => number {
  const column = (name: string): HourColumn => hourColumn(sources, station, parseQuantity(name)!, units);
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
    const speeds = valuesOf(speed, day);
    const radians = valuesOf(direction, day).map((degrees) => (degrees * Math.PI) / 180);
    const mean = (part: (angle: number) => number) =>
      summary(
        speeds.map((value, hour) => -value * part(radians[hour])),
        'mean',
      );
    return Number.isNaN(mean(Math.sin)) ? Number.NaN : windDirection(mean(Math.sin), mean(Math.cos));
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
