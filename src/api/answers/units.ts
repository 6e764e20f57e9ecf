/** The units of answers: their names as Open-Meteo writes them, the way from the internal unit, and the decimals that they are worth. */
import type { VariableName } from '../../domain/variables.ts';
import { labelOf, type PrecipitationUnit, type UnitKind } from '../names/unit-kinds.ts';
import type { Quantity } from './quantities.ts';

export interface Unit {
  label: string;
  /** answer = scale * internal + offset */
  scale: number;
  offset: number;
  decimals: number;
}

export const TEMPERATURE_UNITS = {
  celsius: { label: '°C', scale: 1, offset: 0, decimals: 1 },
  fahrenheit: { label: '°F', scale: 1.8, offset: 32, decimals: 1 },
} as const satisfies Record<string, Unit>;

export const WIND_SPEED_UNITS = {
  kmh: { label: 'km/h', scale: 3.6, offset: 0, decimals: 1 },
  ms: { label: 'm/s', scale: 1, offset: 0, decimals: 2 },
  mph: { label: 'mp/h', scale: 1 / 0.44704, offset: 0, decimals: 1 },
  kn: { label: 'kn', scale: 3600 / 1852, offset: 0, decimals: 1 },
} as const satisfies Record<string, Unit>;

const DIRECTION_UNIT: Unit = { label: '°', scale: 1, offset: 0, decimals: 0 };
/** Of a probability between 0 and 1. */
const PERCENT: Unit = { label: '%', scale: 100, offset: 0, decimals: 0 };

export interface UnitChoice {
  temperature: keyof typeof TEMPERATURE_UNITS;
  windSpeed: keyof typeof WIND_SPEED_UNITS;
  /** Of what only Open-Meteo has; millimetres where it is not given. */
  precipitation?: PrecipitationUnit;
}

/** Degrees Celsius and metres per second, as the store has them. */
export const INTERNAL_UNITS: UnitChoice = { temperature: 'celsius', windSpeed: 'ms' };

export function unitOf(quantity: Quantity, units: UnitChoice): Unit {
  if (quantity.kind === 'exceedance') return PERCENT;
  return 'unit' in quantity ? kindUnit(quantity.unit, units) : variableUnit(quantity.variable, units);
}

/** Of what no variable of ours is, which is told as it is. */
export function kindUnit(kind: UnitKind, units: UnitChoice): Unit {
  if (kind === 'temperature') return TEMPERATURE_UNITS[units.temperature];
  if (kind === 'speed') return WIND_SPEED_UNITS[units.windSpeed];
  // The writer of times has the last word on how an instant is told.
  const label = kind === 'instant' ? 'iso8601' : labelOf(kind, units.precipitation ?? 'mm');
  return { label, scale: 1, offset: 0, decimals: 0 };
}

export function variableUnit(name: VariableName, units: UnitChoice): Unit {
  if (name === 'temperature_2m') return TEMPERATURE_UNITS[units.temperature];
  if (name === 'wind_direction_10m') return DIRECTION_UNIT;
  return WIND_SPEED_UNITS[units.windSpeed];
}

/** The units of some quantities, by their names. */
export function unitLabels(quantities: readonly Quantity[], units: UnitChoice): Record<string, string> {
  return Object.fromEntries(quantities.map((quantity) => [quantity.name, unitOf(quantity, units).label]));
}

/** From the internal unit to that of the answer, rounded; null where there is no value. */
export function converter({ scale, offset, decimals }: Unit): (value: number) => number | null {
  const steps = 10 ** decimals;
  return (value) => {
    if (!Number.isFinite(value)) return null;
    // A minus before a zero says nothing.
    return Math.round((value * scale + offset) * steps) / steps + 0;
  };
}

/** The names of some units. */
export function keysOf<K extends string>(units: Record<K, unknown>): K[] {
  return Object.keys(units) as K[];
}
