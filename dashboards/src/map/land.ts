/** The ground of the map: ocean and land under the colours of the weather, coasts and borders over them, and the shade of night. */
import {
  type GeoPermissibleObjects,
  type GeoProjection,
  geoCircle,
  geoEquirectangular,
  geoGraticule,
  geoPath,
} from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json' with { type: 'json' };
import type { Theme } from '../theme.ts';
import { subsolarPoint } from './sun.ts';
import type { Size, Viewport } from './viewport.ts';

const topology = atlas as unknown as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
const land = feature(topology, topology.objects.land);
const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b);
const graticule = geoGraticule()
  .step([30, 30])
  .extentMajor([
    [-180, -90],
    [180, 90],
  ])();

function projection(viewport: Viewport, { width, height }: Size): GeoProjection {
  return geoEquirectangular()
    .scale((viewport.scale * 180) / Math.PI)
    .rotate([-viewport.longitude, 0])
    .translate([width / 2, height / 2 + viewport.latitude * viewport.scale])
    .clipExtent([
      [-4, -4],
      [width + 4, height + 4],
    ])
    .precision(0);
}

/** The shapes of the earth as they lie on the map, in pixels; made anew when the map moves. */
export interface Outlines {
  land: Path2D;
  borders: Path2D;
  graticule: Path2D;
}

export function outlines(viewport: Viewport, size: Size): Outlines {
  const path = geoPath(projection(viewport, size));
  const shape = (of: GeoPermissibleObjects): Path2D => new Path2D(path(of) ?? '');
  return { land: shape(land), borders: shape(borders), graticule: shape(graticule) };
}

export function drawGround(context: CanvasRenderingContext2D, shapes: Outlines, size: Size, theme: Theme): void {
  context.fillStyle = theme.ocean;
  context.fillRect(0, 0, size.width, size.height);
  context.lineWidth = 1;
  context.strokeStyle = theme.graticule;
  context.stroke(shapes.graticule);
  context.fillStyle = theme.land;
  context.fill(shapes.land);
}

/** Over the colours of the weather, on a canvas of their own. */
export function drawOutlines(context: CanvasRenderingContext2D, shapes: Outlines, theme: Theme): void {
  context.lineWidth = 0.6;
  context.strokeStyle = theme.border;
  context.stroke(shapes.borders);
  context.lineWidth = 0.9;
  context.strokeStyle = theme.coast;
  context.stroke(shapes.land);
}

/** Shades the half of the world where the sun is down at a time (ms). */
export function drawNight(
  context: CanvasRenderingContext2D,
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
  geoPath(projection(viewport, size), context)(night);
  context.fillStyle = theme.night;
  context.fill();
}
