/**
 * The least and the greatest that can be, in the internal units: what ingest rejects and what the API refuses. After the WMO's Guidelines on Quality
 * Control Procedures for Data from Automatic Weather Stations (CBS/OPAG-IOS, 2004). Their -80 degC is -90 here: Vostok has had -89.2.
 */
import type { VariableName } from './variables.ts';

export const PLAUSIBLE: Record<VariableName, readonly [number, number]> = {
  temperature_2m: [-90, 60],
  wind_speed_10m: [0, 75],
  wind_u_component_10m: [-75, 75],
  wind_v_component_10m: [-75, 75],
  wind_direction_10m: [0, 360],
};

/** What rounding, packing and conversion of units make of a value on the edge. */
const HAIR = 0.01;

/** Whether a value can be; one that is missing cannot. */
export function isPlausible(name: VariableName, value: number): boolean {
  const [least, most] = PLAUSIBLE[name];
  return value >= least - HAIR && value <= most + HAIR;
}
