/** Latitudes and longitudes of a regular grid: ascending or descending, 0..360 or -180..180, all the way round or not. */
import { KernelcastError } from '../../src/errors.ts';
import type { DataFile, DataVariable } from '../formats/data-file.ts';
import { type Cells, readCells } from './cells.ts';
import { readDegrees } from './coordinates.ts';
import type { HorizontalLayout } from './grid-layout.ts';

export interface HorizontalAxes {
  /** Degrees north, strictly ascending or descending, within -90..90. */
  latitudes: Float64Array;
  /** Degrees east, strictly ascending or descending; multiples of 360 are added so that there is no jump. */
  longitudes: Float64Array;
  /** Whether the last column is a neighbour of the first. */
  wraps: boolean;
}

/** Where the points of a grid are. */
export function readPlaces(data: DataFile, layout: HorizontalLayout): Promise<HorizontalAxes | Cells> {
  const { kind, latitude, longitude } = layout;
  return kind === 'axes' ? readHorizontalAxes(data, latitude, longitude) : readCells(data, latitude, longitude);
}

/** Coordinates in float32 miss the pole by a hair. */
const HAIR = 1e-3;

/**
 * @throws KernelcastError `CONVENTIONS` naming the index at which an axis goes wrong; `UNIT` when it is not in degrees
 */
export async function readHorizontalAxes(
  data: DataFile,
  latitude: DataVariable,
  longitude: DataVariable,
): Promise<HorizontalAxes> {
  const latitudes = await readDegrees(data, latitude, 'latitude');
  const longitudes = unwrapped(await readDegrees(data, longitude, 'longitude'));
  check(data, latitude, latitudes, 90 + HAIR);
  check(data, longitude, longitudes, 1080);
  return {
    latitudes: latitudes.map((value) => Math.max(-90, Math.min(90, value))),
    longitudes,
    wraps: goesRound(longitudes),
  };
}

function check(data: DataFile, variable: DataVariable, values: Float64Array, most: number): void {
  const ascending = values[1] > values[0];
  const index = values.findIndex(
    (value, i) =>
      !(Math.abs(value) <= most) || (i > 0 && (value === values[i - 1] || value > values[i - 1] !== ascending)),
  );
  if (index < 0 && values.length > 0) return;
  throw new KernelcastError(
    'CONVENTIONS',
    values.length === 0 ? 'the axis is empty' : 'the axis is missing a value, leaves the Earth, or turns back',
    { where: { file: data.path, variable: variable.name, index, value: values[index] ?? 'none' } },
  );
}

/** `..., 179, -180, ...` becomes `..., 179, 180, ...`; an axis without a jump stays as it is. */
function unwrapped(longitudes: Float64Array): Float64Array {
  const steps = longitudes.slice(1).map((value, i) => value - longitudes[i]);
  if (steps.every((step) => step > 0) || steps.every((step) => step < 0)) return longitudes;
  const result = longitudes.slice();
  let turns = 0;
  for (let i = 1; i < result.length; i++) {
    turns -= Math.round(steps[i - 1] / 360);
    result[i] = longitudes[i] + 360 * turns;
  }
  return result;
}

/** The gap between the last column and the first, eastward, is no wider than the widest between neighbours. */
function goesRound(longitudes: Float64Array): boolean {
  const count = longitudes.length;
  if (count < 2) return false;
  let widest = 0;
  for (let i = 1; i < count; i++) widest = Math.max(widest, Math.abs(longitudes[i] - longitudes[i - 1]));
  return 360 - Math.abs(longitudes[count - 1] - longitudes[0]) <= widest * 1.01;
}
