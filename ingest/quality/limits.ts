/**
 * What the checks of quality control take as possible. After the WMO's Guidelines on Quality Control Procedures for Data from
 * Automatic Weather Stations (CBS/OPAG-IOS, 2004; now in WMO-No. 8): plausible values, time consistency, minimum variability; and,
 * for what hourly data can show of a stuck sensor, HadISD's way of streaks by resolution (Dunn et al. 2012, section 4.1.5).
 * The limits are wide: what they reject is wrong, and what is only unusual passes.
 */
/** The variables that a sensor measures; the components follow from them and share their fate. */
export type Measured = 'temperature_2m' | 'wind_speed_10m';
export const MEASURED: readonly Measured[] = ['temperature_2m', 'wind_speed_10m'];

/** A spike: up and down again (or the other way round), each by more than this within an hour; wider over longer gaps. */
const STEP: Record<Measured, { perHour: number; most: number }> = {
  temperature_2m: { perHour: 10, most: 25 },
  wind_speed_10m: { perHour: 15, most: 30 },
};

/** No spike is told from values further apart. */
export const STEP_HOURS = 6;

/** The largest change over some hours that is no spike; it grows as the root of the time, as WMO-No. 305's limits do. */
export function stepLimit(name: Measured, hours: number): number {
  const { perHour, most } = STEP[name];
  return Math.min(most, perHour * Math.sqrt(Math.max(1, hours)));
}

/** How many equal values in a row mean a stuck sensor, by the least change that the station has reported. */
const STREAK: Record<Measured, readonly [resolution: number, values: number][]> = {
  temperature_2m: [
    [0.9, 40],
    [0.4, 30],
    [0, 24],
  ],
  wind_speed_10m: [
    [0.4, 40],
    [0, 24],
  ],
};

export const LONGEST_STREAK = 40;

/** Calms go on for days. */
export const CALM = 0.6;

export function streakLimit(name: Measured, leastChange: number): number {
  return STREAK[name].find(([resolution]) => leastChange >= resolution)![1];
}

/** Neighbours: the nearest within this, no higher or lower than this, at least so many with a value. */
export const BUDDIES = { kilometres: 100, metres: 300, most: 8, least: 3 } as const;

/** How far a value may lie from the median of its neighbours: so much, or so many standard deviations of theirs. */
export const SPATIAL: Record<Measured, number> = { temperature_2m: 15, wind_speed_10m: 20 };
export const SPATIAL_DEVIATIONS = 6;

/** degC per metre, of the standard atmosphere: what a neighbour would have at the station's height. */
export const LAPSE_RATE = -0.0065;
