/**
 * The world as a globe seen from far away (orthographic). It shares the viewport of the flat map: what lies in the middle, and
 * pixels a degree there. Pure.
 */
import { clampScale, type Size, type Viewport, wrapLongitude } from './viewport.ts';

const RADIAN = Math.PI / 180;
/** How much of the map's shorter side the whole globe takes. */
const FILL = 0.94;

export function globeRadius({ scale }: Viewport): number {
  return scale / RADIAN;
}

export function minimumGlobeScale({ width, height }: Size): number {
  return ((FILL * Math.min(width, height)) / 2) * RADIAN;
}

export function clampGlobe({ longitude, latitude, scale }: Viewport, size: Size): Viewport {
  return {
    longitude: wrapLongitude(longitude),
    latitude: Math.min(90, Math.max(-90, latitude)),
    scale: clampScale(scale, minimumGlobeScale(size)),
  };
}

/** Pixels from the top left; NaN for places on the far side. */
export function projectGlobe(viewport: Viewport, size: Size, longitude: number, latitude: number): [number, number] {
  const radius = globeRadius(viewport);
  const [lambda, phi, middle] = [
    (longitude - viewport.longitude) * RADIAN,
    latitude * RADIAN,
    viewport.latitude * RADIAN,
  ];
  const towardsUs = Math.sin(middle) * Math.sin(phi) + Math.cos(middle) * Math.cos(phi) * Math.cos(lambda);
  if (towardsUs < 0) return [Number.NaN, Number.NaN];
  return [
    size.width / 2 + radius * Math.cos(phi) * Math.sin(lambda),
    size.height / 2 - radius * (Math.cos(middle) * Math.sin(phi) - Math.sin(middle) * Math.cos(phi) * Math.cos(lambda)),
  ];
}

/** The place under a pixel; undefined beside the globe. */
export function unprojectGlobe(
  viewport: Viewport,
  size: Size,
  x: number,
  y: number,
): { longitude: number; latitude: number } | undefined {
  const radius = globeRadius(viewport);
  const [east, north] = [(x - size.width / 2) / radius, (size.height / 2 - y) / radius];
  const squared = east * east + north * north;
  if (squared > 1) return undefined;
  const towardsUs = Math.sqrt(1 - squared);
  const middle = viewport.latitude * RADIAN;
  const latitude = Math.asin(north * Math.cos(middle) + towardsUs * Math.sin(middle)) / RADIAN;
  const lambda = Math.atan2(east, towardsUs * Math.cos(middle) - north * Math.sin(middle)) / RADIAN;
  return { longitude: wrapLongitude(viewport.longitude + lambda), latitude };
}
