/**
 * The mapping of tables that name their columns in a way that is known: CSV of ERDDAP (`csv`, with the units in the second line,
 * and `csvp`, `air_temperature (degree_C)`), of the THREDDS subset service (`Temperature[unit="K"]`), and Kernelcast's own names.
 */
import { VARIABLE_NAMES, VARIABLES, type VariableName } from '../../src/domain/variables.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import type { TableMapping } from './mapping.ts';

const NAMES = {
  station: ['station', 'station_id', 'stationid', 'id', 'icao', 'platform', 'platform_id', 'site'],
  time: ['time', 'datetime', 'date', 'timestamp', 'valid', 'valid_time'],
  latitude: ['latitude', 'lat'],
  longitude: ['longitude', 'lon'],
  elevation: ['elevation', 'altitude', 'elev'],
} as const;

/** In the second line ERDDAP has the units; that of time is this. */
const UNIT_OF_TIME = 'UTC';

export interface KnownColumns {
  mapping: TableMapping;
  /** Whether the second line holds units, and no observation. */
  unitsLine: boolean;
}

/** The mapping, or undefined where the columns do not tell what they are. */
export function knownColumns(header: readonly string[], second: readonly string[]): KnownColumns | undefined {
  const columns = header.map(split);
  const find = (names: readonly string[]) =>
    names.map((name) => columns.findIndex((column) => column.name.toLowerCase() === name)).find((index) => index >= 0);
  const station = find(NAMES.station);
  const time = find(NAMES.time);
  if (station === undefined || time === undefined) return undefined;
  const unitsLine = hasUnits(second, time);

  const variables: TableMapping['variables'] = {};
  for (const name of VARIABLE_NAMES) {
    const index = find(KNOWN_VARIABLES[name].names);
    if (index === undefined) continue;
    const unit = (unitsLine ? second[index] : columns[index].unit) ?? ownUnit(columns[index].name);
    if (unit) variables[name] = { column: header[index], unit };
  }
  if (Object.keys(variables).length === 0) return undefined;
  const named = (names: readonly string[]) => {
    const index = find(names);
    return index === undefined ? undefined : header[index];
  };
  const mapping: TableMapping = {
    station: header[station],
    time: header[time],
    latitude: named(NAMES.latitude),
    longitude: named(NAMES.longitude),
    elevation: named(NAMES.elevation),
    variables,
    timeZone: 'UTC',
    missing: [],
    delimiter: ',',
  };
  return { mapping, unitsLine };
}

/** Whether the second line holds units, as in the CSV of ERDDAP. */
export function hasUnits(second: readonly string[], time: number): boolean {
  return second[time] === UNIT_OF_TIME;
}

/** `air (degree_C)` and `air[unit="degree_C"]` are the column `air` in degree_C. */
function split(text: string): { name: string; unit: string | undefined } {
  const [, name, unit] =
    /^(.*?)\s*(?:\(([^()]*)\)|\[unit="([^"]*)"\])$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  return name === undefined ? { name: text, unit: undefined } : { name, unit };
}

function ownUnit(name: string): string | undefined {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name as VariableName].unit : undefined;
}
