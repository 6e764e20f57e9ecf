/** How published files call the variables that we read: CF standard names first, then the names of the large producers. */
import type { Quantity } from '../../src/domain/units.ts';
import type { VariableName } from '../../src/domain/variables.ts';

export interface KnownVariable {
  quantity: Quantity;
  standardName: string;
  /** The names of the same along the rows or columns of a grid, which may lie askew. */
  alongGrid?: readonly string[];
  /** Lower case; the more specific first. */
  names: readonly string[];
  /** Metres above the ground: the level that is meant where a file has several. */
  height: number;
  /** The highest sensor or level, in metres above the ground, that passes for this variable. */
  highest: number;
}

export const KNOWN_VARIABLES: Record<VariableName, KnownVariable> = {
  temperature_2m: {
    quantity: 'temperature',
    standardName: 'air_temperature',
    names: [
      'temperature_2m',
      't2m',
      '2t',
      't2',
      'tas',
      'var_2t',
      'tmp_2maboveground',
      'tmp_2m',
      'temperature_height_above_ground',
      '2m_temperature',
      '2_metre_temperature',
      't_2m',
      'air_temperature',
      'airtemp',
      'tair',
      'tmp',
      'air',
      'atmp',
    ],
    height: 2,
    highest: 5,
  },
  wind_u_component_10m: {
    quantity: 'speed',
    standardName: 'eastward_wind',
    alongGrid: ['x_wind', 'grid_eastward_wind'],
    names: [
      'wind_u_component_10m',
      'u10',
      '10u',
      'u10m',
      'uas',
      'var_10u',
      'ugrd_10maboveground',
      'ugrd_10m',
      'u-component_of_wind_height_above_ground',
      '10m_u_component_of_wind',
      '10_metre_u_wind_component',
      'u_10m',
      'ugrd',
      'uwnd',
    ],
    height: 10,
    highest: 20,
  },
  wind_v_component_10m: {
    quantity: 'speed',
    standardName: 'northward_wind',
    alongGrid: ['y_wind', 'grid_northward_wind'],
    names: [
      'wind_v_component_10m',
      'v10',
      '10v',
      'v10m',
      'vas',
      'var_10v',
      'vgrd_10maboveground',
      'vgrd_10m',
      'v-component_of_wind_height_above_ground',
      '10m_v_component_of_wind',
      '10_metre_v_wind_component',
      'v_10m',
      'vgrd',
      'vwnd',
    ],
    height: 10,
    highest: 20,
  },
  wind_speed_10m: {
    quantity: 'speed',
    standardName: 'wind_speed',
    names: ['wind_speed_10m', 'si10', '10si', 'ws10', 'ws10m', 'ws_10m', 'wspd10', 'sfcwind', 'wind_speed', 'wspd'],
    height: 10,
    highest: 20,
  },
  wind_direction_10m: {
    quantity: 'angle',
    standardName: 'wind_from_direction',
    names: ['wind_direction_10m', 'wdir10', '10wdir', 'wd10', 'wd10m', 'wind_direction', 'wind_from_direction', 'wdir'],
    height: 10,
    highest: 20,
  },
};
