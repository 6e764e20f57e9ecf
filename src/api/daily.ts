/** Values of whole days, from their hours: the least, the greatest, the mean, and where the wind mostly came from. */
import { QUANTILE_VARIABLES } from '../domain/quantiles.ts';
import { windDirection } from '../domain/wind.ts';
import type { Day } from './frame.ts';
import { type HourColumn, hourColumn, type Sources } from './hours.ts';
import { parseQuantity, type Quantity } from './quantities.ts';
import type { UnitChoice } from './units.ts';

export type DailyKind = 'max' | 'min' | 'mean' | 'dominant';

export interface DailyQuantity {
  name: string;
  /** Of the hours. */
  of: Quantity;
  kind: DailyKind;
}

const KINDS = ['max', 'min', 'mean'] as const;
const DAILY = new Map<string, DailyQuantity>(
  [...QUANTILE_VARIABLES, 'apparent_temperature']
    .flatMap((of) => KINDS.map((kind): DailyQuantity => ({ name: `${of}_${kind}`, of: parseQuantity(of)!, kind })))
    .concat({ name: 'wind_direction_10m_dominant', of: parseQuantity('wind_direction_10m')!, kind: 'dominant' })
    .map((quantity) => [quantity.name, quantity]),
);

export const DAILY_NAMES: readonly string[] = [...DAILY.keys()];

export function dailyQuantity(name: string): DailyQuantity {
  return DAILY.get(name)!;
}

/** The value of a day in internal units; NaN unless all of its hours have one. */
export function dailyValues(sources: Sources, station: string, { of, kind }: DailyQuantity, units: UnitChoice) {
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
