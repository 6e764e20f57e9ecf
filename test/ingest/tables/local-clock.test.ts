import { describe, expect, it } from 'vitest';
import { LocalClock } from '../../../ingest/tables/local-clock.ts';

const ZONE = 'Europe/Berlin';
/** In the night in which 3:00 summer time becomes 2:00: the minutes of the day in which the clocks show these. */
const wall = (text: string) => Date.parse(`2024-10-27T${text}:00Z`);

/** @returns the instants as `hh:mm` in UTC, in the order of the file; `?` where it cannot be told */
function instants(walls: readonly string[], zone = ZONE): string[] {
  const found: string[] = [];
  const clock = new LocalClock<number>({
    put(row, instant) {
      found[row] = new Date(instant).toISOString().slice(11, 16);
    },
    onUnknown(row) {
      found[row] = '?';
    },
  });
  for (const [row, text] of walls.entries()) if (!clock.add(row, wall(text), zone)) found[row] = 'skipped';
  clock.end();
  return found;
}

describe('an hour that the clocks show twice', () => {
  it.each([
    ['hourly', ['01:00', '02:00', '02:00', '03:00'], ['23:00', '00:00', '01:00', '02:00']],
    ['backwards', ['03:00', '02:00', '02:00', '01:00'], ['02:00', '01:00', '00:00', '23:00']],
    ['half-hourly', ['02:00', '02:30', '02:00', '02:30', '03:00'], ['00:00', '00:30', '01:00', '01:30', '02:00']],
    ['at the end of the file', ['01:00', '02:20', '02:50', '02:20'], ['23:00', '00:20', '00:50', '01:20']],
    ['at its beginning', ['02:20', '02:20', '03:00'], ['00:20', '01:20', '02:00']],
    ['a report repeated', ['02:20', '02:20', '02:50', '02:20', '03:20'], ['00:20', '00:20', '00:50', '01:20', '02:20']],
    ['once only', ['01:00', '02:00', '03:00'], ['23:00', '?', '02:00']],
    ['in no order', ['02:00', '02:30', '02:10', '02:40', '02:20', '03:00'], ['?', '?', '?', '?', '?', '02:00']],
  ])('%s', (_, walls, expected) => expect(instants(walls)).toEqual(expected));

  it('is once in zones without summer time, and with an offset', () => {
    expect(instants(['02:00'], '-05:00')).toEqual(['07:00']);
    expect(instants(['02:00'], 'UTC+1')).toEqual(['01:00']);
    expect(instants(['02:00'], 'Asia/Tokyo')).toEqual(['17:00']);
  });

  it('says of a time that the clocks skip that they never show it', () => {
    const clock = new LocalClock<number>({ put: () => {}, onUnknown: () => {} });
    expect(clock.add(0, Date.parse('2024-03-31T02:30:00Z'), ZONE)).toBe(false);
    expect(clock.add(0, Date.parse('2024-03-10T02:30:00Z'), 'America/New_York')).toBe(false);
  });
});
