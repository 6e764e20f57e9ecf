/**
 * The colour between the stations: values interpolated on a coarse grid, by inverse distance from the nearest stations
 * (modified Shepard weights: R. Franke, G. Nielson, 1980). A help for the eye and nothing more: read-outs are of stations only,
 * and far from any station there is no colour at all. Pure.
 */
import type { Station } from '../api/contracts.ts';

export interface FieldGrid {
  columns: number;
  rows: number;
  /** `neighbours` stations of each cell, row by row from the north-west corner; -1 = too far from any. */
  stations: Int32Array;
  /** Their weights, which sum to one. */
  weights: Float32Array;
  neighbours: number;
  /** How much of the colour shows, 0..1: fades with the distance to the nearest station. */
  opacity: Float32Array;
}

const CELL = 3;
const NEIGHBOURS = 8;
const RADIAN = Math.PI / 180;
/** Great-circle distances, degrees: as far as this a station colours fully, beyond that ever less, and then not at all. */
const NEAR = 12;
const FAR = 30;

/** Which stations colour which cell, and how much; to be done once for a set of stations. */
export function fieldGrid(stations: readonly Station[]): FieldGrid {
  const [columns, rows] = [360 / CELL, 180 / CELL];
  const neighbours = Math.min(NEIGHBOURS, stations.length);
  const grid: FieldGrid = {
    columns,
    rows,
    neighbours,
    stations: new Int32Array(columns * rows * neighbours).fill(-1),
    weights: new Float32Array(columns * rows * neighbours),
    opacity: new Float32Array(columns * rows),
  };
  // Unit vectors from south to north, so that a cell can look at the nearest latitudes first.
  const byLatitude = stations.map((_, index) => index).sort((a, b) => stations[a].latitude - stations[b].latitude);
  const latitudes = byLatitude.map((index) => stations[index].latitude);
  const vectors = Float64Array.from(
    byLatitude.flatMap((index) => vector(stations[index].longitude, stations[index].latitude)),
  );
  for (let row = 0; row < rows; row++) {
    const latitude = 90 - (row + 0.5) * CELL;
    for (let column = 0; column < columns; column++) {
      const at = vector(-180 + (column + 0.5) * CELL, latitude);
      const near = nearest(vectors, latitudes, at, latitude, neighbours + 1);
      fillCell(grid, row * columns + column, near, byLatitude);
    }
  }
  return grid;
}

interface Near {
  order: number;
  /** Degrees. */
  distance: number;
}

function fillCell(grid: FieldGrid, cell: number, near: readonly Near[], byLatitude: readonly number[]): void {
  if (near.length === 0 || near[0].distance >= FAR) return;
  const used = near.slice(0, grid.neighbours);
  // The reach of the weights: where the next station begins, so that the field has no steps.
  const reach = Math.max(near[near.length - 1].distance, used[used.length - 1].distance * 1.001, 1e-6);
  const weights = used.map(({ distance }) => {
    const soft = distance + 0.4;
    return (Math.max(0, reach - distance) / (reach * soft)) ** 2;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  used.forEach(({ order }, index) => {
    grid.stations[cell * grid.neighbours + index] = byLatitude[order];
    grid.weights[cell * grid.neighbours + index] = sum > 0 ? weights[index] / sum : 1 / used.length;
  });
  grid.opacity[cell] = Math.min(1, Math.max(0, (FAR - near[0].distance) / (FAR - NEAR)));
}

/** The nearest stations, nearest first; those whose latitude alone puts them too far are never looked at. */
function nearest(
  vectors: Float64Array,
  latitudes: readonly number[],
  [x, y, z]: readonly number[],
  latitude: number,
  count: number,
): Near[] {
  const found: { order: number; closeness: number }[] = [];
  let least = Math.cos(FAR * RADIAN);
  let reach = FAR;
  const look = (order: number): void => {
    const closeness = vectors[order * 3] * x + vectors[order * 3 + 1] * y + vectors[order * 3 + 2] * z;
    if (closeness <= least) return;
    let at = found.length;
    while (at > 0 && found[at - 1].closeness < closeness) at--;
    found.splice(at, 0, { order, closeness });
    if (found.length > count) found.pop();
    if (found.length < count) return;
    least = found[count - 1].closeness;
    reach = Math.acos(Math.min(1, least)) / RADIAN;
  };
  let north = firstAtLeast(latitudes, latitude);
  let south = north - 1;
  for (;;) {
    const up = north < latitudes.length ? latitudes[north] - latitude : Number.POSITIVE_INFINITY;
    const down = south >= 0 ? latitude - latitudes[south] : Number.POSITIVE_INFINITY;
    if (Math.min(up, down) > reach) break;
    look(up < down ? north++ : south--);
  }
  return found.map(({ order, closeness }) => ({
    order,
    distance: Math.acos(Math.min(1, Math.max(-1, closeness))) / RADIAN,
  }));
}

function vector(longitude: number, latitude: number): [number, number, number] {
  const [lambda, phi] = [longitude * RADIAN, latitude * RADIAN];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The field as picture data, RGBA, one pixel a cell. Stations without a value are left out of their cells.
 * @param value along the stations that the grid was made of; NaN = missing
 * @param rgb the colour of a value, 0..255
 */
export function paintField(
  grid: FieldGrid,
  value: Float32Array,
  rgb: (value: number) => readonly [number, number, number],
  pixels: Uint8ClampedArray,
): void {
  const { opacity } = grid;
  fieldValues(grid, value).forEach((of, cell) => {
    const known = !Number.isNaN(of);
    const colour = known ? rgb(of) : ([0, 0, 0] as const);
    pixels[cell * 4] = colour[0];
    pixels[cell * 4 + 1] = colour[1];
    pixels[cell * 4 + 2] = colour[2];
    pixels[cell * 4 + 3] = known ? 255 * opacity[cell] : 0;
  });
}

/** Values between the stations, cell by cell; NaN where the field has no colour either. */
export function fieldValues(grid: FieldGrid, value: Float32Array): Float32Array {
  const { stations, weights, opacity, neighbours } = grid;
  const cells = new Float32Array(opacity.length).fill(Number.NaN);
  for (let cell = 0; cell < cells.length; cell++) {
    let [sum, weight] = [0, 0];
    for (let at = cell * neighbours; at < (cell + 1) * neighbours; at++) {
      const of = value[stations[at]];
      if (of === undefined || Number.isNaN(of)) continue;
      sum += of * weights[at];
      weight += weights[at];
    }
    if (weight > 0) cells[cell] = sum / weight;
  }
  return cells;
}
