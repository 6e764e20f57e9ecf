/** Where the sun stands, for the shade of night on the map. Good to about half a degree, far finer than a pixel there. */

const DEGREE = Math.PI / 180;
const DAY = 86_400_000;

/**
 * The place that has the sun overhead, degrees.
 * Source: low-precision formulas for the sun, The Astronomical Almanac, page C5.
 */
export function subsolarPoint(time: number): { longitude: number; latitude: number } {
  const days = time / DAY - 10_957.5; // since 2000-01-01T12:00Z
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * DEGREE;
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * DEGREE;
  const obliquity = (23.439 - 0.0000004 * days) * DEGREE;
  const latitude = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic)) / DEGREE;
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic)) / DEGREE;
  const equationOfTime = wrap(meanLongitude - ascension);
  const hourAngle = ((time % DAY) / DAY) * 360 - 180;
  return { longitude: wrap(-hourAngle - equationOfTime), latitude };
}

function wrap(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
