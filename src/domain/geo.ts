/** Geometry on the sphere: longitudes that wrap, great-circle distances, unit vectors. Degrees in, kilometres out. */

export const EARTH_RADIUS_KM = 6371.0088;
const DEGREE = Math.PI / 180;

/** A longitude in [-180, 180). */
export function wrapLongitude(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

export interface Point {
  latitude: number;
  longitude: number;
}

/** The point on the unit sphere, [x, y, z], x through (0N, 0E), z through the north pole. */
export function unitVector({ latitude, longitude }: Point): [number, number, number] {
  const cosLatitude = Math.cos(latitude * DEGREE);
  return [
    cosLatitude * Math.cos(longitude * DEGREE),
    cosLatitude * Math.sin(longitude * DEGREE),
    Math.sin(latitude * DEGREE),
  ];
}

/** Great-circle distance in kilometres (haversine; good to 0.5 % of the ellipsoid's). */
export function distanceKm(a: Point, b: Point): number {
  const dLatitude = (b.latitude - a.latitude) * DEGREE;
  const dLongitude = (b.longitude - a.longitude) * DEGREE;
  const h =
    Math.sin(dLatitude / 2) ** 2 +
    Math.cos(a.latitude * DEGREE) * Math.cos(b.latitude * DEGREE) * Math.sin(dLongitude / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
