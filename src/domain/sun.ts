/** Where the sun stands: good to about a degree, which is enough to tell a network the time of day and of year. */
import type { Point } from './geo.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from './time.ts';

const DEGREE = Math.PI / 180;

/** The hours of the year that was asked for last: a forecast asks for each of its stations' hours. */
let year = { from: 0, to: 0 };

/** Days since the first instant of 1 January, with fractions. */
export function dayOfYear(hour: Hour): number {
  if (hour < year.from || hour >= year.to) {
    const of = new Date(hour * MILLISECONDS_PER_HOUR).getUTCFullYear();
    const begin = (of: number) => Date.UTC(of, 0, 1) / MILLISECONDS_PER_HOUR;
    year = { from: begin(of), to: begin(of + 1) };
  }
  return (hour - year.from) / 24;
}

/** The sun's declination in radians, by its first harmonic (Cooper 1969). */
export function solarDeclination(hour: Hour): number {
  return 23.45 * DEGREE * Math.sin((2 * Math.PI * (284 + dayOfYear(hour))) / 365.25);
}

/**
 * At a place and hour: [sine, cosine of local mean solar time, sine, cosine of the day of the year, sine of the sun's
 * elevation]. The equation of time is left out.
 */
export function solarMarks({ latitude, longitude }: Point, hour: Hour): [number, number, number, number, number] {
  const solarTime = 2 * Math.PI * ((hour % 24) / 24 + longitude / 360);
  const season = (2 * Math.PI * dayOfYear(hour)) / 365.25;
  const declination = solarDeclination(hour);
  const sinElevation =
    Math.sin(latitude * DEGREE) * Math.sin(declination) -
    Math.cos(latitude * DEGREE) * Math.cos(declination) * Math.cos(solarTime);
  return [Math.sin(solarTime), Math.cos(solarTime), Math.sin(season), Math.cos(season), sinElevation];
}
