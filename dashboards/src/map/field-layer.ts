/** The field on the page: painted small, one pixel a cell, and drawn large - flat by the browser's own smoothing, round by hand. */
import type { Station } from '../api/contracts.ts';
import type { ColourScale } from '../colour/scale.ts';
import { type FieldGrid, fieldGrid, paintField } from './field.ts';
import { unprojectGlobe } from './globe.ts';
import type { Projection } from './projection.ts';
import { project, type Size, type Viewport } from './viewport.ts';

/** How strongly the field colours the ground. */
const OPACITY = 0.78;
/** Pixels of the page a pixel of the globe's picture, at rest and on the move. */
const BLOCK = 3;
const MOVING_BLOCK = 7;

export interface FieldView {
  projection: Projection;
  viewport: Viewport;
  size: Size;
  moving: boolean;
}

export interface FieldLayer {
  /** Which stations colour which cell; the same object as long as the stations are the same. */
  grid(stations: readonly Station[]): FieldGrid;
  draw(
    context: CanvasRenderingContext2D,
    view: FieldView,
    stations: readonly Station[],
    value: Float32Array,
    scale: ColourScale,
  ): void;
}

export function createFieldLayer(): FieldLayer {
  const picture = document.createElement('canvas');
  const round = document.createElement('canvas');
  let grid: FieldGrid | undefined;
  let known: readonly Station[] = [];
  let image: ImageData | undefined;
  let painted: { value: Float32Array; scale: ColourScale } | undefined;

  function gridOf(stations: readonly Station[]): FieldGrid {
    if (!grid || !sameStations(known, stations)) {
      grid = fieldGrid(stations);
      painted = undefined;
    }
    known = stations;
    return grid;
  }

  function drawFlat(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    size: Size,
    { columns, rows }: FieldGrid,
  ): void {
    const [left, top] = project(viewport, size, -180, 90);
    const [width, height] = [360 * viewport.scale, 180 * viewport.scale];
    for (const world of [-1, 0, 1]) {
      const x = left + world * width;
      if (x < size.width && x + width > 0) context.drawImage(picture, 1, 0, columns, rows, x, top, width, height);
    }
  }

  function drawRound(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    size: Size,
    pixels: Uint8ClampedArray,
    of: FieldGrid,
    block: number,
  ): void {
    const [width, height] = [Math.ceil(size.width / block), Math.ceil(size.height / block)];
    round.width = width;
    round.height = height;
    const pencil = round.getContext('2d');
    if (!pencil) return;
    const target = pencil.createImageData(width, height);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const place = unprojectGlobe(viewport, size, (column + 0.5) * block, (row + 0.5) * block);
        if (place) sample(pixels, of, place, target.data, (row * width + column) * 4);
      }
    }
    pencil.putImageData(target, 0, 0);
    context.drawImage(round, 0, 0, width * block, height * block);
  }

  return {
    grid: gridOf,
    draw(context, { projection, viewport, size, moving }, stations, value, scale) {
      const pencil = picture.getContext('2d');
      if (!pencil || stations.length === 0) return;
      const of = gridOf(stations);
      const { columns, rows } = of;
      if (painted?.value !== value || painted.scale !== scale || !image) {
        // A column more on either side, so that the smoothing knows nothing of the date line.
        if (image?.width !== columns) [picture.width, picture.height] = [columns + 2, rows];
        image = pencil.createImageData(columns, rows);
        paintField(of, value, scale.rgb, image.data);
        for (const shift of [1 - columns, 1, 1 + columns]) pencil.putImageData(image, shift, 0);
        painted = { value, scale };
      }
      context.globalAlpha = OPACITY;
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      if (projection.kind === 'globe')
        drawRound(context, viewport, size, image.data, of, moving ? MOVING_BLOCK : BLOCK);
      else drawFlat(context, viewport, size, of);
      context.globalAlpha = 1;
    },
  };
}

/** The colour at a place between the four cells about it. */
function sample(
  pixels: Uint8ClampedArray,
  { columns, rows }: FieldGrid,
  { longitude, latitude }: { longitude: number; latitude: number },
  target: Uint8ClampedArray,
  at: number,
): void {
  const x = ((longitude + 180) / 360) * columns - 0.5;
  const y = Math.min(rows - 1, Math.max(0, ((90 - latitude) / 180) * rows - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [(left + 1 + columns) % columns, Math.min(rows - 1, top + 1)];
  const [dx, dy] = [x - left, y - top];
  const west = (left + columns) % columns;
  const corners = [top * columns + west, top * columns + right, below * columns + west, below * columns + right];
  const weights = [(1 - dx) * (1 - dy), dx * (1 - dy), (1 - dx) * dy, dx * dy];
  let alpha = 0;
  for (let corner = 0; corner < 4; corner++) alpha += weights[corner] * pixels[corners[corner] * 4 + 3];
  if (alpha === 0) return;
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let corner = 0; corner < 4; corner++) {
      // By opacity too: what has no colour must not darken its neighbours.
      const cell = corners[corner] * 4;
      sum += weights[corner] * pixels[cell + channel] * pixels[cell + 3];
    }
    target[at + channel] = sum / alpha;
  }
  target[at + 3] = alpha;
}

function sameStations(a: readonly Station[], b: readonly Station[]): boolean {
  return a.length === b.length && (a === b || a.every((station, index) => station === b[index]));
}
