/** Where the sun stands: good to about a degree, which is enough to tell a network the time of day and of year. */
import type { Point } from './geo.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from './time.ts';

const DEGREE = Math.PI / 180;

/** The sun's declination in radians, by its first harmonic (Cooper 1969); `day` counts from 1 January, with fractions. */
export function solarDeclination(day: number): number {
  return 23.45 * DEGREE * Math.sin((2 * Math.PI * (284 + day)) / 365.25);
}

/**
 * At a place and hour: [sine, cosine of local mean solar time, sine, cosine of the day of the year, sine of the sun's
 * elevation]. The equation of time is left out.
 */
export function solarMarks({ latitude, longitude }: Point, hour: Hour): [number, number, number, number, number] {
  const date = new Date(hour * MILLISECONDS_PER_HOUR);
  const dayOfYear = (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / (24 * MILLISECONDS_PER_HOUR);
  const solarTime = 2 * Math.PI * (date.getUTCHours() / 24 + longitude / 360);
  const season = (2 * Math.PI * dayOfYear) / 365.25;
  const declination = solarDeclination(dayOfYear);
  const sinElevation =
    Math.sin(latitude * DEGREE) * Math.sin(declination) -
    Math.cos(latitude * DEGREE) * Math.cos(declination) * Math.cos(solarTime);
  return [Math.sin(solarTime), Math.cos(solarTime), Math.sin(season), Math.cos(season), sinElevation];
}
