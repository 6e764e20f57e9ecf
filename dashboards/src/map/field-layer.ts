/** The field on the page: painted small, one pixel a cell, and drawn large by the browser's own smoothing. */
import type { Station } from '../api/contracts.ts';
import type { ColourScale } from '../colour/scale.ts';
import { type FieldGrid, fieldGrid, paintField } from './field.ts';
import { project, type Size, type Viewport } from './viewport.ts';

/** How strongly the field colours the ground. */
const OPACITY = 0.72;

export interface FieldLayer {
  draw(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    size: Size,
    stations: readonly Station[],
    value: Float32Array,
    scale: ColourScale,
  ): void;
}

export function createFieldLayer(): FieldLayer {
  const picture = document.createElement('canvas');
  let grid: FieldGrid | undefined;
  let known: readonly Station[] = [];
  let image: ImageData | undefined;

  return {
    draw(context, viewport, size, stations, value, scale) {
      const pencil = picture.getContext('2d');
      if (!pencil || stations.length === 0) return;
      if (!grid || !sameStations(known, stations)) {
        grid = fieldGrid(stations);
        known = stations;
        // A column more on either side, so that the smoothing knows nothing of the date line.
        picture.width = grid.columns + 2;
        picture.height = grid.rows;
        image = pencil.createImageData(grid.columns, grid.rows);
      }
      if (!image) return;
      const { columns, rows } = grid;
      paintField(grid, value, scale.rgb, image.data);
      for (const shift of [1 - columns, 1, 1 + columns]) pencil.putImageData(image, shift, 0);

      const [left, top] = [project(viewport, size, -180, 90)[0], project(viewport, size, -180, 90)[1]];
      const [width, height] = [360 * viewport.scale, 180 * viewport.scale];
      context.globalAlpha = OPACITY;
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      for (const world of [-1, 0, 1]) {
        const x = left + world * width;
        if (x < size.width && x + width > 0) context.drawImage(picture, 1, 0, columns, rows, x, top, width, height);
      }
      context.globalAlpha = 1;
    },
  };
}

function sameStations(a: readonly Station[], b: readonly Station[]): boolean {
  return a.length === b.length && a.every((station, index) => station === b[index]);
}
