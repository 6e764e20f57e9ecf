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

/** Height of the sun above the horizon at a place, degrees, without refraction. */
export function sunHeight(time: number, latitude: number, longitude: number): number {
  const sun = subsolarPoint(time);
  const [phi, delta, hour] = [latitude, sun.latitude, longitude - sun.longitude].map((angle) => angle * DEGREE);
  return Math.asin(Math.sin(phi) * Math.sin(delta) + Math.cos(phi) * Math.cos(delta) * Math.cos(hour)) / DEGREE;
}

/** Upper limb on the horizon, with the refraction of a standard atmosphere: where almanacs put sunrise and sunset. */
const RISE = -0.833;
const STEP = 600_000;

/** When it is night at a place between two times: pairs of beginning and end, ms, good to a minute or so. */
export function nights(latitude: number, longitude: number, from: number, to: number): [number, number][] {
  const found: [number, number][] = [];
  let begin = sunHeight(from, latitude, longitude) < RISE ? from : undefined;
  for (let time = from + STEP; time <= to; time += STEP) {
    const height = sunHeight(time, latitude, longitude);
    if (height < RISE === (begin !== undefined)) continue;
    const before = sunHeight(time - STEP, latitude, longitude);
    const crossing = time - STEP + (STEP * (RISE - before)) / (height - before);
    if (begin === undefined) begin = crossing;
    else {
      found.push([begin, crossing]);
      begin = undefined;
    }
  }
  if (begin !== undefined) found.push([begin, to]);
  return found;
}
