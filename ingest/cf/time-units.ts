/**
 * `hours since 1900-01-01 00:00:00.0`: the units of time coordinates (CF-1.11 section 4.4; the forms that UDUNITS reads),
 * to milliseconds since 1970-01-01T00:00Z.
 *
 * Calendars: `standard` (also called `gregorian`: Julian before 1582-10-15), `proleptic_gregorian`, `julian`. All three count
 * real days, so the calendar only matters for the reference date. Calendars without real days (`noleap`, `360_day`, ...)
 * have no time in UTC and are refused by name.
 */
import { KernelcastError } from '../../src/errors.ts';

export interface TimeUnits {
  millisecondsPerUnit: number;
  /** The reference instant, in milliseconds since 1970-01-01T00:00Z. */
  reference: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: [number, string[]][] = [
  [1e-6, ['nanosecond', 'nanoseconds', 'nanosec', 'nanosecs', 'nsec', 'nsecs', 'ns']],
  [0.001, ['microsecond', 'microseconds', 'microsec', 'microsecs', 'usec', 'usecs', 'us']],
  [1, ['millisecond', 'milliseconds', 'millisec', 'millisecs', 'msec', 'msecs', 'ms']],
  [SECOND, ['second', 'seconds', 'sec', 'secs', 's']],
  [MINUTE, ['minute', 'minutes', 'min', 'mins']],
  [HOUR, ['hour', 'hours', 'hr', 'hrs', 'h']],
  [DAY, ['day', 'days', 'd']],
  [7 * DAY, ['week', 'weeks']],
];
const MILLISECONDS_PER = new Map(UNITS.flatMap(([length, names]) => names.map((name) => [name, length] as const)));

/** `calendar` -> what it means for a reference date. The last day of the mixed calendar's Julian half is 1582-10-04. */
const CALENDARS: Record<string, 'mixed' | 'gregorian' | 'julian'> = {
  standard: 'mixed',
  gregorian: 'mixed',
  proleptic_gregorian: 'gregorian',
  julian: 'julian',
};

/** UDUNITS allows a number before the unit: `6 hours since ...`. */
const SINCE = /^(?:(\d+(?:\.\d*)?)\s+)?(\S+)\s+(?:since|after|from|ref|@)\s+(.+)$/i;
const DATE = /^([+-]?\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const CLOCK = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?$/;
const COMPACT_CLOCK = /^(\d{2})(\d{2})(\d{2})?$/;
/** Without a sign it lies east; wgrib2 writes UTC as `0:00`. */
const ZONE = /^(?:Z|UTC|GMT|([+-])?(\d{1,2})(?::?(\d{2}))?)$/i;
const FARTHEST_ZONE_HOURS = 14;

/** Milliseconds of a unit of time by itself (`hours`, `h`), as of the step of a forecast; undefined for others. */
export function durationUnit(units: string | undefined): number | undefined {
  return MILLISECONDS_PER.get(units?.trim().toLowerCase() ?? '');
}

export function isTimeUnits(units: string | undefined): boolean {
  return units !== undefined && SINCE.test(units.trim());
}

/**
 * @param where file and variable, for errors
 * @throws KernelcastError `CONVENTIONS`: no such unit, date or calendar
 */
export function parseTimeUnits(
  units: string,
  calendar = 'standard',
  where: Record<string, string | number> = {},
): TimeUnits {
  const kind = CALENDARS[calendar.trim().toLowerCase()];
  if (!kind) {
    throw new KernelcastError('CONVENTIONS', `times in the calendar '${calendar}' have no meaning in UTC`, {
      where,
      hint: `Calendars that have one: ${Object.keys(CALENDARS).join(', ')}.`,
    });
  }
  const [, number = '1', unit, since] = SINCE.exec(units.trim()) ?? [];
  const millisecondsPerUnit = Number(number) * (MILLISECONDS_PER.get(unit?.toLowerCase()) ?? Number.NaN);
  if (!(millisecondsPerUnit > 0)) {
    const what = /^(month|year|common_year)/i.test(unit ?? '') ? `a '${unit}' has no fixed length` : 'no unit of time';
    throw new KernelcastError('CONVENTIONS', `'${units}': ${what}`, {
      where,
      hint: 'A time looks like "hours since 1900-01-01 00:00:00"; the units go from nanoseconds to weeks.',
    });
  }
  if (kind !== 'gregorian' && /^[+-]?0+(?!\d)/.test(since.trim())) {
    throw new KernelcastError('CONVENTIONS', `'${units}': there is no year 0 in the calendar '${calendar}'`, {
      where,
      hint: 'Give the calendar that was meant, for example proleptic_gregorian, or write the times from another year.',
    });
  }
  const reference = parseReference(since.trim(), kind);
  if (reference === undefined) {
    throw new KernelcastError('CONVENTIONS', `'${units}': '${since}' is no date`, {
      where,
      hint: 'A date looks like 1900-01-01, 1900-01-01T06:00:00Z or 1900-1-1 6:00:00 +1:30.',
    });
  }
  return { millisecondsPerUnit, reference };
}

function parseReference(text: string, kind: 'mixed' | 'gregorian' | 'julian'): number | undefined {
  // `1900-01-01T06:00:00Z` and `1900-01-01 06:00:00 Z` are one form, once split.
  const parts = text
    .replace(/^([+-]?[\d-]+)[Tt](?=\d)/, '$1 ')
    .replace(/([\d.])(Z|UTC|GMT)$/i, '$1 $2')
    .replace(/(:[\d.]+)([+-]\d)/, '$1 $2')
    .split(/\s+/);
  const [, year, month = '1', day = '1'] = DATE.exec(parts[0]) ?? COMPACT_DATE.exec(parts[0]) ?? [];
  if (year === undefined) return undefined;
  // Whether -1 comes before 1 or before 0 is told by nobody; only the Julian day's epoch is known in both ways of counting.
  const isEpoch = Number(month) === 1 && Number(day) === 1 && (year === '-4712' || year === '-4713');
  if (Number(year) < 0 && kind !== 'gregorian' && !isEpoch) return undefined;
  const astronomical = year === '-4713' && isEpoch && kind !== 'gregorian' ? -4712 : Number(year);
  const days = daysSince1970(astronomical, Number(month), Number(day), kind);
  if (days === undefined) return undefined;
  let rest = parts.slice(1);
  let clock = 0;
  const [, hours, minutes = '0', seconds = '0'] = CLOCK.exec(rest[0] ?? '') ?? COMPACT_CLOCK.exec(rest[0] ?? '') ?? [];
  if (hours !== undefined) {
    if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) >= 61) return undefined;
    clock = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
    rest = rest.slice(1);
  }
  let zone = 0;
  if (rest.length > 0) {
    const match = ZONE.exec(rest[0]);
    if (!match || rest.length > 1) return undefined;
    const [, sign, zoneHours = '0', zoneMinutes = '0'] = match;
    if (Number(zoneHours) > FARTHEST_ZONE_HOURS || Number(zoneMinutes) > 59) return undefined;
    zone = (sign === '-' ? -1 : 1) * (Number(zoneHours) * HOUR + Number(zoneMinutes) * MINUTE);
  }
  return days * DAY + clock - zone;
}

/** Days from 1970-01-01 to a date; undefined where the calendar does not have the date. Years count astronomically. */
function daysSince1970(
  year: number,
  month: number,
  day: number,
  kind: 'mixed' | 'gregorian' | 'julian',
): number | undefined {
  const written = year * 10_000 + month * 100 + day;
  if (kind === 'mixed' && written > 1582_10_04 && written < 1582_10_15) return undefined;
  const julian = kind === 'julian' || (kind === 'mixed' && written < 1582_10_15);
  const leap = year % 4 === 0 && (julian || year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return undefined;
  const dayOfYear = lengths.slice(0, month - 1).reduce((sum, length) => sum + length, day - 1);
  const before = year - 1;
  const leapDays = julian
    ? // The Julian 0001-01-01 is the Gregorian 0000-12-30.
      Math.floor(before / 4) - 2
    : Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const FROM_YEAR_1_TO_1970 = 719_162;
  return before * 365 + leapDays + dayOfYear - FROM_YEAR_1_TO_1970;
}
