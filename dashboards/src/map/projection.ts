/** The two shapes of the map behind one interface: the flat one of `viewport.ts`, and the globe. Pure. */
import { type GeoProjection, geoEquirectangular, geoOrthographic } from 'd3-geo';
import type { Camera, ViewState } from '../view-state.ts';
import { clampGlobe, globeRadius, minimumGlobeScale, projectGlobe, unprojectGlobe } from './globe.ts';
import {
  clampViewport,
  minimumScale,
  panBy,
  project,
  type Size,
  unproject,
  type Viewport,
  viewportFor,
  zoomAt,
} from './viewport.ts';

export interface Projection {
  kind: ViewState['projection'];
  minimumScale(size: Size): number;
  clamp(viewport: Viewport, size: Size): Viewport;
  /** Pixels from the top left; NaN where the place cannot be seen. */
  project(viewport: Viewport, size: Size, longitude: number, latitude: number): [number, number];
  /** Undefined where the map shows no place. */
  unproject(viewport: Viewport, size: Size, x: number, y: number): { longitude: number; latitude: number } | undefined;
  pan(viewport: Viewport, size: Size, dx: number, dy: number): Viewport;
  zoom(viewport: Viewport, size: Size, factor: number, x: number, y: number): Viewport;
  /** The view that a set of places calls for. */
  viewFor(places: readonly { longitude: number; latitude: number }[], size: Size): Viewport;
  /** For outlines; two pixels of slack around the map. */
  geo(viewport: Viewport, size: Size): GeoProjection;
}

const FLAT: Projection = {
  kind: 'flat',
  minimumScale,
  clamp: clampViewport,
  project,
  unproject,
  pan: panBy,
  zoom: zoomAt,
  viewFor: viewportFor,
  geo: (viewport, { width, height }) =>
    geoEquirectangular()
      .scale(globeRadius(viewport))
      .rotate([-viewport.longitude, 0])
      .translate([width / 2, height / 2 + viewport.latitude * viewport.scale])
      .clipExtent([
        [-4, -4],
        [width + 4, height + 4],
      ])
      .precision(0),
};

const GLOBE: Projection = {
  kind: 'globe',
  minimumScale: minimumGlobeScale,
  clamp: clampGlobe,
  project: projectGlobe,
  unproject: unprojectGlobe,
  pan: (viewport, size, dx, dy) =>
    clampGlobe(
      {
        ...viewport,
        // Near a pole a turn takes the globe no faster under the pointer than at its middle.
        longitude:
          viewport.longitude - dx / viewport.scale / Math.max(0.3, Math.cos((viewport.latitude * Math.PI) / 180)),
        latitude: viewport.latitude + dy / viewport.scale,
      },
      size,
    ),
  zoom: (viewport, size, factor) => clampGlobe({ ...viewport, scale: viewport.scale * factor }, size),
  viewFor(places, size) {
    const flat = viewportFor(places, size);
    // Places all over the world call for all of the globe, places close together for as close a look as on the flat map.
    const whole = flat.scale < 1.001 * minimumScale(size);
    return clampGlobe({ ...flat, latitude: whole ? 25 : flat.latitude, scale: whole ? 0 : flat.scale }, size);
  },
  geo: (viewport, { width, height }) =>
    geoOrthographic()
      .scale(globeRadius(viewport))
      .rotate([-viewport.longitude, -viewport.latitude])
      .translate([width / 2, height / 2])
      .clipAngle(90)
      // The shapes have points enough.
      .precision(0),
};

export function projectionOf(kind: ViewState['projection']): Projection {
  return kind === 'globe' ? GLOBE : FLAT;
}

/** What a link keeps of a view, and back. */
export function cameraOf(projection: Projection, { longitude, latitude, scale }: Viewport, size: Size): Camera {
  return { longitude, latitude, zoom: Math.max(1, scale / projection.minimumScale(size)) };
}

export function viewportOf(projection: Projection, { longitude, latitude, zoom }: Camera, size: Size): Viewport {
  return projection.clamp({ longitude, latitude, scale: projection.minimumScale(size) * zoom }, size);
}
