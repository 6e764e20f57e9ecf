/** Zones of wall clocks: IANA names, and fixed offsets (`-05:00`, `UTC+1`). */

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i;

/** The offset that a text names, in milliseconds ahead of UTC; undefined where it names none. */
export function fixedOffset(text: string): number | undefined {
  if (/^(Z|UTC|GMT)$/i.test(text)) return 0;
  const [, sign, hours, minutes = '0'] = OFFSET.exec(text) ?? [];
  if (sign === undefined || Number(hours) > 14) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Whether this is an offset, or a zone that this machine knows. */
export function isZone(zone: string): boolean {
  if (fixedOffset(zone) !== undefined) return true;
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: zone }));
  } catch {
    return false;
  }
}

/**
 * The instants at which clocks of a zone show a time, ascending: one, as a rule; two where the clocks are set back; none where they skip
 * it.
 * @param wall what the clock shows, as if it were UTC, in milliseconds
 */
export function instantsOf(wall: number, zone: string): number[] {
  const fixed = fixedOffset(zone);
  if (fixed !== undefined) return [wall - fixed];
  const day = 86_400_000;
  const guesses = [wall - offsetOf(wall - day, zone), wall - offsetOf(wall + day, zone)];
  return [...new Set(guesses)].filter((guess) => guess + offsetOf(guess, zone) === wall).sort((a, b) => a - b);
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
