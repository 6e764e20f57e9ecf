/** Time zones: by their IANA names, or of a position, without a look at the network. */
import lookUp from '@photostructure/tz-lookup';
import type { Point } from '../../domain/geo.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { Recent } from '../../store/recent.ts';
import { badParameter } from '../requests/query.ts';
import { LocalTime } from './local-time.ts';

export interface Zone {
  /** `Europe/Berlin` */
  name: string;
  /** `GMT+1` */
  abbreviation: string;
  /** Seconds east of UTC, at the hour that it was asked for. */
  offset: number;
  local: LocalTime;
}

const UTC: Zone = { name: 'GMT', abbreviation: 'GMT', offset: 0, local: LocalTime.fixed(0) };

/** Making one costs milliseconds; there are some 600 zones. */
const formats = new Recent<{ long: Intl.DateTimeFormat; short: Intl.DateTimeFormat; local: LocalTime }>(700);

/**
 * The zone of that name; `auto` is that of the position.
 * @throws KernelcastError `USAGE` for a name that is none
 */
export function zoneAt(name: string, position: Point, hour: Hour): Zone {
  if (name === 'GMT' || name === 'UTC') return { ...UTC, name };
  const known = name === 'auto' ? lookUp(position.latitude, position.longitude) : name;
  const { long, short, local } = formatsOf(known);
  const time = hour * MILLISECONDS_PER_HOUR;
  const { timeZone } = long.resolvedOptions();
  return {
    // Of a link (Asia/Kolkata) the platform tells another name: ours is the one that was asked for, in its usual spelling.
    name: timeZone.toLowerCase() === known.toLowerCase() ? timeZone : known,
    abbreviation: partOf(short, time),
    offset: offsetOf(long, time),
    local,
  };
}

/** Seconds east of UTC at a time in milliseconds. */
function offsetOf(long: Intl.DateTimeFormat, time: number): number {
  // `GMT+05:30`, `GMT-03:00`, or `GMT`.
  const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(partOf(long, time));
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

function partOf(format: Intl.DateTimeFormat, time: number): string {
  return format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
}

function formatsOf(name: string) {
  const known = formats.get(name);
  if (known) return known;
  try {
    // Names only: an offset like +01:00 is none, and Open-Meteo knows no such.
    if (!/^[A-Za-z]/.test(name)) throw new RangeError('not a name');
    const options = { timeZone: name, year: 'numeric' } as const;
    const long = new Intl.DateTimeFormat('en', { ...options, timeZoneName: 'longOffset' });
    const made = {
      long,
      local: new LocalTime((seconds) => offsetOf(long, seconds * 1000)),
      short: new Intl.DateTimeFormat('en', { ...options, timeZoneName: 'short' }),
    };
    formats.set(name, made);
    return made;
  } catch {
    throw badParameter(
      'timezone',
      `the parameter 'timezone' is '${name.slice(0, 40)}', which is no time zone`,
      "Give a name of the IANA database like Europe/Berlin, 'auto' or 'GMT'.",
    );
  }
}
