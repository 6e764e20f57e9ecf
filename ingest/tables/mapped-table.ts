/** A table of observations whose columns a mapping names. */
import { type Conversion, conversionFrom } from '../../src/domain/units.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { eastOrWest } from '../cf/coordinates.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { parseInstant } from './instant.ts';
import type { TableMapping } from './mapping.ts';
import type { Observation, TableReader } from './observation.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What most tables write where there is no value. */
const MISSING = ['', 'na', 'nan', 'null', 'none', '--'];

/**
 * @throws KernelcastError `FORMAT` where the header lacks a column; `UNIT`
 */
export function mappedTable(header: readonly string[], mapping: TableMapping, file: string): TableReader {
  const columnOf = (name: string): number => {
    const index = header.indexOf(name);
    if (index >= 0) return index;
    throw new KernelcastError('FORMAT', `the table has no column '${name}'`, {
      where: { file, columns: header.join(', ').slice(0, 500) },
    });
  };
  const optional = (name: string | undefined) => (name === undefined ? undefined : columnOf(name));
  const columns = {
    station: columnOf(mapping.station),
    time: columnOf(mapping.time),
    latitude: optional(mapping.latitude),
    longitude: optional(mapping.longitude),
    elevation: optional(mapping.elevation),
    name: optional(mapping.name),
    country: optional(mapping.country),
  };
  const variables = (Object.keys(mapping.variables) as VariableName[]).map((name) => {
    const { column, unit } = mapping.variables[name]!;
    const conversion = conversionFrom(unit, KNOWN_VARIABLES[name].quantity, { file, column });
    return { name, column: columnOf(column), from: column, conversion };
  });
  const missing = new Set([...MISSING, ...mapping.missing.map((text) => text.toLowerCase())]);

  const number = (cells: readonly string[], column: number | undefined, line: number): number => {
    const text = column === undefined ? '' : (cells[column] ?? '');
    if (missing.has(text.toLowerCase())) return Number.NaN;
    if (NUMBER.test(text)) return Number(text);
    throw new KernelcastError('FORMAT', `'${text.slice(0, 80)}' is no number`, {
      where: { file, line, column: header[column!] },
      hint: 'Where it means that there is no value, name it in "missing" of the mapping.',
    });
  };

  return {
    format: 'CSV',
    taken: variables.map(({ name, from }) => ({ name, from })),
    read(cells, line): Observation {
      const time = parseInstant(cells[columns.time] ?? '', mapping.timeZone, mapping.timeUnit);
      if (Number.isNaN(time)) {
        throw new KernelcastError('FORMAT', `'${(cells[columns.time] ?? '').slice(0, 80)}' is no time`, {
          where: { file, line, column: mapping.time },
          hint: 'Times are written like 2024-03-01T06:00Z or 2024-03-01 06:00:00; the mapping may name a zone.',
        });
      }
      const values: Observation['values'] = {};
      for (const { name, column, conversion } of variables) {
        values[name] = converted(number(cells, column, line), conversion);
      }
      return { station: cells[columns.station] ?? '', place: placeOf(cells, line), time, values };
    },
  };

  function placeOf(cells: readonly string[], line: number): Observation['place'] {
    const latitude = number(cells, columns.latitude, line);
    const longitude = number(cells, columns.longitude, line);
    if (Number.isNaN(latitude) || Number.isNaN(longitude)) return undefined;
    const elevation = number(cells, columns.elevation, line);
    return {
      name: columns.name === undefined ? '' : cells[columns.name],
      country: columns.country === undefined ? '' : cells[columns.country],
      latitude,
      longitude: eastOrWest(longitude),
      elevation: Number.isNaN(elevation) ? null : elevation,
    };
  }
}

function converted(value: number, { scale, offset }: Conversion): number {
  return value * scale + offset;
}
