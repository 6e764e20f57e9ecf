/** A small map of how good the forecasts were, a dot a station: by their error, or by their skill against persistence. */
import type { Station } from '../api/contracts.ts';
import { type ColourScale, colourScale } from '../colour/scale.ts';
import { COARSE } from '../map/atlas.ts';
import { openCanvas } from '../map/canvas.ts';
import { drawGround, drawOutlines, outlines } from '../map/land.ts';
import { projectionOf } from '../map/projection.ts';
import type { Theme } from '../theme.ts';
import type { StationScore } from './station-scores.ts';

const RADIUS = 4;

/** Error: sequential, from the ground's lightness away, so that a station that stands out is one that was far off. */
const ERROR_ON_LIGHT = ['#fdf1d8', '#f6b56b', '#d95f59', '#8f2f77', '#35134f'];
const ERROR_ON_DARK = ['#2b3a52', '#6a4b8c', '#c8527e', '#f79a5c', '#fff0b3'];
/** Skill: diverging at none, brown where persistence was better, blue-green where the forecast was. */
const SKILL_ON_LIGHT = ['#7a430c', '#d8a95a', '#f3efe2', '#6fbdb3', '#03524b'];
const SKILL_ON_DARK = ['#f0b45f', '#9c6a25', '#3b4650', '#2b8f85', '#8ff0e2'];

/** A twentieth of the stations at either end share an end of the scale, so that one does not pale all others. */
export function errorScale(scores: readonly StationScore[], dark: boolean): ColourScale {
  const sorted = scores.map(({ mae }) => mae).sort((a, b) => a - b);
  const least = sorted[Math.floor(sorted.length * 0.05)] ?? 0;
  const most = Math.max(least + 1e-6, sorted[Math.floor(sorted.length * 0.95)] ?? 1);
  return evenly(dark ? ERROR_ON_DARK : ERROR_ON_LIGHT, least, most);
}

/** From as much worse than persistence as perfect is better. */
export function skillScale(dark: boolean): ColourScale {
  return evenly(dark ? SKILL_ON_DARK : SKILL_ON_LIGHT, -1, 1);
}

function evenly(colours: readonly string[], least: number, most: number): ColourScale {
  return colourScale(
    colours.map((colour, index) => [least + ((most - least) * index) / (colours.length - 1), colour] as const),
  );
}

/** @param scores drawn in this order, the last on top */
export function drawStationMap(
  canvas: HTMLCanvasElement,
  scores: readonly StationScore[],
  colourOf: (score: StationScore) => string,
  stations: ReadonlyMap<string, Station>,
  theme: Theme,
): void {
  const { width, height } = canvas.getBoundingClientRect();
  const size = { width, height };
  const projection = projectionOf('flat');
  const places = scores.flatMap(({ id }) => stations.get(id) ?? []);
  const viewport = projection.viewFor(places, size);
  const context = openCanvas(canvas, size);
  const shapes = outlines(projection, viewport, size, COARSE);
  drawGround(context, shapes, size, theme);
  drawOutlines(context, shapes, theme);
  context.strokeStyle = theme.dotEdge;
  context.lineWidth = 0.7;
  for (const score of scores) {
    const station = stations.get(score.id);
    if (!station) continue;
    const [x, y] = projection.project(viewport, size, station.longitude, station.latitude);
    context.beginPath();
    context.arc(x, y, RADIUS, 0, 7);
    context.fillStyle = colourOf(score);
    context.fill();
    context.stroke();
  }
}
