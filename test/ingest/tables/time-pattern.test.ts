import { describe, expect, it } from 'vitest';
import { timePattern } from '../../../ingest/tables/time-pattern.ts';

const read = (pattern: string, text: string) => {
  const found = timePattern(pattern)!(text);
  return found && new Date(found.wall - (found.offset ?? 0)).toISOString().slice(0, 19);
};

describe('times by a pattern', () => {
  it.each([
    ['yyyyMMddHH', '2024030106', '2024-03-01T06:00:00'],
    ['yyyymmddhh', '2024030124', '2024-03-02T00:00:00'],
    ['yyyymmddhhmm', '202403010630', '2024-03-01T06:30:00'],
    ['yyyyMMdd H', '20240301 24', '2024-03-02T00:00:00'],
    ['dd.MM.yy HH:mm', '12.05.26 17:00', '2026-05-12T17:00:00'],
    ['dd.MM.yy HH:mm', '12.05.71 7:00', '1971-05-12T07:00:00'],
    ['MM/dd/yyyy hh:mm a', '3/1/2024 12:15 AM', '2024-03-01T00:15:00'],
    ['M/d/yyyy h:mm a', '3/1/2024 12:15 pm', '2024-03-01T12:15:00'],
    ['dd-MMM-yyyy HH:mm', '01-Mar-2024 06:00', '2024-03-01T06:00:00'],
    ['yyyyDDDHHmm', '20240610600', '2024-03-01T06:00:00'],
    ["yyyy-MM-dd'T'HH:mmZ", '2024-03-01T06:00+01:00', '2024-03-01T05:00:00'],
  ])('%s: %s is %s', (pattern, text, expected) => expect(read(pattern, text)).toBe(expected));

  it.each([
    ['yyyyMMddHH', '2024023006'],
    ['yyyyMMddHH', '20240301'],
    ['yyyyMMddHH', '2024030125'],
    ['yyyyMMdd H:mm', '20240301 24:30'],
    ['hh:mm a dd.MM.yyyy', '13:00 PM 01.03.2024'],
  ])('%s: %s is no time', (pattern, text) => expect(read(pattern, text)).toBeUndefined());

  it.each(['HH:mm', 'yyyyMM', 'yyyyMMddHHHH', 'yyyy week', ''])('%s is no pattern of a day', (pattern) =>
    expect(timePattern(pattern)).toBeUndefined(),
  );
});
