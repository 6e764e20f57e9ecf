/** Times in tables: ISO 8601 and its relatives, Unix times, and wall clocks in a zone. */
const ISO =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * `2024-03-01T06:00Z`, `2024-03-01 06:00:00+01:00`, `20240301 0600`; Unix time of `seconds` or `milliseconds`.
 * @param zone IANA name of the zone of times that bear no offset themselves
 * @returns Unix time in milliseconds; NaN where the text is no time, or one that the zone's clocks skip
 */
export function parseInstant(text: string, zone = 'UTC', unit?: 'seconds' | 'milliseconds'): number {
  if (unit !== undefined) {
    return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * (unit === 'seconds' ? 1000 : 1) : Number.NaN;
  }
  const match = ISO.exec(text.trim());
  if (!match) return Number.NaN;
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset] = match;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(wall);
  // Of the 31st of February, JavaScript makes the 2nd of March.
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day) || Number(hour) > 23)
    return Number.NaN;
  if (offset === undefined) return zone === 'UTC' ? wall : fromWallClock(wall, zone);
  if (/^(Z|UTC|GMT)$/i.test(offset)) return wall;
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset)!;
  return wall - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** The instant at which clocks of a zone show a time; the first of two where they are set back. */
function fromWallClock(wall: number, zone: string): number {
  const day = 86_400_000;
  for (const guess of [wall - offsetOf(wall - day, zone), wall - offsetOf(wall + day, zone)]) {
    if (guess + offsetOf(guess, zone) === wall) return guess;
  }
  return Number.NaN;
}

const clocks = new Map<string, { format: Intl.DateTimeFormat; offsets: Map<number, number> }>();

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
function offsetOf(instant: number, zone: string): number {
  let clock = clocks.get(zone);
  if (!clock) {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    clock = { format, offsets: new Map() };
    clocks.set(zone, clock);
  }
  // Zones change on quarters of an hour at the earliest.
  const quarter = Math.floor(instant / 900_000);
  const known = clock.offsets.get(quarter);
  if (known !== undefined) return known;
  const parts = Object.fromEntries(
    clock.format.formatToParts(quarter * 900_000).map(({ type, value }) => [type, Number(value)]),
  );
  const offset = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) - quarter * 900_000;
  clock.offsets.set(quarter, offset);
  return offset;
}

/** Whether this machine knows a zone. */
export function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: zone }));
  } catch {
    return false;
  }
}
