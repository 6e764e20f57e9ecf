/**
 * Wind that is told along the rows and columns of a grid (CF's x_wind and y_wind; most GRIB files of projected grids), turned to
 * east and north. The angle at each cell comes from the places of its neighbours in the row; columns stand across rows,
 * counter-clockwise from them, as on the conformal projections that such grids have.
 */
import type { Cells } from '../cf/cells.ts';

const DEGREE = Math.PI / 180;

export interface Turn {
  /** [point], of the angle from east to the direction in which columns count, counter-clockwise. */
  cosine: Float64Array;
  sine: Float64Array;
}

/**
 * @param rows, columns of the points
 * @param reversed whether columns count against the direction of x
 */
export function turnAt(cells: Cells, rows: Int32Array, columns: Int32Array, reversed: boolean): Turn {
  const { columns: width, latitudes, longitudes } = cells;
  const [cosine, sine] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    const [before, after] = [Math.max(0, columns[i] - 1), Math.min(width - 1, columns[i] + 1)];
    const [a, b] = [rows[i] * width + before, rows[i] * width + after];
    const east = ((longitudes[b] - longitudes[a] + 540) % 360) - 180;
    const x = east * Math.cos(latitudes[rows[i] * width + columns[i]] * DEGREE);
    const y = latitudes[b] - latitudes[a];
    const length = (reversed ? -1 : 1) * Math.hypot(x, y);
    [cosine[i], sine[i]] = [x / length, y / length];
  }
  return { cosine, sine };
}

/** Turns u and v, [time, point], in place. */
export function turnWind(u: Float64Array, v: Float64Array, { cosine, sine }: Turn): void {
  for (let i = 0; i < u.length; i++) {
    const [point, along, across] = [i % cosine.length, u[i], v[i]];
    u[i] = along * cosine[point] - across * sine[point];
    v[i] = along * sine[point] + across * cosine[point];
  }
}
