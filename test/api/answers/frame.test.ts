import { expect, test } from 'vitest';
import { checkFrame, dailyFrame, type FrameQuery, hourlyFrame, quarterFrame } from '../../../src/api/answers/frame.ts';
import { LocalTime } from '../../../src/api/places/local-time.ts';
import { formatHour, parseHour } from '../../../src/domain/time.ts';

/** A run of the hour before. */
const ANCHOR = parseHour('2025-02-20T14:00Z');

function hours(query: FrameQuery, offset: number, length: number | undefined): string {
  const { from, to } = hourlyFrame(query, { anchor: ANCHOR, hours: length, local: LocalTime.fixed(offset) });
  return `${formatHour(from)} ${formatHour(to)}`.replaceAll('2025-02-', '').replaceAll(':00Z', '');
}

const NEW_YORK = -5 * 3600;
const KOLKATA = 5.5 * 3600;
const day = (text: string) => parseHour(text) / 24;

test.each<[string, FrameQuery, number, string]>([
  ['nothing: the hours of the run', {}, 0, '20T14 21T14'],
  ['past hours in front', { past_hours: 3 }, 0, '20T11 21T14'],
  ['a part of the run', { forecast_hours: 6 }, 0, '20T14 20T20'],
  ['both', { past_hours: 2, forecast_hours: 1 }, 0, '20T12 20T15'],
  ['today', { forecast_days: 1 }, 0, '20T00 21T00'],
  ['today and tomorrow in New York', { forecast_days: 2 }, NEW_YORK, '20T05 22T05'],
  ['yesterday too', { past_days: 1, forecast_days: 1 }, 0, '19T00 21T00'],
  ['past days, and the run', { past_days: 1 }, 0, '19T00 21T14'],
  ['no day at all', { forecast_days: 0 }, 0, '20T00 20T00'],
  ['dates', { start_date: day('2025-02-18'), end_date: day('2025-02-19') }, 0, '18T00 20T00'],
  ['dates in New York', { start_date: day('2025-02-18'), end_date: day('2025-02-18') }, NEW_YORK, '18T05 19T05'],
  [
    'dates where days begin at half past',
    { start_date: day('2025-02-18'), end_date: day('2025-02-18') },
    KOLKATA,
    '17T19 18T19',
  ],
  ['no past days, which says nothing', { past_days: 0 }, 0, '20T14 21T14'],
  ['hours', { start_hour: ANCHOR, end_hour: ANCHOR }, 0, '20T14 20T15'],
  ['hours in New York', { start_hour: ANCHOR, end_hour: ANCHOR + 1 }, NEW_YORK, '20T19 20T21'],
])('%s', (_, query, offset, expected) => {
  expect(hours(query, offset, 24)).toBe(expected);
});

test.each<[string, FrameQuery, number, string]>([
  ['nothing: a week from midnight', {}, 0, '20T00 27T00'],
  ['a week from midnight in New York', {}, NEW_YORK, '20T05 27T05'],
  ['days', { past_days: 1, forecast_days: 2 }, 0, '19T00 22T00'],
  ['hours from the one that it is', { past_hours: 2, forecast_hours: 3 }, 0, '20T12 20T17'],
  ['hours ahead alone', { forecast_hours: 24 }, 0, '20T14 21T14'],
  ['hours win over days', { forecast_hours: 1, forecast_days: 3 }, 0, '20T14 20T15'],
])('by the clock, %s', (_, query, offset, expected) => {
  expect(hours(query, offset, undefined)).toBe(expected);
  // As Open-Meteo: days do not follow the hours.
  const axis = { anchor: ANCHOR, hours: undefined, local: LocalTime.fixed(offset) };
  const length = (query.past_days ?? 0) + (query.forecast_days ?? 7);
  expect(dailyFrame(query, axis)).toHaveLength(length);
});

test('quarters of an hour go three days, or as many as are asked for', () => {
  const axis = { anchor: ANCHOR, hours: undefined, local: LocalTime.fixed(0) };
  const midnight = parseHour('2025-02-20');
  expect(quarterFrame({}, axis)).toEqual({ from: midnight, to: midnight + 72 });
  expect(quarterFrame({ past_minutely_15: 2, forecast_minutely_15: 5 }, axis)).toEqual({
    from: ANCHOR - 0.5,
    to: ANCHOR + 1.25,
  });
  const asked = { start_minutely_15: ANCHOR + 0.25, end_minutely_15: ANCHOR + 1 };
  expect(quarterFrame(asked, axis)).toEqual({ from: ANCHOR + 0.25, to: ANCHOR + 1.25 });
});

test('days are those of the zone, and whole', () => {
  const days = dailyFrame({}, { anchor: ANCHOR, hours: 24, local: LocalTime.fixed(NEW_YORK) });
  expect(days.map(({ day: index, from, to }) => [index, formatHour(from), to - from])).toEqual([
    [day('2025-02-20'), '2025-02-20T05:00Z', 24],
    [day('2025-02-21'), '2025-02-21T05:00Z', 24],
  ]);
  expect(dailyFrame({ forecast_days: 0 }, { anchor: ANCHOR, hours: 24, local: LocalTime.fixed(0) })).toEqual([]);
});

test('contradictions are refused', () => {
  expect(() => checkFrame({ start_date: 1, end_date: 2, past_days: 1 })).toThrow(/at once/);
  // Programs send it beside dates.
  expect(() => checkFrame({ start_date: 1, end_date: 2, past_days: 0 })).not.toThrow();
  expect(() => checkFrame({ start_hour: 0, end_hour: 366 * 24 })).toThrow(/more than 366 days/);
  expect(() => checkFrame({ start_hour: 0, end_hour: 366 * 24 - 1 })).not.toThrow();
});
