/**
 * Weights of bilinear interpolation in latitude and longitude, computed once and used for all times.
 *
 * Across the date line the last column is a neighbour of the first. Between the last row and the pole (on a grid that goes
 * all the way round and ends within a row's distance of the pole) there are two ways: `mean` interpolates towards the mean
 * of the last row, which is right for temperature and speed; `row` keeps the last row, which is right for the components
 * of wind: their directions turn with the meridians, so that their mean along a row is not the wind at the pole.
 */
import type { HorizontalAxes } from '../cf/horizontal-axes.ts';

export type PoleRule = 'mean' | 'row';

export interface Neighbour {
  row: number;
  column: number;
  weight: number;
}

/** A station so little outside the grid (in degrees; 0.1 km) is on its edge: coordinates come rounded. */
const EDGE = 1e-3;

/** Two positions on an axis and the weight of the second. */
interface Bracket {
  first: number;
  second: number;
  fraction: number;
}

/** The neighbours of a point and their weights (all above 0, sum 1); undefined where the point is outside the grid. */
export function bilinearNeighbours(
  axes: HorizontalAxes,
  latitude: number,
  longitude: number,
  pole: PoleRule,
): Neighbour[] | undefined {
  const east = bracketLongitude(axes, longitude);
  if (!east) return undefined;
  const north = bracket(axes.latitudes, latitude);
  if (north) return [...along(north.first, east, 1 - north.fraction), ...along(north.second, east, north.fraction)];

  const row = polarRow(axes, latitude);
  if (row === undefined) return undefined;
  if (pole === 'row') return along(row, east, 1);
  const last = Math.abs(axes.latitudes[row]);
  const fraction = (Math.abs(latitude) - last) / (90 - last);
  const columns = distinctColumns(axes.longitudes);
  const ring = Array.from({ length: columns }, (_, column) => ({ row, column, weight: fraction / columns }));
  return [...along(row, east, 1 - fraction), ...ring];
}

function along(row: number, { first, second, fraction }: Bracket, weight: number): Neighbour[] {
  return [
    { row, column: first, weight: weight * (1 - fraction) },
    { row, column: second, weight: weight * fraction },
  ].filter((neighbour) => neighbour.weight > 0);
}

/** The row at the edge towards the pole, if the point lies beyond it and the grid is a polar cap's neighbour. */
function polarRow({ latitudes, wraps }: HorizontalAxes, latitude: number): number | undefined {
  const last = latitudes.length - 1;
  if (!wraps || last < 1) return undefined;
  const northRow = latitudes[last] > latitudes[0] ? last : 0;
  const row = latitude > latitudes[northRow] ? northRow : last - northRow;
  const spacing = Math.abs(latitudes[row] - latitudes[row === 0 ? 1 : last - 1]);
  return 90 - Math.abs(latitudes[row]) <= spacing * 1.01 ? row : undefined;
}

function bracketLongitude({ longitudes, wraps }: HorizontalAxes, longitude: number): Bracket | undefined {
  const last = longitudes.length - 1;
  const west = Math.min(longitudes[0], longitudes[last]);
  // The same meridian at or east of the western edge, but for the rounding that EDGE forgives.
  const turns = Math.floor((longitude - west + EDGE) / 360);
  const wrapped = longitude - 360 * turns;
  const inside = bracket(longitudes, wrapped);
  if (inside || !wraps) return inside;
  const [from, to] = longitudes[last] > longitudes[0] ? [last, 0] : [0, last];
  return {
    first: from,
    second: to,
    fraction: (wrapped - longitudes[from]) / (longitudes[to] + 360 - longitudes[from]),
  };
}

/** A column that repeats the first (0 and 360) is counted once. */
function distinctColumns(longitudes: Float64Array): number {
  const span = Math.abs(longitudes[longitudes.length - 1] - longitudes[0]);
  return span >= 360 - EDGE ? longitudes.length - 1 : longitudes.length;
}

/** Where a value lies on a strictly ascending or descending axis. */
function bracket(axis: Float64Array, value: number): Bracket | undefined {
  const last = axis.length - 1;
  const sign = axis[last] >= axis[0] ? 1 : -1;
  if (sign * (axis[0] - value) > EDGE || sign * (value - axis[last]) > EDGE) return undefined;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sign * (axis[middle] - value) <= 0) low = middle;
    else high = middle;
  }
  const fraction = high === low ? 0 : (value - axis[low]) / (axis[high] - axis[low]);
  return { first: low, second: high, fraction: Math.max(0, Math.min(1, fraction)) };
}
