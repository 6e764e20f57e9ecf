/**
 * The field as it lies on the globe: which cells of its grid are behind each pixel of a small picture, worked out once for a view,
 * and the colours of an hour, mixed from those cells as often as the hour changes. Pure.
 */
import type { FieldGrid } from './field.ts';
import { unprojectGlobe } from './globe.ts';
import type { Size, Viewport } from './viewport.ts';

const CORNERS = 4;

export interface GlobeSamples {
  /** Pixels of the picture that show the globe, by their place in it, row by row from the top left. */
  pixels: Int32Array;
  /** The four cells about each of them. */
  cells: Int32Array;
  /** How near each of those cells is; the four sum to one. */
  weights: Float32Array;
}

/** Where pixels of the picture lie on the map: `block` pixels of the map each, the first one beginning at `origin`, in both directions. */
export interface Raster {
  columns: number;
  rows: number;
  block: number;
  origin: number;
}

export function globeSamples(
  viewport: Viewport,
  size: Size,
  { columns, rows, block, origin }: Raster,
  grid: Pick<FieldGrid, 'columns' | 'rows'>,
): GlobeSamples {
  const pixels = new Int32Array(columns * rows);
  const cells = new Int32Array(columns * rows * CORNERS);
  const weights = new Float32Array(columns * rows * CORNERS);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = unprojectGlobe(viewport, size, origin + (column + 0.5) * block, origin + (row + 0.5) * block);
      if (!place) continue;
      const x = ((place.longitude + 180) / 360) * grid.columns - 0.5;
      const y = Math.min(grid.rows - 1, Math.max(0, ((90 - place.latitude) / 180) * grid.rows - 0.5));
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [dx, dy] = [x - left, y - top];
      // East of the last column comes the first one again.
      const [west, east] = [(left + grid.columns) % grid.columns, (left + 1 + grid.columns) % grid.columns];
      const [north, south] = [top * grid.columns, Math.min(grid.rows - 1, top + 1) * grid.columns];
      const at = count * CORNERS;
      cells[at] = north + west;
      cells[at + 1] = north + east;
      cells[at + 2] = south + west;
      cells[at + 3] = south + east;
      weights[at] = (1 - dx) * (1 - dy);
      weights[at + 1] = dx * (1 - dy);
      weights[at + 2] = (1 - dx) * dy;
      weights[at + 3] = dx * dy;
      pixels[count++] = row * columns + column;
    }
  }
  return {
    pixels: pixels.subarray(0, count),
    cells: cells.subarray(0, count * CORNERS),
    weights: weights.subarray(0, count * CORNERS),
  };
}

/**
 * @param colours of the cells: red, green, blue, opacity, 0..255
 * @param target the picture, in the same four bytes; pixels beside the globe stay as they are
 */
export function paintSamples(
  { pixels, cells, weights }: GlobeSamples,
  colours: Uint8ClampedArray,
  target: Uint8ClampedArray,
): void {
  for (let index = 0; index < pixels.length; index++) {
    let [red, green, blue, opacity] = [0, 0, 0, 0];
    for (let corner = index * CORNERS; corner < (index + 1) * CORNERS; corner++) {
      const cell = cells[corner] * 4;
      // By opacity too: what has no colour must not darken its neighbours.
      const weight = weights[corner] * colours[cell + 3];
      red += weight * colours[cell];
      green += weight * colours[cell + 1];
      blue += weight * colours[cell + 2];
      opacity += weight;
    }
    const at = pixels[index] * 4;
    target[at] = red / opacity;
    target[at + 1] = green / opacity;
    target[at + 2] = blue / opacity;
    target[at + 3] = opacity;
  }
}
