/**
 * Numbers that mean 'not known' where a place should be: what archives write in columns of positions and elevations
 * (-999, -9999, 9999, 99999, 999.9, -99.99, ...).
 */

/** No ground and no weather station is lower or higher, in metres (the Dead Sea, Everest). */
const LOWEST = -500;
const HIGHEST = 8900;

/** Only nines: -99, -99.99, -999, and 999.9; 999 is a height that there is. */
const NINES = /^(-9{2,}(\.9+)?|9{3,}\.9+)$/;

/** The elevation in metres, or null where the number is none of a place. */
export function knownElevation(elevation: number): number | null {
  if (!(elevation >= LOWEST && elevation <= HIGHEST)) return null;
  return NINES.test(String(elevation)) ? null : elevation;
}

/** Whether a number that is no latitude or longitude is one that means 'not known', and no slip of the pen: -999, 999.9, 99999. */
export function isSentinel(degrees: number): boolean {
  return Math.abs(degrees) > 90 && /^-?9{2,}(\.9+)?$/.test(String(degrees));
}

/**
 * Whether latitude and longitude (-180..360) are a place.
 *
 * -99.99 is a longitude of Texas, and only beside a latitude that is none it means nothing; so does 99.99 of China.
 */
export function isPlace(latitude: number, longitude: number): boolean {
  return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 360;
}
