/** A small map of how far a run was off, a dot a station: light where it was close, dark where it was far off. */
import type { Station } from '../api/contracts.ts';
import { colourScale } from '../colour/scale.ts';
import { COARSE } from '../map/atlas.ts';
import { openCanvas } from '../map/canvas.ts';
import { drawGround, drawOutlines, outlines } from '../map/land.ts';
import { projectionOf } from '../map/projection.ts';
import type { Theme } from '../theme.ts';
import type { StationError } from './station-errors.ts';

const RADIUS = 4;

/** Sequential, from the ground's lightness away: a station that stands out is one that was far off. */
function errorScale(least: number, most: number, dark: boolean) {
  const colours = dark
    ? ['#2b3a52', '#6a4b8c', '#c8527e', '#f79a5c', '#fff0b3']
    : ['#fdf1d8', '#f6b56b', '#d95f59', '#8f2f77', '#35134f'];
  return colourScale(
    colours.map((colour, index) => [least + ((most - least) * index) / (colours.length - 1), colour] as const),
  );
}

export interface ErrorMap {
  scale: ReturnType<typeof errorScale>;
  /** Ends of the scale, °C or m/s. */
  least: number;
  most: number;
}

/** @returns the scale, for a legend */
export function drawErrorMap(
  canvas: HTMLCanvasElement,
  errors: readonly StationError[],
  stations: ReadonlyMap<string, Station>,
  theme: Theme,
): ErrorMap {
  const sorted = errors.map(({ mae }) => mae).sort((a, b) => a - b);
  // The twentieth at either end shares an end of the scale, so that one station does not pale all others.
  const least = sorted[Math.floor(sorted.length * 0.05)] ?? 0;
  const most = Math.max(least + 1e-6, sorted[Math.floor(sorted.length * 0.95)] ?? 1);
  const scale = errorScale(least, most, theme.dark);
  const { width, height } = canvas.getBoundingClientRect();
  const size = { width, height };
  const projection = projectionOf('flat');
  const places = errors.flatMap(({ id }) => stations.get(id) ?? []);
  const viewport = projection.viewFor(places, size);
  const context = openCanvas(canvas, size);
  const shapes = outlines(projection, viewport, size, COARSE);
  drawGround(context, shapes, size, theme);
  drawOutlines(context, shapes, theme);
  context.strokeStyle = theme.dotEdge;
  context.lineWidth = 0.7;
  // The largest on top.
  for (const { id, mae } of errors.toSorted((a, b) => a.mae - b.mae)) {
    const station = stations.get(id);
    if (!station) continue;
    const [x, y] = projection.project(viewport, size, station.longitude, station.latitude);
    context.beginPath();
    context.arc(x, y, RADIUS, 0, 7);
    context.fillStyle = scale.colour(mae);
    context.fill();
    context.stroke();
  }
  return { scale, least, most };
}
