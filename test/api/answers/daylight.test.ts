/** Against the times that almanacs print for these places and days, to the minute, give or take one. */
import { expect, test } from 'vitest';
import { daylightDuration, isDay, sunEvent } from '../../../src/api/answers/daylight.ts';

const AMSTERDAM = { latitude: 52.37, longitude: 4.9 };
const SUVA = { latitude: -18.14, longitude: 178.44 };
const TROMSO = { latitude: 69.65, longitude: 18.96 };

const hourOf = (text: string) => Date.parse(text) / 3_600_000;
const within = (from: string, hours = 24) => [hourOf(from), hourOf(from) + hours] as const;

test.each([
  // Longest and shortest day in Amsterdam, local days (CEST, CET).
  [AMSTERDAM, 'sunrise', '2025-06-20T22:00Z', '2025-06-21T03:18Z'],
  [AMSTERDAM, 'sunset', '2025-06-20T22:00Z', '2025-06-21T20:06Z'],
  [AMSTERDAM, 'sunrise', '2025-12-20T23:00Z', '2025-12-21T07:48Z'],
  [AMSTERDAM, 'sunset', '2025-12-20T23:00Z', '2025-12-21T15:29Z'],
  // On the other side of the Earth the local day is mostly the day before in UTC.
  [SUVA, 'sunrise', '2025-02-19T12:00Z', '2025-02-19T18:01Z'],
  [SUVA, 'sunset', '2025-02-19T12:00Z', '2025-02-20T06:38Z'],
] as const)('at %o the %s of the day from %s is %s', (place, event, from, expected) => {
  const found = sunEvent(place, event, ...within(from))!;
  expect(Math.abs(found - Date.parse(expected) / 1000)).toBeLessThanOrEqual(90);
});

test('where the sun does not cross the horizon there is neither', () => {
  for (const from of ['2025-12-20T23:00Z', '2025-06-20T22:00Z']) {
    expect(sunEvent(TROMSO, 'sunrise', ...within(from))).toBeUndefined();
    expect(sunEvent(TROMSO, 'sunset', ...within(from))).toBeUndefined();
  }
  expect(daylightDuration(TROMSO, ...within('2025-12-20T23:00Z'))).toBe(0);
  expect(daylightDuration(TROMSO, ...within('2025-06-20T22:00Z'))).toBe(86_400);
  expect([isDay(TROMSO, hourOf('2025-12-21T11:00Z')), isDay(TROMSO, hourOf('2025-06-21T23:00Z'))]).toEqual([
    false,
    true,
  ]);
});

test('daylight lasts from sunrise to sunset, and it is day between them', () => {
  const day = within('2025-06-20T22:00Z');
  const [rise, set] = [sunEvent(AMSTERDAM, 'sunrise', ...day)!, sunEvent(AMSTERDAM, 'sunset', ...day)!];
  expect(Math.abs(daylightDuration(AMSTERDAM, ...day) - (set - rise))).toBeLessThanOrEqual(1);
  for (let hour = day[0]; hour < day[1]; hour++) {
    expect([hour, isDay(AMSTERDAM, hour)]).toEqual([hour, hour * 3600 >= rise && hour * 3600 < set]);
  }
});
