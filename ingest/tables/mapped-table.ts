/** A table of observations whose columns a mapping names. */
import { type Conversion, conversionFrom } from '../../src/domain/units.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { eastOrWest } from '../cf/coordinates.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import type { LeftOutTally } from '../quality/left-out.ts';
import { isPlace, knownElevation } from '../stations/sentinels.ts';
import { Columns, type NumberReader } from './cells.ts';
import type { TableMapping, VariableMapping } from './mapping.ts';
import type { Observation, TableReader } from './observation.ts';
import { reportedDirection } from './reported-wind.ts';
import { rowTime } from './row-time.ts';

/** What stands in front of the heading and around the table. */
export interface TableContext {
  /** Named in errors. */
  file: string;
  /** The station, where the mapping finds it elsewhere than in a column. */
  station?: string;
  /** Places of stations that stand in front of the heading. */
  places?: ReadonlyMap<string, NonNullable<Observation['place']>>;
  zoneTold?: string;
  zoneGiven?: string;
}

/**
 * @throws KernelcastError `FORMAT` where the header lacks a column; `UNIT`; `USAGE` where no variable is named, or the zone not told
 */
export function mappedTable(header: readonly string[], mapping: TableMapping, context: TableContext): TableReader {
  const { file } = context;
  const columns = new Columns(header, mapping, file);
  const stationOf = stationReader(columns, mapping, context);
  const timeOf = rowTime(columns, { mapping, ...context });
  const placeOf = placeReader(columns, mapping, context);
  const variables = mapping.long ? longReader(columns, mapping, file) : wideReader(columns, mapping, file);
  const isByPosition = typeof mapping.station === 'object' && 'position' in mapping.station;
  const daysSeen = new Set<string>();

  return {
    format: 'CSV',
    taken: variables.taken,
    width: header.length,
    isLong: mapping.long !== undefined,
    isByPosition,
    isOneStation: typeof mapping.station === 'object' && 'constant' in mapping.station,
    read(cells, line, leftOut): Observation | undefined {
      const values = variables.read(cells, line, leftOut);
      if (!values) return undefined;
      const { time, day } = timeOf(cells, line);
      const { place, isElevationUnknown } = placeOf(cells, line);
      const station = isByPosition ? positionId(place) : stationOf(cells);
      if (day !== undefined && !mapping.long) refuseSecondOfDay(`${station} ${day}`, line);
      return { station, place, isElevationUnknown, time, values };
    },
  };

  /** A column of days beside one of hours that the mapping does not name makes all hours one. */
  function refuseSecondOfDay(key: string, line: number): void {
    if (!daysSeen.has(key)) {
      daysSeen.add(key);
      return;
    }
    throw new KernelcastError('FORMAT', 'the times are days without an hour, and a station has several rows a day', {
      where: { file, line, day: key.slice(0, 80), columns: header.join(', ').slice(0, 500) },
      hint: 'Name the column of the hour too: "time": ["YYYYMMDD", "HH"], "timePattern": "yyyyMMdd H".',
    });
  }
}

function positionId(place: Observation['place']): string {
  if (!place) return '';
  const part = (value: number, [plus, minus]: string) =>
    `${Math.abs(Number(value.toFixed(4)))}${value < 0 ? minus : plus}`;
  return `${part(place.latitude, 'NS')}-${part(place.longitude, 'EW')}`;
}

function stationReader(columns: Columns, { station }: TableMapping, context: TableContext) {
  if (typeof station === 'string') return columns.text(station);
  if ('constant' in station) return () => station.constant;
  return () => context.station ?? '';
}

type Placed = Pick<Observation, 'place' | 'isElevationUnknown'>;

function placeReader(columns: Columns, mapping: TableMapping, context: TableContext) {
  const { station } = mapping;
  if (typeof station === 'object' && 'constant' in station && station.latitude !== undefined) {
    const { latitude, longitude = Number.NaN, elevation = null, name = '', country = '' } = station;
    const place = { name, country, latitude, longitude: eastOrWest(longitude), elevation };
    return (): Placed => ({ place: Number.isNaN(longitude) ? undefined : place });
  }
  const stationOf = stationReader(columns, mapping, context);
  const latitude = columns.number(mapping.latitude);
  const longitude = columns.number(mapping.longitude);
  const elevation = columns.number(mapping.elevation);
  const metres = lengthUnit(mapping, columns.file);
  const name = mapping.name === undefined || !columns.has(mapping.name) ? () => '' : columns.text(mapping.name);
  const country = mapping.country === undefined ? () => '' : columns.text(mapping.country);
  return (cells: readonly string[], line: number): Placed => {
    const [north, east] = [latitude(cells, line), longitude(cells, line)];
    if (!isPlace(north, east)) return { place: context.places?.get(stationOf(cells)) };
    const told = elevation(cells, line);
    const height = knownElevation(told * metres);
    return {
      place: {
        name: name(cells),
        country: country(cells),
        latitude: north,
        longitude: eastOrWest(east),
        elevation: height,
      },
      isElevationUnknown: height === null && !Number.isNaN(told),
    };
  };
}

const METRES: Record<string, number> = {
  m: 1,
  metre: 1,
  metres: 1,
  meter: 1,
  meters: 1,
  ft: 0.3048,
  feet: 0.3048,
  km: 1000,
};

function lengthUnit({ elevation }: TableMapping, file: string): number {
  const unit = typeof elevation === 'object' ? (elevation.unit ?? 'm') : 'm';
  const metres = METRES[unit.toLowerCase()];
  if (metres !== undefined) return metres;
  throw new KernelcastError('UNIT', `'${unit}' is not a unit of elevation that Kernelcast knows`, {
    where: { file },
    hint: `Known: ${Object.keys(METRES).join(', ')}.`,
  });
}

interface ValuesReader {
  taken: TableReader['taken'];
  /** @returns undefined for a row of something else */
  read(cells: readonly string[], line: number, leftOut: LeftOutTally): Observation['values'] | undefined;
}

function wideReader(columns: Columns, mapping: TableMapping, file: string): ValuesReader {
  const names = VARIABLE_NAMES.filter((name) => {
    const variable = mapping.variables[name];
    return variable && (!variable.optional || columns.has(variable.column));
  });
  if (names.length === 0) throw noVariables(mapping, columns.header, file);
  const readers = names.map((name) => {
    const variable = mapping.variables[name]!;
    return {
      name,
      read: valueReader(
        columns,
        name,
        variable,
        columns.number({ column: variable.column, missing: variable.missing }),
      ),
    };
  });
  // The direction needs to know whether there is a wind.
  readers.sort((a, b) => Number(a.name === 'wind_direction_10m') - Number(b.name === 'wind_direction_10m'));
  return {
    taken: names.map((name) => ({ name, from: mapping.variables[name]!.column })),
    read(cells, line, leftOut) {
      const values: Observation['values'] = {};
      for (const { name, read } of readers) values[name] = read(cells, line, leftOut, values.wind_speed_10m);
      return values;
    },
  };
}

function longReader(columns: Columns, mapping: TableMapping, file: string): ValuesReader {
  const { variable: variableColumn, value } = mapping.long!;
  const entries = Object.entries(mapping.variables) as [VariableName, VariableMapping][];
  if (entries.length === 0) throw noVariables(mapping, columns.header, file);
  const variableOf = columns.text(variableColumn);
  const readers = new Map(
    entries.map(([name, variable]) => {
      const number = columns.number({ column: value, missing: variable.missing });
      return [variable.column, { name, read: valueReader(columns, name, variable, number, value) }] as const;
    }),
  );
  return {
    taken: entries.map(([name, { column }]) => ({ name, from: column })),
    read(cells, line, leftOut) {
      const reader = readers.get(variableOf(cells));
      return reader && { [reader.name]: reader.read(cells, line, leftOut, undefined) };
    },
  };
}

type ValueReader = (cells: readonly string[], line: number, leftOut: LeftOutTally, speed: number | undefined) => number;

function valueReader(
  columns: Columns,
  name: VariableName,
  variable: VariableMapping,
  number: NumberReader,
  column = variable.column,
): ValueReader {
  const convert = converter(columns, name, variable);
  const isGood = qualityReader(columns, variable);
  const judged: ValueReader = (cells, line, leftOut) => {
    const value = convert(number(cells, line), cells, line);
    if (Number.isNaN(value) || isGood(cells)) return value;
    leftOut.add('quality');
    return Number.NaN;
  };
  if (name !== 'wind_direction_10m') return judged;
  const isZeroNorth = variable.zero === 'north';
  const variableTexts = new Set((variable.variable ?? ['VRB']).map((text) => text.toLowerCase()));
  const text = columns.text(column);
  return (cells, line, leftOut, speed) => {
    const isVariable = variableTexts.has(text(cells).toLowerCase());
    const degrees = isVariable ? Number.NaN : judged(cells, line, leftOut, speed);
    return reportedDirection({ degrees, speed, isVariable, isZeroNorth }, leftOut);
  };
}

function converter(columns: Columns, name: VariableName, { unit, column }: VariableMapping) {
  const { quantity } = KNOWN_VARIABLES[name];
  const { file } = columns;
  const apply = (value: number, { scale, offset }: Conversion) => value * scale + offset;
  if (typeof unit === 'string') {
    const conversion = conversionFrom(unit, quantity, { file, column });
    return (value: number) => apply(value, conversion);
  }
  const unitOf = columns.text(unit.column);
  const known = new Map<string, Conversion>();
  return (value: number, cells: readonly string[], line: number) => {
    if (Number.isNaN(value)) return value;
    const text = unitOf(cells);
    const conversion = known.get(text) ?? conversionFrom(text, quantity, { file, column: unit.column, line });
    known.set(text, conversion);
    return apply(value, conversion);
  };
}

function qualityReader(
  columns: Columns,
  { quality, optional }: VariableMapping,
): (cells: readonly string[]) => boolean {
  if (!quality || (optional && !columns.has(quality.column))) return () => true;
  const code = columns.text(quality.column);
  const codes = new Set(quality.good ?? quality.bad);
  const isGoodWhereListed = quality.good !== undefined;
  return (cells) => codes.has(code(cells)) === isGoodWhereListed;
}

function noVariables(mapping: TableMapping, header: readonly string[], file: string): KernelcastError {
  const known = Object.values(mapping.variables).map(({ column }) => column);
  if (mapping.long) {
    return new KernelcastError('USAGE', `nobody says which '${mapping.long.variable}' is which variable`, {
      where: { file },
      hint: 'Say it: --map temperature_2m=sensor.outdoor_temperature --unit temperature_2m=degC.',
    });
  }
  return new KernelcastError('FORMAT', `the table has none of the columns ${known.join(', ')}`, {
    where: { file, columns: header.join(', ').slice(0, 500) },
  });
}
