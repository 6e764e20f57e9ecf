/** The field on the page: painted small, and drawn large over the land - a station in the middle of the sea knows little of it. */
import type { Station } from '../api/contracts.ts';
import type { ColourScale } from '../colour/scale.ts';
import { contextOf } from './canvas.ts';
import { type FieldGrid, fieldGrid, paintField } from './field.ts';
import { type GlobeSamples, globeSamples, paintSamples, type Raster } from './globe-field.ts';
import type { Projection } from './projection.ts';
import { project, type Size, type Viewport } from './viewport.ts';

/** How strongly the field colours the ground. */
const OPACITY = 0.78;
/** Pixels of the page a pixel of the small picture, at rest and, on the globe, on the move. */
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
  /** Colours the land, and leaves the rest of the canvas alone. */
  draw(
    context: CanvasRenderingContext2D,
    view: FieldView,
    land: Path2D,
    stations: readonly Station[],
    value: Float32Array,
    scale: ColourScale,
  ): void;
}

export function createFieldLayer(): FieldLayer {
  /** A pixel a cell. */
  const cells = document.createElement('canvas');
  /** A pixel a block of the map. */
  const blocks = document.createElement('canvas');
  let grid: FieldGrid | undefined;
  let known: readonly Station[] = [];
  let image: ImageData | undefined;
  let painted: { value: Float32Array; scale: ColourScale } | undefined;
  let sampled: { of: FieldView; grid: FieldGrid; samples: GlobeSamples } | undefined;

  function gridOf(stations: readonly Station[]): FieldGrid {
    if (!grid || !sameStations(known, stations)) {
      grid = fieldGrid(stations);
      painted = undefined;
    }
    known = stations;
    return grid;
  }

  function paintCells(of: FieldGrid, value: Float32Array, scale: ColourScale): ImageData {
    const { columns, rows } = of;
    if (image && painted?.value === value && painted.scale === scale) return image;
    // A column more on either side, so that the smoothing knows nothing of the date line.
    if (cells.width !== columns + 2) [cells.width, cells.height] = [columns + 2, rows];
    const pencil = contextOf(cells);
    image ??= pencil.createImageData(columns, rows);
    paintField(of, value, scale.rgb, image.data);
    for (const shift of [1 - columns, 1, 1 + columns]) pencil.putImageData(image, shift, 0);
    painted = { value, scale };
    return image;
  }

  /** By the browser's own smoothing. */
  function paintFlat({ viewport, size }: FieldView, { columns, rows }: FieldGrid, { block, origin }: Raster): void {
    const pencil = contextOf(blocks);
    pencil.clearRect(0, 0, blocks.width, blocks.height);
    pencil.imageSmoothingQuality = 'high';
    const [left, top] = project(viewport, size, -180, 90).map((place) => (place - origin) / block);
    const [width, height] = [360, 180].map((degrees) => (degrees * viewport.scale) / block);
    for (const world of [-1, 0, 1]) {
      const x = left + world * width;
      if (x < blocks.width && x + width > 0) pencil.drawImage(cells, 1, 0, columns, rows, x, top, width, height);
    }
  }

  /** By hand: no canvas turns a rectangle into a ball. */
  function paintRound(view: FieldView, of: FieldGrid, { data }: ImageData, raster: Raster): void {
    const { viewport, size, moving } = view;
    const { viewport: seen, size: room, moving: wasMoving } = sampled?.of ?? {};
    if (!sampled || seen !== viewport || room !== size || wasMoving !== moving || sampled.grid !== of) {
      sampled = { of: view, grid: of, samples: globeSamples(viewport, size, raster, of) };
    }
    const pencil = contextOf(blocks);
    const target = pencil.createImageData(raster.columns, raster.rows);
    paintSamples(sampled.samples, data, target.data);
    pencil.putImageData(target, 0, 0);
  }

  return {
    grid: gridOf,
    draw(context, view, land, stations, value, scale) {
      if (stations.length === 0) return;
      const of = gridOf(stations);
      const colours = paintCells(of, value, scale);
      const round = view.projection.kind === 'globe';
      const raster = rasterOf(view.size, round && view.moving ? MOVING_BLOCK : BLOCK);
      const { columns, rows, block, origin } = raster;
      if (blocks.width !== columns || blocks.height !== rows) [blocks.width, blocks.height] = [columns, rows];
      if (round) paintRound(view, of, colours, raster);
      else paintFlat(view, of, raster);
      const pattern = context.createPattern(blocks, 'no-repeat');
      if (!pattern) return;
      pattern.setTransform(new DOMMatrix([block, 0, 0, block, origin, origin]));
      context.globalAlpha = OPACITY;
      context.fillStyle = pattern;
      context.fill(land);
      context.globalAlpha = 1;
    },
  };
}

/** A block more on every side of the map, so that the smoothing does not fade at its edges. */
function rasterOf({ width, height }: Size, block: number): Raster {
  return { columns: Math.ceil(width / block) + 2, rows: Math.ceil(height / block) + 2, block, origin: -block };
}

function sameStations(a: readonly Station[], b: readonly Station[]): boolean {
  return a.length === b.length && (a === b || a.every((station, index) => station === b[index]));
}
