/**
 * The mapping of tables that name their columns in a way that is known: CSV of ERDDAP (`csv`, with the units in the second line,
 * and `csvp`, `air_temperature (degree_C)`), of the THREDDS subset service (`Temperature[unit="K"]`), and Kernelcast's own names.
 */
import { VARIABLE_NAMES } from '../../src/domain/variables.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { type Given, unknownUnit } from './given.ts';
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

/**
 * The mapping, or undefined where the columns do not tell what they are.
 * @throws KernelcastError `UNIT` where a column is known and nobody says in which unit it is
 */
export function knownColumns(
  header: readonly string[],
  second: readonly string[],
  { map = {}, units = {}, file = '' }: Given & { file?: string } = {},
): KnownColumns | undefined {
  const columns = header.map(split);
  const find = (names: readonly string[]) =>
    names.map((name) => columns.findIndex((column) => column.name.toLowerCase() === name)).find((index) => index >= 0);
  const station = find(NAMES.station);
  const time = find(NAMES.time);
  if (station === undefined || time === undefined) return undefined;
  const unitsLine = hasUnits(second, time);

  const variables: TableMapping['variables'] = {};
  for (const name of VARIABLE_NAMES) {
    const index = map[name] === undefined ? find(KNOWN_VARIABLES[name].names) : header.indexOf(map[name]);
    if (index === undefined || index < 0) continue;
    const told = (unitsLine ? second[index] : columns[index].unit) || undefined;
    // An angle has no other unit in tables; speeds and temperatures have.
    const unit = units[name] ?? told ?? (name === 'wind_direction_10m' ? 'degree' : undefined);
    if (!unit) throw unknownUnit(name, header[index], file);
    // These are not reports but values of a CF variable, where north is 0.
    variables[name] = { column: header[index], unit, ...(name === 'wind_direction_10m' && { zero: 'north' }) };
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
