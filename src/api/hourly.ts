/** Hourly values as an answer holds them: in the units that were asked for, rounded as Open-Meteo rounds, null where missing. */
import type { Series } from '../domain/series.ts';
import type { VariableName } from '../domain/variables.ts';
import { windDirection, windSpeed } from '../domain/wind.ts';

/** A unit of answers: its name as Open-Meteo writes it, the way from the internal unit, and the decimals that it is worth. */
interface Unit {
  label: string;
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

export interface UnitChoice {
  temperature: keyof typeof TEMPERATURE_UNITS;
  windSpeed: keyof typeof WIND_SPEED_UNITS;
}

/** Degrees Celsius and metres per second, as the store has them. */
export const INTERNAL_UNITS: UnitChoice = { temperature: 'celsius', windSpeed: 'ms' };

const DEFAULT_VARIABLES: readonly VariableName[] = ['temperature_2m', 'wind_speed_10m', 'wind_direction_10m'];

/** What a request without `hourly` gets: temperature, wind speed and direction, as far as the series has them. */
export function defaultVariables(series: Series): VariableName[] {
  return DEFAULT_VARIABLES.filter((name) => valuesOf(series, name) !== undefined);
}

export function unitLabels(names: readonly VariableName[], units: UnitChoice): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, unitOf(name, units).label]));
}

/** [time]: one station's values, by its id; all null where the series has not the station or the variable. */
export function stationColumn(series: Series, id: string, name: VariableName, units: UnitChoice): (number | null)[] {
  const width = series.stations.length;
  const column = series.stations.findIndex((station) => station.id === id);
  const values = column < 0 ? undefined : valuesOf(series, name);
  const convert = converter(name, units);
  return Array.from({ length: series.hours }, (_, t) => (values ? convert(values(t * width + column)) : null));
}

/** [time][station]; all null where the series has not the variable. */
export function stationRows(series: Series, name: VariableName, units: UnitChoice): (number | null)[][] {
  const width = series.stations.length;
  const values = valuesOf(series, name);
  const convert = converter(name, units);
  return Array.from({ length: series.hours }, (_, t) =>
    Array.from({ length: width }, (_, s) => (values ? convert(values(t * width + s)) : null)),
  );
}

/** The values of a variable by their index in the series; wind speed and direction follow from u and v where they lack. */
function valuesOf(series: Series, name: VariableName): ((index: number) => number) | undefined {
  const own = series.variables[name]?.values;
  const u = series.variables.wind_u_component_10m?.values;
  const v = series.variables.wind_v_component_10m?.values;
  const fromComponents = { wind_speed_10m: windSpeed, wind_direction_10m: windDirection }[name as string];
  if (!fromComponents || !u || !v) return own && ((index) => own[index]);
  const derived = (index: number) => fromComponents(u[index], v[index]);
  if (!own) return derived;
  return (index) => (Number.isNaN(own[index]) ? derived(index) : own[index]);
}

function unitOf(name: VariableName, units: UnitChoice): Unit {
  if (name === 'temperature_2m') return TEMPERATURE_UNITS[units.temperature];
  if (name === 'wind_direction_10m') return DIRECTION_UNIT;
  return WIND_SPEED_UNITS[units.windSpeed];
}

function converter(name: VariableName, units: UnitChoice): (value: number) => number | null {
  const { scale, offset, decimals } = unitOf(name, units);
  const steps = 10 ** decimals;
  return (value) => (Number.isFinite(value) ? Math.round((value * scale + offset) * steps) / steps : null);
}
