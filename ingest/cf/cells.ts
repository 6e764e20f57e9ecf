/** The places of a grid's cells where each has a latitude and longitude of its own: projected, rotated, unstructured grids. */
import { KernelcastError } from '../../src/errors.ts';
import type { DataFile, DataVariable } from '../formats/data-file.ts';
import { coordinateOf, readDegrees } from './coordinates.ts';

export interface Cells {
  rows: number;
  /** 1 where the cells lie in one row, as those of unstructured grids do. */
  columns: number;
  /** Degrees, [row, column]; NaN where the file tells no place. */
  latitudes: Float64Array;
  /** Within -180..180. */
  longitudes: Float64Array;
}

/**
 * @throws KernelcastError `CONVENTIONS`: no cell has a place, one is not on the Earth, or they move with time; `UNIT`: not in degrees
 */
export async function readCells(data: DataFile, latitude: DataVariable, longitude: DataVariable): Promise<Cells> {
  const isTime = latitude.dimensions.length === 1 && coordinateOf(data, latitude.dimensions[0], 'time') !== undefined;
  if (isTime || latitude.shape.length === 0) return onePlace(data, latitude, longitude);
  const latitudes = await placesIn(data, latitude, 'latitude');
  const longitudes = (await placesIn(data, longitude, 'longitude')).map(
    (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180,
  );
  const wrong = latitudes.findIndex((degrees) => Math.abs(degrees) > 90 + 1e-3);
  const index = wrong < 0 && latitudes.every(Number.isNaN) ? 0 : wrong;
  if (index >= 0) {
    throw new KernelcastError('CONVENTIONS', 'a cell of the grid is not on the Earth', {
      where: { file: data.path, variable: latitude.name, index, value: latitudes[index] ?? 'none' },
    });
  }
  const [rows, columns = 1] = latitude.shape.slice(-2);
  return { rows, columns, latitudes: latitudes.map((degrees) => Math.max(-90, Math.min(90, degrees))), longitudes };
}

/** A place that is told for each time and stays, or once for all. */
async function onePlace(data: DataFile, latitude: DataVariable, longitude: DataVariable): Promise<Cells> {
  const [north, east] = [
    await readDegrees(data, latitude, 'latitude'),
    await readDegrees(data, longitude, 'longitude'),
  ];
  const told = north.findIndex((degrees, i) => !Number.isNaN(degrees + east[i]));
  const moved = north.findIndex(
    (degrees, i) => Math.abs(degrees - north[told]) > SAME_PLACE || Math.abs(east[i] - east[told]) > SAME_PLACE,
  );
  const where = { file: data.path, variables: `${latitude.name}, ${longitude.name}` };
  if (moved >= 0) {
    throw new KernelcastError('CONVENTIONS', 'the values are those of a trajectory: their place changes with time', {
      where: { ...where, index: moved, latitude: north[moved], longitude: east[moved] },
      hint: 'Kernelcast reads grids and stations, which stay where they are.',
    });
  }
  if (told < 0 || Math.abs(north[told]) > 90) {
    throw new KernelcastError('CONVENTIONS', 'the place of the values is not on the Earth', { where });
  }
  const longitudes = Float64Array.of(((((east[told] + 180) % 360) + 360) % 360) - 180);
  return { rows: 1, columns: 1, latitudes: Float64Array.of(north[told]), longitudes };
}

/** Degrees: coordinates come rounded. */
const SAME_PLACE = 1e-3;

/** WRF writes the places of its cells again for each time. */
async function placesIn(data: DataFile, variable: DataVariable, role: 'latitude' | 'longitude'): Promise<Float64Array> {
  const [times, ...cells] = variable.shape;
  if (cells.length < 2) return readDegrees(data, variable, role);
  const at = (time: number) =>
    readDegrees(data, variable, role, { start: [time, 0, 0], count: [Math.min(1, times), ...cells] });
  const first = await at(0);
  const last = times > 1 ? await at(times - 1) : first;
  const index = first.findIndex((value, i) => !Object.is(value, last[i]));
  if (index < 0) return first;
  throw new KernelcastError('CONVENTIONS', 'the cells of the grid move with time', {
    where: { file: data.path, variable: variable.name, index },
    hint: 'Split the file by time, or interpolate it to a grid that stays.',
  });
}
