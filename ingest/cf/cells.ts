/** The places of a grid's cells where each has a latitude and longitude of its own: projected, rotated, unstructured grids. */
import { KernelcastError } from '../../src/errors.ts';
import type { Grid, GridVariable } from '../grid.ts';
import { readDegrees } from './coordinates.ts';

export interface Cells {
  rows: number;
  /** 1 where the cells lie in one row, as those of unstructured grids do. */
  columns: number;
  /** Degrees, [row, column]; NaN where the file tells no place. */
  latitudes: Float64Array;
  /** Within -180..180. */
  longitudes: Float64Array;
}

/** @throws KernelcastError `CONVENTIONS`: no cell has a place, or one is not on the Earth; `UNIT`: not in degrees */
export async function readCells(grid: Grid, latitude: GridVariable, longitude: GridVariable): Promise<Cells> {
  const latitudes = await readDegrees(grid, latitude, 'latitude');
  const longitudes = (await readDegrees(grid, longitude, 'longitude')).map(
    (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180,
  );
  const wrong = latitudes.findIndex((degrees) => Math.abs(degrees) > 90 + 1e-3);
  const index = wrong < 0 && latitudes.every(Number.isNaN) ? 0 : wrong;
  if (index >= 0) {
    throw new KernelcastError('CONVENTIONS', 'a cell of the grid is not on the Earth', {
      where: { file: grid.path, variable: latitude.name, index, value: latitudes[index] ?? 'none' },
    });
  }
  const [rows, columns = 1] = latitude.shape;
  return { rows, columns, latitudes: latitudes.map((degrees) => Math.max(-90, Math.min(90, degrees))), longitudes };
}
