/** The times of a file, as milliseconds since the epoch, and what the file says about the stretch each value stands for. */
import { KernelcastError } from '../../src/errors.ts';
import { type Grid, type GridVariable, isText, textAttribute } from '../grid.ts';
import { readCoordinate } from './coordinates.ts';
import { parseTimeUnits } from './time-units.ts';

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
 * @throws KernelcastError `CONVENTIONS`: unreadable units, a calendar without UTC, no times at all, a missing time
 */
export async function readTimeAxis(grid: Grid, variable: GridVariable): Promise<TimeAxis> {
  const where = { file: grid.path, variable: variable.name };
  const { attributes } = variable;
  const units = textAttribute(attributes, 'units') ?? '';
  const { millisecondsPerUnit, reference } = parseTimeUnits(units, textAttribute(attributes, 'calendar'), where);
  const values = await readCoordinate(grid, variable);
  if (values.length === 0) throw new KernelcastError('CONVENTIONS', 'the file has no times', { where });
  const times = values.map((value) => reference + value * millisecondsPerUnit);
  const index = times.findIndex((time) => !(time >= EARLIEST && time < LATEST));
  if (index >= 0)
    throw new KernelcastError('CONVENTIONS', 'a time is missing or absurd', { where: { ...where, index } });

  const bounds = grid.variables.get(textAttribute(attributes, 'bounds') ?? '');
  const hasBounds = bounds?.shape.length === 2 && bounds.shape[1] === 2 && bounds.shape[0] > 0 && !isText(bounds);
  if (!hasBounds) return { times, cell: undefined };
  const [from, to] = await grid.read(bounds, [0, 0], [1, 2]);
  return { times, cell: Math.abs(to - from) * millisecondsPerUnit };
}
