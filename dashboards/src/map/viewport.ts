/**
 * Which part of the world a map shows, and where a place lies on it. Equirectangular: a degree is as long everywhere,
 * so a drag east or west goes round and round. Pure.
 */

export interface Viewport {
  /** Degrees east and north at the middle of the map. */
  longitude: number;
  latitude: number;
  /** Pixels a degree. */
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/** How far one can look in, as a multiple of the scale that shows the whole width. */
const MAX_ZOOM = 24;

/** @param least the scale that shows all there is */
export function clampScale(scale: number, least: number): number {
  return Math.min(least * MAX_ZOOM, Math.max(least, scale));
}

/** Brings an angle into [-180, 180). */
export function wrapLongitude(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/** The least scale at which the world fills the map: never wider than 360, never higher than 180 degrees. */
export function minimumScale({ width, height }: Size): number {
  return Math.max(width / 360, height / 180);
}

/** The nearest viewport that shows nothing beyond the poles. */
export function clampViewport(viewport: Viewport, size: Size): Viewport {
  const least = minimumScale(size);
  const scale = clampScale(viewport.scale, least);
  const reach = Math.max(0, 90 - size.height / 2 / scale);
  return {
    longitude: wrapLongitude(viewport.longitude),
    latitude: Math.min(reach, Math.max(-reach, viewport.latitude)),
    scale,
  };
}

/** Where a place lies, in pixels from the top left; the copy of the world nearest to the middle. */
export function project(viewport: Viewport, size: Size, longitude: number, latitude: number): [number, number] {
  return [
    size.width / 2 + wrapLongitude(longitude - viewport.longitude) * viewport.scale,
    size.height / 2 - (latitude - viewport.latitude) * viewport.scale,
  ];
}

export function unproject(
  viewport: Viewport,
  size: Size,
  x: number,
  y: number,
): { longitude: number; latitude: number } {
  return {
    longitude: wrapLongitude(viewport.longitude + (x - size.width / 2) / viewport.scale),
    latitude: viewport.latitude - (y - size.height / 2) / viewport.scale,
  };
}

/** The viewport that a set of places calls for: all of the world, or, where they lie close together, their part of it. */
export function viewportFor(places: readonly { longitude: number; latitude: number }[], size: Size): Viewport {
  const world = clampViewport({ longitude: 10, latitude: 12, scale: 0 }, size);
  if (places.length === 0) return world;
  const longitudes = places.map(({ longitude }) => longitude);
  const latitudes = places.map(({ latitude }) => latitude);
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  // Half as much again around them, so that it can be seen where on Earth they are.
  const scale = Math.min(size.width / (1.5 * (east - west)), size.height / (1.5 * (north - south)));
  if (!(scale > 2 * world.scale)) return world;
  return clampViewport({ longitude: (west + east) / 2, latitude: (south + north) / 2, scale }, size);
}

/** Moves the world under the pointer by so many pixels. */
export function panBy(viewport: Viewport, size: Size, dx: number, dy: number): Viewport {
  const moved = {
    ...viewport,
    longitude: viewport.longitude - dx / viewport.scale,
    latitude: viewport.latitude + dy / viewport.scale,
  };
  return clampViewport(moved, size);
}

/** Looks closer by a factor; the place under (x, y) stays there. */
export function zoomAt(viewport: Viewport, size: Size, factor: number, x: number, y: number): Viewport {
  const held = unproject(viewport, size, x, y);
  const { scale } = clampViewport({ ...viewport, scale: viewport.scale * factor }, size);
  return clampViewport(
    {
      longitude: held.longitude - (x - size.width / 2) / scale,
      latitude: held.latitude + (y - size.height / 2) / scale,
      scale,
    },
    size,
  );
}

/** Does a point lie on the map, at least `margin` pixels from its edge? What cannot be seen (NaN) does not. */
export function isWithin([x, y]: readonly [number, number], size: Size, margin: number): boolean {
  return x >= margin && y >= margin && x <= size.width - margin && y <= size.height - margin;
}
