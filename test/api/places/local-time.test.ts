/** Days of zones, against what the platform's own calendar (`Intl`) says of each instant, days of 23 and 25 hours among them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dailyFrame, hourlyFrame } from '../../../src/api/answers/frame.ts';
import { zoneAt } from '../../../src/api/places/zone.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's calendar, by the platform: `2025-03-30 02:00`. */
function wall(name: string, hour: number): string {
  let format = formats.get(name);
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: name, ...parts });
    formats.set(name, format);
  }
  return format.format(hour * 3_600_000);
}

const nowhere = { latitude: 0, longitude: 0 };
const hourOf = (text: string) => Date.parse(text) / 3_600_000;

test('whatever the zone and the hour, an answer begins with the first hour of the local day', () => {
  const hours = fc.integer({ min: hourOf('2015-01-01T00:00Z'), max: hourOf('2030-01-01T00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), hours, (name, now) => {
      const { local } = zoneAt(name, nowhere, now);
      const axis = { anchor: now, hours: undefined, local };
      const { from } = hourlyFrame({}, axis);
      const today = wall(name, now).slice(0, 10);
      expect([name, wall(name, from).slice(0, 10)]).toEqual([name, today]);
      // Of the hour before, some part is yesterday's.
      expect(wall(name, from - 1).slice(0, 10) < today).toBe(true);
      const days = dailyFrame({}, axis);
      expect(days).toHaveLength(7);
      for (const [index, { from: start, to }] of days.entries()) {
        if (index > 0) expect(start).toBe(days[index - 1].to);
        expect(wall(name, start).slice(0, 10)).toBe(wall(name, to - 1).slice(0, 10));
      }
    }),
    { numRuns: 600, seed: 19 },
  );
});

describe('where clocks are changed', () => {
  test.each([
    ['Europe/Berlin', '2025-03-30T12:00Z', 23],
    ['Europe/Berlin', '2025-10-26T12:00Z', 25],
    ['America/New_York', '2025-03-09T18:00Z', 23],
    ['America/New_York', '2025-11-02T18:00Z', 25],
    // Midnight itself is left out, or stands twice.
    ['America/Santiago', '2025-09-07T12:00Z', 23],
    ['America/Santiago', '2025-04-05T15:00Z', 25],
    ['Africa/Cairo', '2025-04-25T12:00Z', 23],
    ['Europe/Berlin', '2025-02-20T12:00Z', 24],
  ])('in %s, the day of %s has %i hours from its first instant', (name, time, length) => {
    const now = hourOf(time);
    const { local } = zoneAt(name, nowhere, now);
    const [day] = dailyFrame({ forecast_days: 1 }, { anchor: now, hours: undefined, local });
    expect(day.to - day.from).toBe(length);
    expect(wall(name, day.from).slice(0, 10)).toBe(time.slice(0, 10));
    expect(wall(name, day.from - 1).slice(0, 10) < time.slice(0, 10)).toBe(true);
  });
});

test('an hour of the zone is found in UTC before and after clocks are changed', () => {
  const { local } = zoneAt('Europe/Berlin', nowhere, hourOf('2025-03-30T00:00Z'));
  expect(local.toUtc(hourOf('2025-03-30T01:00Z'))).toBe(hourOf('2025-03-30T00:00Z'));
  expect(local.toUtc(hourOf('2025-03-30T12:00Z'))).toBe(hourOf('2025-03-30T10:00Z'));
});
