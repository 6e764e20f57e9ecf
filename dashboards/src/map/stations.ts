/** The stations on the map: coloured dots, wind arrows where there is room, and which station lies under a pointer. */
import type { ColourScale } from '../colour/scale.ts';
import type { Theme } from '../theme.ts';
import { channelsOf, contextOf } from './canvas.ts';
import { paintDot } from './dots.ts';
import type { Projection } from './projection.ts';
import type { Size, Viewport } from './viewport.ts';
import type { MapWeather } from './weather.ts';

/** Places on the map in pixels: x0, y0, x1, y1, ... along the stations; NaN where one cannot be seen. */
export type Positions = Float32Array;

export function stationPositions(
  weather: MapWeather,
  projection: Projection,
  viewport: Viewport,
  size: Size,
): Positions {
  const positions = new Float32Array(weather.stations.length * 2);
  weather.stations.forEach(({ longitude, latitude }, index) => {
    positions.set(projection.project(viewport, size, longitude, latitude), index * 2);
  });
  return positions;
}

/** Radius of a dot in pixels: fewer stations or a closer look, larger dots. */
export function dotRadius(stations: number, zoom: number, size: Size): number {
  const room = Math.sqrt((size.width * size.height) / Math.max(60, stations));
  return Math.min(9, Math.max(2, room / 10) * zoom ** 0.4);
}

const ARROW_ROOM = 26;

/** The stations whose arrows have room: no two nearer than a cell of the grid. Earlier stations go first. */
export function withRoomForArrows(positions: Positions, size: Size, room = ARROW_ROOM): number[] {
  const taken = new Map<number, number[]>();
  const columns = Math.ceil(size.width / room) + 2;
  const chosen: number[] = [];
  for (let index = 0; index * 2 < positions.length; index++) {
    const [x, y] = [positions[index * 2], positions[index * 2 + 1]];
    if (!(x >= 0 && y >= 0 && x <= size.width && y <= size.height)) continue;
    const cell = Math.floor(y / room) * columns + Math.floor(x / room);
    const near = [-1, 0, 1].flatMap((row) =>
      [-1, 0, 1].flatMap((column) => taken.get(cell + row * columns + column) ?? []),
    );
    if (near.some((other) => Math.hypot(positions[other * 2] - x, positions[other * 2 + 1] - y) < room)) continue;
    taken.set(cell, [...(taken.get(cell) ?? []), index]);
    chosen.push(index);
  }
  return chosen;
}

/** The station nearest to a point, at most `reach` pixels away. */
export function stationAt(positions: Positions, x: number, y: number, reach: number): number | undefined {
  let [best, least] = [-1, reach];
  for (let index = 0; index * 2 < positions.length; index++) {
    const distance = Math.hypot(positions[index * 2] - x, positions[index * 2 + 1] - y);
    if (distance <= least) [best, least] = [index, distance];
  }
  return best < 0 ? undefined : best;
}

/** The nearest station that lies towards an arrow key, straight ahead before far aside. */
export function stationTowards(positions: Positions, from: number, dx: number, dy: number): number | undefined {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (let index = 0; index * 2 < positions.length; index++) {
    const x = positions[index * 2] - positions[from * 2];
    const y = positions[index * 2 + 1] - positions[from * 2 + 1];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    if (index === from || ahead <= 0 || aside > 2 * ahead) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) [best, least] = [index, cost];
  }
  return best < 0 ? undefined : best;
}

export interface StationStyle {
  scale: ColourScale;
  theme: Theme;
  radius: number;
  /** Stations with an arrow. */
  arrows: readonly number[];
  selected: number | undefined;
  hovered: number | undefined;
}

export function drawStations(
  context: CanvasRenderingContext2D,
  weather: MapWeather,
  positions: Positions,
  style: StationStyle,
): void {
  const { theme, radius } = style;
  context.lineCap = 'round';
  context.strokeStyle = theme.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.65;
  context.beginPath();
  for (const index of style.arrows) addArrow(context, weather, positions, index, radius);
  context.stroke();
  context.globalAlpha = 1;

  drawDots(context, weather, positions, style);
  for (const [index, width] of [
    [style.hovered, 1.5],
    [style.selected, 2.25],
  ] as const) {
    if (index !== undefined) ring(context, weather, positions, index, style, width);
  }
}

/** Width of the line around a dot, px. */
const DOT_EDGE = 0.7;
/** Radius of the dot of a missing value, as a share of that of the others. */
const MISSING = 0.7;

/** All dots side by side on a canvas of their own, whose pixels are written and not drawn. */
let board: { context: CanvasRenderingContext2D; picture: ImageData } | undefined;

function boardFor({ width, height }: HTMLCanvasElement): NonNullable<typeof board> {
  if (board?.picture.width === width && board.picture.height === height) {
    board.picture.data.fill(0);
    return board;
  }
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas);
  board = { context, picture: context.createImageData(width, height) };
  return board;
}

function drawDots(
  context: CanvasRenderingContext2D,
  weather: MapWeather,
  positions: Positions,
  { scale, theme, radius }: StationStyle,
): void {
  const { canvas } = context;
  if (canvas.width === 0 || canvas.height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const { context: pencil, picture } = boardFor(canvas);
  const [edge, edgeOpacity] = channelsOf(theme.dotEdge);
  const [missing] = channelsOf(theme.missing);
  const known = { radius: radius * ratio, edgeWidth: DOT_EDGE * ratio, edge, edgeOpacity };
  const unknown = { ...known, radius: known.radius * MISSING };
  for (let index = 0; index < weather.stations.length; index++) {
    const [x, y, value] = [positions[index * 2] * ratio, positions[index * 2 + 1] * ratio, weather.value[index]];
    if (Number.isNaN(x)) continue;
    if (Number.isNaN(value)) paintDot(picture, x, y, missing, unknown);
    else paintDot(picture, x, y, scale.rgb(value), known);
  }
  pencil.putImageData(picture, 0, 0);
  context.drawImage(pencil.canvas, 0, 0, canvas.width / ratio, canvas.height / ratio);
}

function dot(
  context: CanvasRenderingContext2D,
  weather: MapWeather,
  positions: Positions,
  index: number,
  style: StationStyle,
  radius: number,
): void {
  const value = weather.value[index];
  context.beginPath();
  context.arc(positions[index * 2], positions[index * 2 + 1], Number.isNaN(value) ? radius * MISSING : radius, 0, 7);
  context.fillStyle = Number.isNaN(value) ? style.theme.missing : style.scale.colour(value);
  context.fill();
  context.stroke();
}

function ring(
  context: CanvasRenderingContext2D,
  weather: MapWeather,
  positions: Positions,
  index: number,
  style: StationStyle,
  width: number,
): void {
  const { theme, radius } = style;
  const [x, y] = [positions[index * 2], positions[index * 2 + 1]];
  context.lineWidth = DOT_EDGE;
  context.strokeStyle = theme.dotEdge;
  dot(context, weather, positions, index, style, radius + 1.5);
  for (const [colour, lineWidth] of [
    [theme.surface, width + 2.5],
    [theme.ink, width],
  ] as const) {
    context.beginPath();
    context.arc(x, y, radius + 4.5, 0, 7);
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.stroke();
  }
}

/** A shaft from the dot to where the wind goes; its length tells the speed, calm air has none. */
function addArrow(
  context: CanvasRenderingContext2D,
  weather: MapWeather,
  positions: Positions,
  index: number,
  radius: number,
): void {
  const speed = weather.speed[index];
  const direction = weather.direction[index];
  if (!(speed >= 0.5) || Number.isNaN(direction)) return;
  const towards = ((direction + 180) * Math.PI) / 180;
  const [east, north] = [Math.sin(towards), -Math.cos(towards)];
  const length = radius + 4 + Math.min(11, Math.sqrt(speed) * 2.6);
  const [x, y] = [positions[index * 2], positions[index * 2 + 1]];
  const [tipX, tipY] = [x + east * length, y + north * length];
  const barb = 3.4;
  context.moveTo(x + east * radius, y + north * radius);
  context.lineTo(tipX, tipY);
  context.moveTo(tipX - barb * (east + 0.6 * north), tipY - barb * (north - 0.6 * east));
  context.lineTo(tipX, tipY);
  context.lineTo(tipX - barb * (east - 0.6 * north), tipY - barb * (north + 0.6 * east));
}
