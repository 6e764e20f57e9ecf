import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeUnits, parseTimeUnits } from '../../../ingest/cf/time-units.ts';
import { isKernelcastError, type KernelcastError } from '../../../src/errors.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function problem(units: string, calendar?: string): KernelcastError {
  try {
    parseTimeUnits(units, calendar, { file: 'f.nc', variable: 'time' });
  } catch (error) {
    if (isKernelcastError(error, 'CONVENTIONS')) return error;
    throw error;
  }
  throw new Error(`'${units}' was taken`);
}

describe('units', () => {
  it.each([
    ['nanoseconds', 1e-6],
    ['microseconds', 0.001],
    ['6 hours', 6 * HOUR],
    ['0.5 days', 12 * HOUR],
    ['msec', 1],
    ['s', 1000],
    ['Seconds', 1000],
    ['min', 60_000],
    ['hours', HOUR],
    ['hr', HOUR],
    ['h', HOUR],
    ['days', DAY],
    ['d', DAY],
    ['weeks', 7 * DAY],
  ])('%s', (unit, length) => {
    expect(parseTimeUnits(`${unit} since 1970-01-01`)).toEqual({ millisecondsPerUnit: length, reference: 0 });
  });

  it('refuses months and years, which have no fixed length', () => {
    expect(problem('months since 1900-01-01').message).toContain('no fixed length');
    expect(problem('years since 1900-01-01').message).toContain('no fixed length');
  });

  it('refuses what is no time, naming file and variable', () => {
    expect(problem('day as %Y%m%d.%f').where).toEqual({ file: 'f.nc', variable: 'time' });
    expect(problem('0 hours since 1900-01-01').message).toContain('no unit of time');
    expect(problem('fortnights since 1900-01-01').message).toContain('no unit of time');
    expect(isTimeUnits('K')).toBe(false);
    expect(isTimeUnits('hours since 1900-01-01')).toBe(true);
  });
});

describe('reference dates', () => {
  it.each([
    ['1970-01-02', DAY],
    ['1970-1-2', DAY],
    ['1970-01-01 06:30:15', 6.5 * HOUR + 15_000],
    ['1970-01-01T06:30:15Z', 6.5 * HOUR + 15_000],
    ['1970-01-01 06:30:15.250', 6.5 * HOUR + 15_250],
    ['1970-01-01 00:00:0.0', 0],
    ['1970-01-01 06:30 UTC', 6.5 * HOUR],
    ['1970-01-01 6', 6 * HOUR],
    ['1970-01-01 12:00:00 -6:00', 18 * HOUR],
    ['1970-01-01 12:00:00+05:30', 6.5 * HOUR],
    ['1970-01-01T12:00:00 +0530', 6.5 * HOUR],
    ['1970-01-01 24:00', DAY],
    ['19700102T06', DAY + 6 * HOUR],
    ['1970', 0],
    ['1970-02', 31 * DAY],
  ])('%s', (date, reference) => {
    expect(parseTimeUnits(`hours since ${date}`).reference).toBe(reference);
  });

  it.each([
    '1970-13-01',
    '1970-02-29',
    '1970-01-01 25:00',
    '1970-01-01 00:61',
    'yesterday',
    '1970-01-01 06:00 CET',
    '',
  ])('refuses %j', (date) => {
    expect(problem(`hours since ${date} `).code).toBe('CONVENTIONS');
  });

  it('of the proleptic Gregorian calendar are those of Date', () => {
    const dates = fc.date({ min: new Date('0101-01-01'), max: new Date('2500-01-01'), noInvalidDate: true });
    const property = fc.property(dates, (date) => {
      const text = date.toISOString();
      expect(parseTimeUnits(`seconds since ${text}`, 'proleptic_gregorian').reference).toBe(date.getTime());
    });
    fc.assert(property, { numRuns: 300, seed: 3 });
  });
});

describe('calendars', () => {
  // The days between the date and 1970-01-01, as cftime 1.6 counts them.
  it.each([
    ['0001-01-01', 'standard', 719_164],
    ['1-1-1', 'gregorian', 719_164],
    ['0001-01-01', 'proleptic_gregorian', 719_162],
    ['1582-10-04', 'standard', 141_428],
    ['1582-10-15', 'standard', 141_427],
    ['1582-10-04', 'proleptic_gregorian', 141_438],
    ['-4712-01-01', 'julian', 2_440_588],
    ['1800-01-01', 'standard', 62_091],
  ])('%s in the %s calendar', (date, calendar, days) => {
    expect(parseTimeUnits(`days since ${date}`, calendar).reference).toBe(-days * DAY);
  });

  it('refuses the ten days that the standard calendar leaves out', () => {
    expect(problem('days since 1582-10-10', 'standard').message).toContain('no date');
  });

  it.each(['noleap', '365_day', '366_day', 'all_leap', '360_day', 'none'])('refuses %s by name', (calendar) => {
    expect(problem('days since 1900-01-01', calendar).message).toContain(`'${calendar}'`);
  });
});
