/**
 * A table of forecasts with what was observed, one row a valid time and station:
 *
 *     date,station,latitude,longitude,elevation,GFS,UKMO,observation
 *     2004010100,KCQV,48.55,-117.88,572.0,266.1,265.48,272.04
 *
 * What is none of the known columns is a model. Empty cells are missing.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CsvError, parse } from 'csv-parse/sync';
import type { PairedForecasts } from '../../src/domain/paired-forecasts.ts';
import type { Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { fileError } from '../../src/store/disk/files.ts';
import { parseInstant } from './instant.ts';

const PLACES = ['latitude', 'longitude', 'elevation'];
const [TIME, STATION, OBSERVATION] = ['date', 'station', 'observation'];
const MS_PER_HOUR = 3_600_000;

/** @throws KernelcastError `NOT_FOUND`, `FORMAT`: no such columns, a cell that is no number or time, a row that occurs twice */
export async function readPairedForecasts(path: string): Promise<PairedForecasts> {
  const rows = await rowsOf(path);
  const columns = Object.keys(rows[0] ?? {});
  const models = columns.filter((name) => ![TIME, STATION, OBSERVATION, ...PLACES].includes(name));
  const absent = [TIME, STATION, OBSERVATION].find((name) => !columns.includes(name));
  if (absent !== undefined || models.length === 0) {
    throw new KernelcastError('FORMAT', `the table has no ${absent === undefined ? 'model' : `column '${absent}'`}`, {
      where: { file: path, columns: columns.join(', ').slice(0, 200) },
      hint: 'A table of forecasts has the columns date, station, observation, and one of each model.',
    });
  }
  const stations = [...new Set(rows.map((row) => row[STATION]))].sort();
  const hours = rows.map((row, index) => hourOf(row[TIME], path, index));
  const times = [...new Set(hours)].sort((a, b) => a - b);
  const stationAt = new Map(stations.map((id, index) => [id, index]));
  const timeAt = new Map(times.map((hour, index) => [hour, index]));
  const missing = () => new Float64Array(times.length * stations.length).fill(Number.NaN);
  const observed = missing();
  const forecasts = models.map(missing);
  const seen = new Uint8Array(observed.length);
  rows.forEach((row, index) => {
    const cell = timeAt.get(hours[index])! * stations.length + stationAt.get(row[STATION])!;
    if (seen[cell]++) throw badCell(path, index, STATION, `${row[STATION]} has two rows of one time`);
    observed[cell] = numberOf(row[OBSERVATION], path, index, OBSERVATION);
    models.forEach((model, at) => {
      forecasts[at][cell] = numberOf(row[model], path, index, model);
    });
  });
  return { stations, models, times, observed, forecasts };
}

async function rowsOf(path: string): Promise<Record<string, string>[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, 'read', path);
  });
  try {
    return parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (cause) {
    throw new KernelcastError('FORMAT', `the table is not CSV: ${(cause as CsvError).message}`, {
      where: { file: basename(path) },
      cause,
    });
  }
}

function hourOf(text: string, path: string, index: number): Hour {
  // `2004010100` is a day and an hour.
  const instant = parseInstant(/^\d{10}$/.test(text) ? `${text}00` : text);
  if (!Number.isInteger(instant / MS_PER_HOUR)) throw badCell(path, index, TIME, `'${text}' is no whole hour`);
  return instant / MS_PER_HOUR;
}

function numberOf(text: string, path: string, index: number, column: string): number {
  if (text === '') return Number.NaN;
  const value = Number(text);
  if (!Number.isFinite(value)) throw badCell(path, index, column, `'${text}' is no number`);
  return value;
}

function badCell(path: string, index: number, column: string, what: string): KernelcastError {
  return new KernelcastError('FORMAT', what.slice(0, 120), { where: { file: path, row: index + 2, column } });
}
