/** The ground of the map: ocean and land under the colours of the weather, coasts and borders over them, and the shade of night. */
import { type GeoPermissibleObjects, geoCircle, geoEquirectangular, geoGraticule, geoPath } from 'd3-geo';
import type { Theme } from '../theme.ts';
import type { Atlas } from './atlas.ts';
import { globeRadius } from './globe.ts';
import type { Projection } from './projection.ts';
import { subsolarPoint } from './sun.ts';
import { project, type Size, type Viewport } from './viewport.ts';

const GRATICULE = geoGraticule()
  .step([30, 30])
  .extentMajor([
    [-180, -90],
    [180, 90],
  ])();

/** The shapes of the earth as they lie on the map, in pixels; made anew when the map moves. */
export interface Outlines {
  /** The whole earth: all of the flat map, or the disc of the globe. */
  sphere: Path2D;
  land: Path2D;
  coasts: Path2D;
  borders: Path2D;
  graticule: Path2D;
}

type Shape = Exclude<keyof Outlines, 'sphere'>;
const SHAPES: readonly Shape[] = ['land', 'coasts', 'borders', 'graticule'];

export function outlines(projection: Projection, viewport: Viewport, size: Size, atlas: Atlas): Outlines {
  return projection.kind === 'globe'
    ? globeOutlines(projection, viewport, size, atlas)
    : flatOutlines(viewport, size, atlas);
}

function globeOutlines(projection: Projection, viewport: Viewport, size: Size, atlas: Atlas): Outlines {
  const path = geoPath(projection.geo(viewport, size));
  const shape = (of: GeoPermissibleObjects): Path2D => new Path2D(path(of) ?? '');
  const sphere = new Path2D();
  sphere.arc(size.width / 2, size.height / 2, globeRadius(viewport), 0, 2 * Math.PI);
  const { land, coasts, borders } = atlas;
  return { sphere, land: shape(land), coasts: shape(coasts), borders: shape(borders), graticule: shape(GRATICULE) };
}

const inDegrees = new Map<Atlas, Record<Shape, Path2D>>();

/** On the flat map shapes keep their form: they are made once, a pixel a degree, and moved from then on. */
function flatOutlines(viewport: Viewport, size: Size, atlas: Atlas): Outlines {
  let base = inDegrees.get(atlas);
  if (!base) {
    const path = geoPath(
      geoEquirectangular()
        .scale(180 / Math.PI)
        .translate([0, 0])
        .precision(0),
    );
    const shape = (of: GeoPermissibleObjects): Path2D => new Path2D(path(of) ?? '');
    const { land, coasts, borders } = atlas;
    base = { land: shape(land), coasts: shape(coasts), borders: shape(borders), graticule: shape(GRATICULE) };
    inDegrees.set(atlas, base);
  }
  const sphere = new Path2D();
  sphere.rect(0, 0, size.width, size.height);
  const moved: Outlines = {
    sphere,
    land: new Path2D(),
    coasts: new Path2D(),
    borders: new Path2D(),
    graticule: new Path2D(),
  };
  const [x, y] = project(viewport, size, viewport.longitude, 0);
  const { scale } = viewport;
  // As many worlds side by side as the map is wide.
  for (const world of [-360, 0, 360]) {
    const left = x + (world - viewport.longitude) * scale;
    if (left + 180 * scale < 0 || left - 180 * scale > size.width) continue;
    for (const name of SHAPES) moved[name].addPath(base[name], new DOMMatrix([scale, 0, 0, scale, left, y]));
  }
  return moved;
}

export function drawGround(context: CanvasRenderingContext2D, shapes: Outlines, size: Size, theme: Theme): void {
  context.fillStyle = theme.space;
  context.fillRect(0, 0, size.width, size.height);
  context.fillStyle = theme.ocean;
  context.fill(shapes.sphere);
  context.lineWidth = 1;
  context.strokeStyle = theme.graticule;
  context.stroke(shapes.graticule);
  context.fillStyle = theme.land;
  context.fill(shapes.land);
}

/** Over the colours of the weather, on a canvas of their own. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  shapes: Outlines,
  theme: Theme,
  coastsAlone = false,
): void {
  context.lineWidth = 0.6;
  context.strokeStyle = theme.border;
  if (!coastsAlone) context.stroke(shapes.borders);
  context.lineWidth = 0.9;
  context.strokeStyle = theme.coast;
  context.stroke(shapes.coasts);
}

/** Shades the half of the world where the sun is down at a time (ms). */
export function drawNight(
  context: CanvasRenderingContext2D,
  projection: Projection,
  viewport: Viewport,
  size: Size,
  theme: Theme,
  time: number,
): void {
  const sun = subsolarPoint(time);
  const night = geoCircle()
    .center([sun.longitude + 180, -sun.latitude])
    .radius(90)
    .precision(2)();
  context.beginPath();
  geoPath(projection.geo(viewport, size), context)(night);
  context.fillStyle = theme.night;
  context.fill();
}
