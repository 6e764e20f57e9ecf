/**
 * NOAA's Integrated Surface Database. Global-hourly CSV: one column a group of the ISD format document (federal climate complex data
 * documentation for integrated surface data): `TMP` is `+0106,1` (tenths of a degree, and a quality code), `WND` is
 * `160,1,N,0046,1` (direction, its code, type, speed in tenths of m/s, its code). ISD-Lite: twelve integers in a line.
 */
import type { LeftOutTally } from '../quality/left-out.ts';
import { isPlace, knownElevation } from '../stations/sentinels.ts';
import type { Observation, TableReader } from './observation.ts';
import { reportedDirection } from './reported-wind.ts';

/** NOAA's own judgement: 2 and 6 are suspect, 3 and 7 erroneous. */
const BAD_CODES = new Set(['2', '3', '6', '7']);

/** Summaries of a day or month are no observations. */
const SUMMARIES = /^SO[DM]/;

const TAKEN = [
  { name: 'temperature_2m', from: 'TMP' },
  { name: 'wind_speed_10m', from: 'WND' },
  { name: 'wind_direction_10m', from: 'WND' },
] as const;

export function isGlobalHourly(header: readonly string[]): boolean {
  return ['STATION', 'DATE', 'LATITUDE', 'LONGITUDE', 'TMP', 'WND'].every((name) => header.includes(name));
}

export function globalHourly(header: readonly string[]): TableReader {
  const column = (name: string) => header.indexOf(name);
  const [station, date, latitude, longitude] = ['STATION', 'DATE', 'LATITUDE', 'LONGITUDE'].map(column);
  const [elevation, name, reportType, temperature, wind] = ['ELEVATION', 'NAME', 'REPORT_TYPE', 'TMP', 'WND'].map(
    column,
  );
  return {
    format: 'ISD global-hourly CSV',
    taken: TAKEN,
    width: header.length,
    read(cells, _, leftOut) {
      if (SUMMARIES.test(cells[reportType] ?? '')) {
        leftOut.add('summary');
        return undefined;
      }
      const time = Date.parse(`${cells[date]}Z`);
      if (Number.isNaN(time)) {
        leftOut.add('without-time');
        return undefined;
      }
      const height = Number(cells[elevation] || 'NaN');
      const [position, side] = [Number(cells[latitude] || 'NaN'), Number(cells[longitude] || 'NaN')];
      const known = knownElevation(height);
      // Where the archive knows no position it has 0, 0 or +99.999, +999.999.
      const isKnown = isPlace(position, side) && (position !== 0 || side !== 0);
      const place: Observation['place'] = isKnown
        ? { name: cells[name] ?? '', country: '', latitude: position, longitude: side, elevation: known }
        : undefined;
      const [degrees, directionCode, type, speed, speedCode] = (cells[wind] ?? '').split(',');
      const [tenths, temperatureCode] = (cells[temperature] ?? '').split(',');
      const metresPerSecond = judged(speed, 9999, speedCode, leftOut) / 10;
      const values = {
        temperature_2m: judged(tenths, 9999, temperatureCode, leftOut) / 10,
        wind_speed_10m: metresPerSecond,
        // A calm has no direction, and neither has a wind that varies.
        wind_direction_10m: reportedDirection(
          {
            degrees: type === 'C' ? Number.NaN : judged(degrees, 999, directionCode, leftOut),
            speed: metresPerSecond,
            isVariable: type === 'V',
            isZeroNorth: false,
          },
          leftOut,
        ),
      };
      const isElevationUnknown = known === null && !Number.isNaN(height);
      return { station: cells[station], place, isElevationUnknown, time, values };
    },
  };
}

function judged(text: string | undefined, missing: number, code: string | undefined, leftOut: LeftOutTally): number {
  const value = Number(text || 'NaN');
  if (Number.isNaN(value) || value === missing) return Number.NaN;
  if (!BAD_CODES.has(code ?? '')) return value;
  leftOut.add('quality');
  return Number.NaN;
}

/** `725300-94846-2024`: the station and year are in the name of the file only. */
export function isdLiteStation(fileName: string): string | undefined {
  const [, usaf, wban] = /(?:^|[^0-9A-Z])([0-9A-Z]\d{5})-(\d{5})-\d{4}(?:\.|$)/.exec(fileName) ?? [];
  return usaf === undefined ? undefined : `${usaf}${wban}`;
}

const LITE_LINE = /^\d{4} \d\d \d\d \d\d( +-?\d+){8}\s*$/;

export function isIsdLite(firstLine: string): boolean {
  return LITE_LINE.test(firstLine);
}

/** The cells are the line's twelve integers. */
export function isdLite(station: string): TableReader {
  return {
    format: 'ISD-Lite',
    taken: TAKEN.map(({ name }) => ({ name, from: name === 'temperature_2m' ? 'air temperature' : 'wind' })),
    width: 12,
    read(cells, _, leftOut) {
      const [year, month, day, hour, temperature, , , direction, speed] = cells.map(Number);
      const value = (integer: number) => (integer === -9999 ? Number.NaN : integer);
      const metresPerSecond = value(speed) / 10;
      const values = {
        temperature_2m: value(temperature) / 10,
        wind_speed_10m: metresPerSecond,
        wind_direction_10m: reportedDirection(
          {
            degrees: speed === 0 ? Number.NaN : value(direction),
            speed: metresPerSecond,
            isVariable: false,
            isZeroNorth: false,
          },
          leftOut,
        ),
      };
      return { station, place: undefined, time: Date.UTC(year, month - 1, day, hour), values };
    },
  };
}
