/**
 * CSV of Open-Meteo's interface (and of ours): a table of the places, an empty line, and a table of the hours, with units in its heading:
 *
 *     latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation
 *     52.52,13.419,38.0,3600,Europe/Berlin,CET
 *
 *     time,temperature_2m (°C),wind_speed_10m (km/h)
 *     2024-03-01T00:00,5.1,12.4
 *
 * Of several places each has a `location_id`. Times are those of the offset that is told, or Unix seconds. Tables of days are passed over.
 */
import { type Conversion, conversionFrom } from '../../src/domain/units.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { eastOrWest } from '../cf/coordinates.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { knownElevation } from '../stations/sentinels.ts';
import { cellsOf } from './heading.ts';
import { readWall } from './instant.ts';
import type { Observation, TableReader } from './observation.ts';

const PLACES = /^(location_id,)?latitude,longitude,elevation,utc_offset_seconds/;

/** The spellings of the older versions of the interface. */
const OLDER: Partial<Record<VariableName, string>> = {
  wind_speed_10m: 'windspeed_10m',
  wind_direction_10m: 'winddirection_10m',
};

export function isOpenMeteo(firstLine: string): boolean {
  return PLACES.test(firstLine);
}

interface Place {
  station: string;
  place: NonNullable<Observation['place']>;
  offset: number;
}

interface Taken {
  index: number;
  name: VariableName;
  conversion: Conversion;
}

export interface OpenMeteoTable {
  reader: TableReader;
  /** The lines in front of the hours. */
  skip: number;
}

/** @throws KernelcastError `FORMAT`, `UNIT` */
export function openMeteo(lines: readonly string[], file: string): OpenMeteoTable {
  const end = lines.indexOf('');
  // What is of the moment, or every 15 minutes, comes before the hours.
  const heading = lines.findLastIndex((line, index) => index > end && isHours(line));
  if (end < 2 || heading < 0) {
    throw new KernelcastError('FORMAT', 'the table of Open-Meteo has no hourly temperature or wind', {
      where: { file },
      hint: 'Ask for hourly=temperature_2m,wind_speed_10m,wind_direction_10m.',
    });
  }
  const places = placesOf(cellsOf(lines[0], ','), lines.slice(1, end));
  const header = cellsOf(lines[heading], ',');
  const taken = takenOf(header, file);
  const [location, time] = [header.indexOf('location_id'), header.indexOf('time')];
  let isOver = false;
  return {
    skip: heading + 1,
    reader: {
      format: 'CSV of Open-Meteo',
      taken: taken.map(({ name, index }) => ({ name, from: header[index] })),
      read(cells, line) {
        // A table of days follows.
        isOver ||= cells[time] === 'time';
        if (isOver) return undefined;
        if (cells.length !== header.length) throw otherWidth(cells.length, header.length, { file, line });
        const place = places.get(location < 0 ? '0' : cells[location]);
        const instant = place && instantOf(cells[time], place.offset);
        if (!place || instant === undefined) {
          throw new KernelcastError('FORMAT', `'${(cells[time] ?? '').slice(0, 80)}' is no time of the hourly table`, {
            where: { file, line },
          });
        }
        const values: Observation['values'] = {};
        for (const { index, name, conversion } of taken) {
          const text = cells[index] ?? '';
          values[name] =
            text === '' || text === 'NaN' ? Number.NaN : Number(text) * conversion.scale + conversion.offset;
        }
        return { station: place.station, place: place.place, time: instant, values };
      },
    },
  };
}

function otherWidth(cells: number, columns: number, where: Record<string, string | number>): KernelcastError {
  return new KernelcastError('FORMAT', `a row has ${cells} cells, and the heading ${columns}`, { where });
}

function isHours(line: string): boolean {
  const names = cellsOf(line, ',').map((cell) => cell.split(' ')[0]);
  return (
    names.includes('time') && VARIABLE_NAMES.some((name) => names.includes(name) || names.includes(OLDER[name] ?? ''))
  );
}

function placesOf(header: readonly string[], lines: readonly string[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const line of lines) {
    const cells = cellsOf(line, ',');
    const number = (name: string) => Number(cells[header.indexOf(name)] || 'NaN');
    const [latitude, longitude] = [number('latitude'), eastOrWest(number('longitude'))];
    places.set(header.includes('location_id') ? cells[0] : '0', {
      station: header.includes('station') ? cells[header.indexOf('station')] : `${latitude}_${longitude}`,
      place: { name: '', country: '', latitude, longitude, elevation: knownElevation(number('elevation')) },
      offset: number('utc_offset_seconds') * 1000,
    });
  }
  return places;
}

function takenOf(header: readonly string[], file: string): Taken[] {
  return VARIABLE_NAMES.flatMap((name) => {
    const index = header.findIndex((cell) => [name, OLDER[name]].includes(cell.split(' ')[0]));
    if (index < 0) return [];
    const [, unit] = /\((.+)\)$/.exec(header[index]) ?? [];
    const where = { file, column: header[index] };
    if (unit === undefined) throw new KernelcastError('UNIT', `the unit of '${header[index]}' is not told`, { where });
    const written = unit === 'mp/h' ? 'mph' : unit;
    return [{ index, name, conversion: conversionFrom(written, KNOWN_VARIABLES[name].quantity, where) }];
  });
}

function instantOf(text: string, offset: number): number | undefined {
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000;
  const read = readWall(text);
  return read && read.wall - offset;
}
