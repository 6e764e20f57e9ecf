/** The times of a file, as milliseconds since the epoch, and what the file says about the stretch each value stands for. */
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { readCoordinate } from './coordinates.ts';
import { parseTimeUnits, type TimeUnits } from './time-units.ts';

export interface TimeAxis {
  /** Unix time in milliseconds, in the order of the file. */
  times: Float64Array;
  /** The stretch of time that the first value stands for, in milliseconds, where the file gives bounds. */
  cell: number | undefined;
}

/** Years of four digits; beyond them nobody has measured weather. */
const EARLIEST = Date.UTC(1000, 0);
const LATEST = Date.UTC(10_000, 0);

/**
 * Unix times in milliseconds, NaN where missing or absurd. Times come as fractions of days, and in float32 too: to the millisecond is as
 * near as they are told.
 * @throws KernelcastError `CONVENTIONS`: unreadable units, a calendar without UTC
 */
export async function readTimes(data: DataFile, variable: DataVariable): Promise<Float64Array> {
  const { millisecondsPerUnit, reference } = unitsOf(data, variable);
  return (await readCoordinate(data, variable)).map((value) => {
    const time = Math.round(reference + value * millisecondsPerUnit);
    return time >= EARLIEST && time < LATEST ? time : Number.NaN;
  });
}

/**
 * @throws KernelcastError `CONVENTIONS`: unreadable units, a calendar without UTC, no times at all, a missing time
 */
export async function readTimeAxis(data: DataFile, variable: DataVariable): Promise<TimeAxis> {
  const where = { file: data.path, variable: variable.name };
  const times = await readTimes(data, variable);
  if (times.length === 0) throw new KernelcastError('CONVENTIONS', 'the file has no times', { where });
  const index = times.findIndex(Number.isNaN);
  if (index >= 0) {
    throw new KernelcastError('CONVENTIONS', 'a time is missing or absurd', { where: { ...where, index } });
  }

  const bounds = data.variables.get(textAttribute(variable.attributes, 'bounds') ?? '');
  const hasBounds = bounds?.shape.length === 2 && bounds.shape[1] === 2 && bounds.shape[0] > 0 && !isText(bounds);
  if (!hasBounds) return { times, cell: undefined };
  const [from, to] = await data.read(bounds, [0, 0], [1, 2]);
  return { times, cell: Math.abs(to - from) * unitsOf(data, variable).millisecondsPerUnit };
}

function unitsOf(data: DataFile, { name, attributes }: DataVariable): TimeUnits {
  const units = textAttribute(attributes, 'units') ?? '';
  return parseTimeUnits(units, textAttribute(attributes, 'calendar'), { file: data.path, variable: name });
}
