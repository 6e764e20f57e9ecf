/**
 * Station lists: CSV with a header line. Columns `id`, `latitude`, `longitude` are needed; `name`, `country`, `elevation`
 * may be there; others are passed over. Latitude -90..90, longitude -180..360, degrees; elevation in metres, where numbers
 * that are no height (-999, 9999.9) mean that it is not known. Stations whose position is such a number are left out, and told.
 *
 *     id,name,country,latitude,longitude,elevation
 *     zrh,Zurich,CH,47.38,8.54,408
 */
import { readFile } from 'node:fs/promises';
import { CsvError, type Info, parse } from 'csv-parse/sync';
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import { eastOrWest } from '../cf/coordinates.ts';
import { decodeAll, encodingOf } from '../tables/encoding.ts';
import { isPlace, isSentinel, knownElevation } from './sentinels.ts';

const COLUMNS = ['id', 'name', 'country', 'latitude', 'longitude', 'elevation'] as const;
type Column = (typeof COLUMNS)[number];
const NEEDED: readonly Column[] = ['id', 'latitude', 'longitude'];

const ID = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export interface StationListOptions {
  /** Told, a sentence each, of what the list does not know. */
  onNote?: (note: string) => void;
}

/** @throws KernelcastError `NOT_FOUND`, `ENVIRONMENT`; `STATIONS`, see `parseStationList` */
export async function readStationList(path: string, options: StationListOptions = {}): Promise<Station[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, 'read a station list', path);
    throw new KernelcastError('NOT_FOUND', 'there is no such station list', { where: { file: path } });
  }
  return parseStationList(bytes, path, options);
}

/**
 * @param file named in errors
 * @throws KernelcastError `STATIONS` naming line and column: not CSV, a column that is missing, an id that is missing,
 * odd or taken, a number that is none or is out of range, no station at all
 */
export function parseStationList(
  text: string | Uint8Array,
  file: string,
  { onNote = () => {} }: StationListOptions = {},
): Station[] {
  const decoded = typeof text === 'string' ? text : decodeAll(text, { encoding: encodingOf(text), file });
  const [header, ...rows] = parseRows(decoded, file);
  if (!header) throw problem('the station list is empty', { file });
  const columns = header.record.map((name) => name.toLowerCase());
  const missing = NEEDED.filter((name) => !columns.includes(name));
  const twice = COLUMNS.find((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (missing.length > 0 || twice) {
    const what = twice ? `two columns are called '${twice}'` : `there is no column ${missing.join(', ')}`;
    throw problem(what, { file, line: header.line, columns: columns.join(', ').slice(0, 200) });
  }
  if (rows.length === 0) throw problem('the station list has no stations', { file });

  const lineOf = new Map<string, number>();
  const heightless: string[] = [];
  const placeless: string[] = [];
  const stations = rows.flatMap(({ record, line }): Station[] => {
    const cell = (name: Column) => record[columns.indexOf(name)]?.trim() ?? '';
    const where = (column: Column) => ({ file, line, column });
    const number = (name: Column, least: number, most: number): number => {
      const value = NUMBER.test(cell(name)) ? Number(cell(name)) : Number.NaN;
      if (value >= least && value <= most) return value;
      const what = Number.isNaN(value) ? 'is no number' : `is not within ${least}..${most}`;
      throw problem(`'${cell(name).slice(0, 80)}' ${what}`, where(name));
    };
    const id = cell('id');
    if (!ID.test(id)) throw problem(id === '' ? 'a station has no id' : `'${id.slice(0, 80)}' is no id`, where('id'));
    const first = lineOf.get(id);
    if (first !== undefined) throw problem(`the id '${id}' stands in line ${first} already`, where('id'));
    lineOf.set(id, line);
    const [north, east] = [Number(cell('latitude') || 'x'), Number(cell('longitude') || 'x')];
    if (!isPlace(north, east) && (isSentinel(north) || isSentinel(east))) {
      placeless.push(id);
      return [];
    }
    const told = cell('elevation') === '' ? null : number('elevation', -1e6, 1e6);
    const elevation = told === null ? null : knownElevation(told);
    if (told !== elevation) heightless.push(id);
    const place = {
      id,
      name: cell('name') || id,
      country: cell('country'),
      latitude: number('latitude', -90, 90),
      longitude: eastOrWest(number('longitude', -180, 360)),
      elevation,
    };
    return [place];
  });
  if (placeless.length > 0) onNote(`${file}: left out, without a position: ${named(placeless)}`);
  if (heightless.length > 0)
    onNote(`${file}: the elevation is a number that means none, so not known: ${named(heightless)}`);
  if (stations.length === 0) throw problem('no station of the list has a position', { file });
  return stations;
}

/** Some by name, the rest by number. */
function named(ids: readonly string[]): string {
  const some = ids.slice(0, 5).join(', ');
  return ids.length > 5 ? `${some} and ${ids.length - 5} more` : some;
}

interface Row {
  record: string[];
  /** The line of the file in which the row begins. */
  line: number;
}

function parseRows(text: string | Uint8Array, file: string): Row[] {
  try {
    const rows = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as {
      record: string[];
      info: Info;
    }[];
    // The parser tells the line in which a row ends; a quoted cell may hold line breaks.
    return rows.map(({ record, info }) => ({ record, line: info.lines - breaksIn(record) }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw problem(`not CSV: ${cause.message}`, { file, line: Number(cause.lines) }, cause);
  }
}

function breaksIn(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
}

function problem(what: string, where: Record<string, string | number>, cause?: unknown): KernelcastError {
  return new KernelcastError('STATIONS', what, {
    where,
    hint: 'A station list is CSV with the columns id, latitude, longitude and, if known, name, country, elevation.',
    cause,
  });
}
