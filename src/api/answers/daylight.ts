/**
 * Whether the sun is up, and when it rises and sets: what follows from place and time, by suncalc (Meeus, Astronomical Algorithms;
 * the upper limb at the horizon with 34' of refraction, as almanacs have it).
 */
import { getTimes } from 'suncalc';
import type { Point } from '../../domain/geo.ts';
import type { Hour } from '../../domain/time.ts';
import { Recent } from '../../store/recent.ts';

const DAY = 86_400;

/** Of one solar day: from midnight to midnight by mean solar time. Unix seconds; undefined where the sun does not cross the horizon. */
interface SolarDay {
  noon: number;
  sunrise: number | undefined;
  sunset: number | undefined;
  /** Seconds. */
  daylight: number;
}

/** Places of one answer, and requests of one place, share their days. */
const known = new Recent<SolarDay>(50_000);

/** @param day days since 1970-01-01 by mean solar time */
function solarDay({ latitude, longitude }: Point, day: number): SolarDay {
  const key = `${latitude} ${longitude} ${day}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  const noon = (day + 0.5) * DAY - longitude * 240;
  const { sunrise, sunset, alwaysUp } = getTimes(new Date(noon * 1000), latitude, longitude);
  const crossesHorizon = sunrise !== null && sunset !== null;
  const made = {
    noon,
    sunrise: crossesHorizon ? Math.round(sunrise.getTime() / 1000) : undefined,
    sunset: crossesHorizon ? Math.round(sunset.getTime() / 1000) : undefined,
    daylight: crossesHorizon ? Math.round((sunset.getTime() - sunrise.getTime()) / 1000) : alwaysUp ? DAY : 0,
  };
  known.set(key, made, 1);
  return made;
}

function solarDayOf({ longitude }: Point, seconds: number): number {
  return Math.floor((seconds + longitude * 240) / DAY);
}

export function isDay(point: Point, hour: Hour): boolean {
  const seconds = hour * 3600;
  const day = solarDayOf(point, seconds);
  const today = solarDay(point, day);
  // Near the polar day the sun sets after midnight, and rises before it.
  return [solarDay(point, day - 1), today, solarDay(point, day + 1)].some((each) =>
    each.sunrise === undefined || each.sunset === undefined
      ? each === today && each.daylight > 0
      : each.sunrise <= seconds && seconds < each.sunset,
  );
}

/** The solar days that meet the hours [from, to). */
function solarDays(point: Point, from: Hour, to: Hour): SolarDay[] {
  const first = solarDayOf(point, from * 3600);
  const count = solarDayOf(point, to * 3600) - first + 3;
  return Array.from({ length: count }, (_, index) => solarDay(point, first - 1 + index));
}

/** When the sun first rises or sets in the hours [from, to), Unix seconds; undefined where it does not. */
export function sunEvent(point: Point, event: 'sunrise' | 'sunset', from: Hour, to: Hour): number | undefined {
  return solarDays(point, from, to)
    .map((day) => day[event])
    .find((time) => time !== undefined && time >= from * 3600 && time < to * 3600);
}

/** Seconds of daylight of the day whose noon lies in the hours [from, to). */
export function daylightDuration(point: Point, from: Hour, to: Hour): number {
  return solarDays(point, from, to).find(({ noon }) => noon >= from * 3600 && noon < to * 3600)?.daylight ?? 0;
}
