/**
 * What the sample world tends to: the temperature that its air relaxes towards, the course of the day, and the mean winds
 * (equations 4-7 of the README beside this file). Angles in degrees, temperatures in degC, winds in m/s.
 */
import type { Hour } from '../../src/domain/time.ts';

const DEGREE = Math.PI / 180;
const DAYS_PER_YEAR = 365.25;
/** The temperature is highest at this local solar time, hours. */
const WARMEST_HOUR = 14.5;

function bump(latitude: number, center: number, width: number): number {
  return Math.exp(-0.5 * ((latitude - center) / width) ** 2);
}

/** 0 below `from`, 1 above `to`, smooth between. */
function smoothStep(value: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

/** mean + cosine cos(year) + sine sin(year), where `year` goes once around in a year from 1 January. */
export interface SeasonalCycle {
  mean: number;
  cosine: number;
  sine: number;
}

/** The temperature that the air over a place relaxes towards. The sea's year is flatter than the land's and a month late. */
export function equilibriumTemperature(latitude: number, land: number): SeasonalCycle {
  const sine = Math.sin(latitude * DEGREE);
  const ice = smoothStep(Math.abs(latitude), 55, 85);
  const warmSubtropics = 3 * bump(Math.abs(latitude), 22, 10);
  const antarctica = 20 * smoothStep(-latitude, 62, 78);
  const mean = 27.5 - 33 * sine ** 2 - 13 * ice + land * (warmSubtropics - 7 * sine ** 2 - antarctica);
  const amplitude = (4 + 8 * ice * (1 - land) + 16 * land) * sine * Math.abs(sine);
  const coldestDay = yearAngle(15 + 30 * (1 - land));
  return { mean, cosine: -amplitude * Math.cos(coldestDay), sine: -amplitude * Math.sin(coldestDay) };
}

/** Radians for a day of the year. */
export function yearAngle(day: number): number {
  return (2 * Math.PI * day) / DAYS_PER_YEAR;
}

/** How much the sun's course can change the temperature of a latitude within a day, 0 to 1: nothing in polar night. */
export function diurnalStrength(latitude: number, declination: number): number {
  const swing = Math.cos(latitude * DEGREE) * Math.cos(declination);
  const noon = Math.sin(latitude * DEGREE) * Math.sin(declination) + swing;
  return swing * smoothStep(noon, 0, 0.5);
}

/** -1 .. 1 over the local day; a pointed afternoon and a flat night. */
export function diurnalShape(longitude: number, hour: Hour): number {
  const angle = (2 * Math.PI * (hour + longitude / 15 - WARMEST_HOUR)) / 24;
  return (Math.cos(angle) + 0.15 * Math.cos(2 * angle)) / 1.15;
}

/** The westerly jets that steer the weather, eastward; stronger in the winter's hemisphere. `year` in radians. */
export function steeringFlow(latitude: number, year: number): number {
  const winter = Math.sign(latitude) * Math.cos(year);
  const jet = (15 + 3 * winter) * bump(Math.abs(latitude), 47, 15);
  return (jet - 4 * bump(latitude, 0, 13)) * smoothStep(90 - Math.abs(latitude), 0, 25);
}

/** Trades, westerlies and polar easterlies at 10 m, eastward. */
export function meanEastwardWind(latitude: number): number {
  const distance = Math.abs(latitude);
  const belts = -7 * bump(distance, 14, 9) + 6.5 * bump(distance, 48, 11) - 3 * bump(distance, 75, 7);
  return belts * smoothStep(90 - distance, 0, 10);
}

/** The trades' turn towards the equator at 10 m, northward. */
export function meanNorthwardWind(latitude: number): number {
  return -2 * Math.sign(latitude) * bump(Math.abs(latitude), 14, 7);
}
