/** The regular latitude-longitude grid of the sample world, poles included. Fields are [latitude, longitude], south first. */
import { KernelcastError } from '../../src/errors.ts';

export interface WorldGrid {
  /** Degrees between neighbours. */
  resolution: number;
  /** -90 .. 90 */
  latitudes: Float64Array;
  /** 0 .. 360 - resolution */
  longitudes: Float64Array;
  /** The number of latitudes, and of longitudes. */
  rows: number;
  columns: number;
}

/** @throws KernelcastError `USAGE` unless the resolution divides 180 and leaves at least twelve longitudes. */
export function worldGrid(resolution: number): WorldGrid {
  const steps = 180 / resolution;
  if (!Number.isInteger(steps) || steps < 6 || steps > 720) {
    throw new KernelcastError('USAGE', `a grid of ${resolution} degrees does not fit the globe`, {
      where: { resolution },
      hint: 'Choose a resolution from 0.25 to 30 degrees that divides 180, such as 5 or 2.5.',
    });
  }
  const rows = steps + 1;
  const columns = 2 * steps;
  return {
    resolution,
    latitudes: Float64Array.from({ length: rows }, (_, row) => -90 + row * resolution),
    longitudes: Float64Array.from({ length: columns }, (_, column) => column * resolution),
    rows,
    columns,
  };
}
