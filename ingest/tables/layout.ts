/** What kind of table a text is, by its first lines: where its rows begin, how they are cut into cells, and who reads them. */
import { basename } from 'node:path';
import { KernelcastError } from '../../src/errors.ts';
import { withGiven } from './given.ts';
import { cellsOf, findHeading, groupIn, type Heading, missingColumns, placesIn } from './heading.ts';
import { globalHourly, isdLite, isdLiteStation, isGlobalHourly, isIsdLite } from './isd.ts';
import { hasUnits, knownColumns } from './known-columns.ts';
import { mappedTable, type TableContext } from './mapped-table.ts';
import type { TableMapping } from './mapping.ts';
import type { TableReader } from './observation.ts';
import { isOpenMeteo, openMeteo } from './open-meteo.ts';
import { READY_NAMES, readyMappings } from './ready/ready.ts';
import type { TableOptions } from './table-options.ts';

export interface Layout {
  reader: TableReader;
  /** Lines in front of the rows. */
  skip: number;
  delimiter: string;
  comment: string;
  /** Rows are columns of fixed width, with any number of spaces between. */
  isSpaced?: boolean;
}

const PLAIN = { delimiter: ',', comment: '#' };

/** @throws KernelcastError `FORMAT` where nothing is known of the columns; as the readers do */
export function layoutOf(lines: readonly string[], file: string, options: TableOptions): Layout {
  const mappings = mappingsOf(options).map((mapping) => withGiven(mapping, options, file));
  const heading = findHeading(lines, mappings);
  if (heading) return ofMapping(heading, lines, file, options);
  const firstLine = lines[0] ?? '';
  if (isIsdLite(firstLine)) return { ...PLAIN, skip: 0, isSpaced: true, reader: liteReader(file) };
  if (isOpenMeteo(firstLine)) return { ...PLAIN, ...openMeteo(lines, file) };
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  const header = cellsOf(lines[first] ?? '', ',');
  if (isGlobalHourly(header)) return { ...PLAIN, skip: first + 1, reader: globalHourly(header) };
  if (mappings.length > 0) throw unlikeMapping(lines, first, mappings, file);
  const known = knownColumns(header, cellsOf(lines[first + 1] ?? '', ','), { ...options, file });
  if (!known) throw unknown(lines, header, file);
  const reader = mappedTable(header, known.mapping, { file, zoneGiven: options.timeZone });
  return { ...PLAIN, skip: first + (known.unitsLine ? 2 : 1), reader };
}

export function mappingsOf({ table }: TableOptions): readonly TableMapping[] {
  if (table === undefined) return [];
  return 'station' in table ? [table] : table;
}

function ofMapping(
  { header, line, mapping }: Heading,
  lines: readonly string[],
  file: string,
  options: TableOptions,
): Layout {
  const before = lines.slice(0, Math.max(line, 0));
  const below = cellsOf(lines[line + 1] ?? '', mapping.delimiter);
  const context: TableContext = {
    file,
    station: stationFrom(mapping, { header, below, file, options }),
    places: mapping.stationLines === undefined ? undefined : placesIn(before, mapping.stationLines),
    zoneTold: groupIn(before, mapping.timeZoneLine),
    zoneGiven: options.timeZone,
  };
  const time = typeof mapping.time === 'string' ? mapping.time : mapping.time[0];
  const units = line >= 0 && mapping.skip === undefined && hasUnits(below, header.indexOf(time)) ? 1 : 0;
  return {
    reader: mappedTable(header, mapping, context),
    skip: line + 1 + (mapping.skip ?? units),
    delimiter: mapping.delimiter,
    comment: mapping.comment ?? '#',
  };
}

interface StationPlaces {
  header: readonly string[];
  below: readonly string[];
  file: string;
  options: TableOptions;
}

function stationFrom({ station }: TableMapping, { header, below, file }: StationPlaces): string | undefined {
  if (typeof station === 'string') return undefined;
  if ('below' in station) return below[header.indexOf(station.below)];
  if (!('fileName' in station)) return undefined;
  const [, id] = new RegExp(station.fileName, 'u').exec(basename(file)) ?? [];
  if (id !== undefined) return id;
  throw new KernelcastError(
    'STATIONS',
    'the table tells its station by the name of its file only, and this name does not',
    {
      where: { file, pattern: station.fileName },
      hint: 'Keep the name that the file has at its source.',
    },
  );
}

function liteReader(path: string): TableReader {
  const station = isdLiteStation(basename(path));
  if (station !== undefined) return isdLite(station);
  throw new KernelcastError('FORMAT', 'a file of ISD-Lite tells its station by its name only, and this one does not', {
    where: { file: path },
    hint: 'Keep the name that it has at NOAA: 725300-94846-2024 or 725300-94846-2024.gz.',
  });
}

/** Of the mappings the one that lacks the least is what was meant. */
function unlikeMapping(
  lines: readonly string[],
  first: number,
  mappings: readonly TableMapping[],
  file: string,
): KernelcastError {
  const lacks = mappings.map((mapping) => {
    const header = mapping.columns ?? cellsOf(lines[first] ?? '', mapping.delimiter);
    return { header, missing: missingColumns(header, mapping), columns: mapping.columns };
  });
  const [{ header, missing, columns }] = lacks.sort((a, b) => a.missing.length - b.missing.length);
  const what = columns
    ? `the rows do not have the ${columns.length} cells that the mapping names`
    : `the table has no column '${missing[0]}'`;
  return new KernelcastError('FORMAT', what, {
    where: { file, missing: missing.join(', '), columns: header.join(', ').slice(0, 500) },
    hint: hintOf(lines) ?? 'The mapping names columns as they stand in the heading.',
  });
}

function unknown(lines: readonly string[], header: readonly string[], file: string): KernelcastError {
  return new KernelcastError('FORMAT', 'this is text, and its first line names no columns that Kernelcast knows', {
    where: { file, columns: header.join(', ').slice(0, 500) },
    hint:
      hintOf(lines) ??
      'Where it is a table of observations, say what its columns are: --table MAPPING.json (see ingest/README.md), or the name of a ready one (kernelcast tables).',
  });
}

/** Which ready mapping has these columns. */
function hintOf(lines: readonly string[]): string | undefined {
  // One without a heading is like any other table of as many columns.
  const like = READY_NAMES.filter((name) => {
    const mappings = (readyMappings(name) ?? []).filter(
      ({ columns, long }) => columns === undefined || long !== undefined,
    );
    return findHeading(lines, mappings) !== undefined;
  });
  if (like.length === 0) return undefined;
  return `It has the columns of ${like.join(' and of ')}: --table ${like[0]}.`;
}
