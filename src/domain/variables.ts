/** The variables of a series, under Open-Meteo's names, with their internal units. */

export const VARIABLES = {
  temperature_2m: { unit: 'degC', label: 'Temperature at 2 m' },
  wind_u_component_10m: { unit: 'm/s', label: 'Eastward wind at 10 m' },
  wind_v_component_10m: { unit: 'm/s', label: 'Northward wind at 10 m' },
  wind_speed_10m: { unit: 'm/s', label: 'Wind speed at 10 m' },
  wind_direction_10m: { unit: 'degree', label: 'Wind direction at 10 m (from, clockwise from north)' },
} as const;

export type VariableName = keyof typeof VARIABLES;
export const VARIABLE_NAMES = Object.keys(VARIABLES) as VariableName[];

export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}
