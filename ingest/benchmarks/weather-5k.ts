/**
 * WEATHER-5K (Han et al. 2024) as it lies in its archive: `global_weather_stations/STATION.csv`, an hour a line, with DATE, TMP
 * (degC), DEW (degC), WND_ANGLE (degrees), WND_RATE (m/s), SLP (hPa), and where it is. Years: 2014-2021 to train, 2022 to
 * validate, 2023 to test.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type Hour, hourOf } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';

/** In the order in which the public code has them. */
export const WEATHER_5K_VARIABLES = ['TMP', 'DEW', 'WND_ANGLE', 'WND_RATE', 'SLP'] as const;
export const WEATHER_5K_TEST = { from: '2023-01-01', to: '2024-01-01' } as const;

export interface Weather5kStation {
  id: string;
  latitude: number;
  longitude: number;
  from: Hour;
  hours: number;
  /** [hour, variable]; NaN where nothing stands. */
  values: Float64Array;
}

/**
 * The stations one after the other, in the order of their names, each with its hours from `from` to `to` (exclusive).
 * @throws KernelcastError `NOT_FOUND` when there is no station; `FORMAT` when a file lacks a column or an hour.
 */
export async function* readWeather5k(folder: string, from: Hour, to: Hour): AsyncGenerator<Weather5kStation> {
  const inner = join(folder, 'global_weather_stations');
  const names = (await readdir(inner).catch(() => [] as string[])).filter((name) => name.endsWith('.csv')).sort();
  if (names.length === 0) {
    throw new KernelcastError('NOT_FOUND', 'the folder holds no global_weather_stations/*.csv', { where: { folder } });
  }
  for (const name of names) yield readStation(join(inner, name), name.replace(/\.csv$/, ''), from, to);
}

async function readStation(file: string, id: string, from: Hour, to: Hour): Promise<Weather5kStation> {
  const wrong = (message: string) => new KernelcastError('FORMAT', message, { where: { file } });
  const [header, ...rows] = parse(await readFile(file), { relax_column_count: true }) as string[][];
  const columnOf = (name: string) => {
    const column = header.indexOf(name);
    if (column < 0) throw wrong(`the table has no column ${name}`);
    return column;
  };
  const date = columnOf('DATE');
  const columns = WEATHER_5K_VARIABLES.map(columnOf);
  const place = (name: string) => (header.includes(name) ? Number(rows[0]?.[header.indexOf(name)]) : Number.NaN);
  const width = columns.length;
  const values = new Float64Array((to - from) * width).fill(Number.NaN);
  const present = new Uint8Array(to - from);
  for (const row of rows) {
    const hour = hourOf(Date.parse(`${row[date].replace(' ', 'T')}Z`)) - from;
    if (!(hour >= 0 && hour < to - from)) continue;
    present[hour] = 1;
    for (const [i, column] of columns.entries()) {
      if (row[column] !== '') values[hour * width + i] = Number(row[column]);
    }
  }
  // The last hours may be missing, as in a part of the data; a hole before them would shift all windows.
  const hours = present.lastIndexOf(1) + 1;
  if (hours > 0 && present.subarray(0, hours).includes(0))
    throw wrong('hours are missing between the first and the last');
  return {
    id,
    latitude: place('LATITUDE'),
    longitude: place('LONGITUDE'),
    from,
    hours,
    values: values.subarray(0, hours * width),
  };
}
