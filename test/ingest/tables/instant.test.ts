import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../ingest/tables/instant.ts';
import { isZone } from '../../../ingest/tables/zone.ts';

const iso = (...args: Parameters<typeof parseInstant>) => {
  const time = parseInstant(...args);
  return Number.isNaN(time) ? 'no time' : new Date(time).toISOString().replace('.000Z', 'Z');
};

describe('times in tables', () => {
  it.each([
    ['2024-03-01T06:00Z', '2024-03-01T06:00:00Z'],
    ['2024-03-01 06:51:30+00:00', '2024-03-01T06:51:30Z'],
    ['2024-03-01T06:00:00.5+0130', '2024-03-01T04:30:00Z'],
    ['2024-03-01 06:00 -05', '2024-03-01T11:00:00Z'],
    ['2024-03-01 06:00 UTC', '2024-03-01T06:00:00Z'],
    ['20240301 0600', '2024-03-01T06:00:00Z'],
    ['2024-03-01', '2024-03-01T00:00:00Z'],
    ['2024-02-30 06:00', 'no time'],
    ['2024-03-01 24:30', 'no time'],
    ['01/03/2024 06:00', 'no time'],
    ['', 'no time'],
  ])('%s is %s', (text, expected) => expect(iso(text)).toBe(expected));

  it('reads wall clocks of a zone, on both sides of a change', () => {
    expect(iso('2024-03-31 01:30', 'Europe/Zurich')).toBe('2024-03-31T00:30:00Z');
    expect(iso('2024-03-31 03:30', 'Europe/Zurich')).toBe('2024-03-31T01:30:00Z');
    expect(iso('2024-07-01 12:00', 'Asia/Kathmandu')).toBe('2024-07-01T06:15:00Z');
    expect(iso('2024-07-01 12:00Z', 'Asia/Kathmandu')).toBe('2024-07-01T12:00:00Z');
  });

  it('takes no time that the clocks skip, and the first of two', () => {
    expect(iso('2024-03-31 02:30', 'Europe/Zurich')).toBe('no time');
    expect(iso('2024-10-27 02:30', 'Europe/Zurich')).toBe('2024-10-27T00:30:00Z');
  });

  it('reads Unix times', () => {
    expect(iso('1709272800', 'UTC', 'seconds')).toBe('2024-03-01T06:00:00Z');
    expect(iso('1709272800000', 'UTC', 'milliseconds')).toBe('2024-03-01T06:00:00Z');
    expect(iso('2024-03-01', 'UTC', 'seconds')).toBe('no time');
  });

  it('knows zones', () => expect([isZone('Europe/Zurich'), isZone('Mars/Olympus')]).toEqual([true, false]));
});
