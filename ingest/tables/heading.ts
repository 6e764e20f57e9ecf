/** Where the heading of a table is, and which of several mappings it is of: the lines in front of it are comments, stations, units. */
import { type CsvError, parse } from 'csv-parse/sync';
import { knownElevation } from '../stations/sentinels.ts';
import type { TableMapping } from './mapping.ts';
import type { Observation } from './observation.ts';

/** Comments in front of a table are no longer than this. */
const MOST_LINES = 500;

export interface Heading {
  header: readonly string[];
  /** The index of the line, from 0; -1 where the table has no heading. */
  line: number;
  mapping: TableMapping;
}

/** The cells of one line; those of a line that is no CSV are not those that are looked for. */
export function cellsOf(line: string, delimiter: string): string[] {
  try {
    return parse(line, { delimiter, trim: true, relax_quotes: true, relax_column_count: true })[0] ?? [];
  } catch (error) {
    if ((error as CsvError).code?.startsWith('CSV_')) return [];
    throw error;
  }
}

/** @returns undefined where no line has the columns of any of the mappings */
export function findHeading(lines: readonly string[], mappings: readonly TableMapping[]): Heading | undefined {
  for (const mapping of mappings) {
    if (mapping.columns) {
      const first = lines.find((text) => text.trim() !== '' && !text.startsWith(mapping.comment ?? '#'));
      const cells = first === undefined ? [] : cellsOf(first, mapping.delimiter);
      if (cells.length === mapping.columns.length) return { header: mapping.columns, line: -1, mapping };
      continue;
    }
    for (const [line, text] of lines.slice(0, MOST_LINES).entries()) {
      if (!text.includes(timeColumns(mapping)[0])) continue;
      const header = cellsOf(text, mapping.delimiter);
      if (missingColumns(header, mapping).length === 0) return { header, line, mapping };
    }
  }
  return undefined;
}

/** The columns that a mapping needs and a heading lacks. */
export function missingColumns(header: readonly string[], mapping: TableMapping): string[] {
  const { station, latitude, longitude, elevation, country, timeZone, long } = mapping;
  const variables = Object.values(mapping.variables);
  const needed = [
    ...(typeof station === 'string' ? [station] : 'below' in station ? [station.below] : []),
    ...timeColumns(mapping),
    ...[latitude, longitude, elevation].flatMap((one) =>
      one === undefined ? [] : typeof one === 'string' ? one : one.column,
    ),
    ...(country === undefined ? [] : [country]),
    ...(typeof timeZone === 'object' && 'column' in timeZone ? [timeZone.column] : []),
    ...(long ? [long.variable, long.value] : variables.filter(({ optional }) => !optional).map(({ column }) => column)),
  ];
  const missing = needed.filter((name) => !header.includes(name));
  const some = long || variables.length === 0 || variables.some(({ column }) => header.includes(column));
  return some ? missing : [...missing, variables.map(({ column }) => column).join(' or ')];
}

function timeColumns({ time }: TableMapping): string[] {
  return typeof time === 'string' ? [time] : time;
}

/** The stations that lines in front of the heading tell, as `stationLines` of the mapping says. */
export function placesIn(lines: readonly string[], pattern: string): Map<string, NonNullable<Observation['place']>> {
  const places = new Map<string, NonNullable<Observation['place']>>();
  const regular = new RegExp(pattern, 'u');
  for (const line of lines) {
    const { id, name = '', latitude, longitude, elevation } = regular.exec(line.trimEnd())?.groups ?? {};
    if (id === undefined || latitude === undefined || longitude === undefined) continue;
    places.set(id, {
      name: name.trim(),
      country: '',
      latitude: Number(latitude),
      longitude: Number(longitude),
      elevation: elevation === undefined ? null : knownElevation(Number(elevation)),
    });
  }
  return places;
}

/** What the first line that matches says. */
export function groupIn(lines: readonly string[], pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined;
  const regular = new RegExp(pattern, 'u');
  for (const line of lines) {
    const match = regular.exec(line);
    if (match) return match[1];
  }
  return undefined;
}
