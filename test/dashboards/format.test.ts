import { describe, expect, it } from 'vitest';
import { compassPoint, countryName, decimal, percent, positionLabel } from '../../dashboards/src/format/quantity.ts';
import {
  ageLabel,
  clockLabel,
  dayLabel,
  fullInstantLabel,
  instantLabel,
  paceLabel,
  parseInstant,
} from '../../dashboards/src/format/time.ts';

describe('numbers', () => {
  it('are written with a true minus sign and fixed decimals, never as minus zero', () => {
    expect(decimal(-3.26)).toBe('−3.3');
    expect(decimal(12)).toBe('12.0');
    expect(decimal(-0.04)).toBe('0.0');
    expect(decimal(291.6, 0)).toBe('292');
  });

  it('are a dash where they are missing', () => {
    for (const missing of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(decimal(missing)).toBe('–');
      expect(percent(missing)).toBe('–');
    }
  });

  it('carry their sign when they are a skill', () => {
    expect(percent(0.384)).toBe('+38 %');
    expect(percent(-0.12)).toBe('−12 %');
    expect(percent(0.001)).toBe('0 %');
    expect(percent(-0.001)).toBe('0 %');
  });

  it('name the sixteen points of the compass, each in the middle of its sector', () => {
    expect([0, 11, 12, 45, 180, 290, 349, 360, -90].map(compassPoint)).toEqual([
      'N',
      'N',
      'NNE',
      'NE',
      'S',
      'WNW',
      'N',
      'N',
      'W',
    ]);
  });

  it('tell the hemisphere of a position in words', () => {
    expect(positionLabel(52.374, 4.897)).toBe('52.37° N, 4.90° E');
    expect(positionLabel(-33.87, -70.6)).toBe('33.87° S, 70.60° W');
  });

  it('spell out country codes and leave names alone', () => {
    expect(countryName('NL')).toBe('Netherlands');
    expect(countryName('Netherlands')).toBe('Netherlands');
    expect(countryName('')).toBe('');
  });
});

describe('times', () => {
  const time = Date.UTC(2025, 1, 20, 6, 5);

  it('are in UTC, whatever the machine thinks', () => {
    expect(clockLabel(time)).toBe('06:05');
    expect(dayLabel(time)).toBe('Thu 20 Feb');
    expect(instantLabel(time)).toBe('Thu 20 Feb 06:05 UTC');
    expect(fullInstantLabel(time)).toBe('Thu 20 Feb 2025, 06:05 UTC');
  });

  it('are read as UTC when they carry no zone, and as what they say when they do', () => {
    expect(parseInstant('2025-02-20T06:05')).toBe(time);
    expect(parseInstant('2025-02-20T06:05Z')).toBe(time);
    expect(parseInstant('2025-02-20T07:05:00+01:00')).toBe(time);
    expect(() => parseInstant('yesterday')).toThrow('yesterday');
  });

  it('grow old in minutes, hours and days', () => {
    const ages = [0, 59_000, 60_000, 59 * 60_000, 3_600_000, 71 * 3_600_000, 72 * 3_600_000];
    expect(ages.map(ageLabel)).toEqual([
      'just now',
      'just now',
      '1 min old',
      '59 min old',
      '1 h old',
      '71 h old',
      '3 d old',
    ]);
  });

  it('pass at a pace that is told plainly', () => {
    expect(paceLabel(5)).toBe('1 h each 5 s');
    expect(paceLabel(2.5)).toBe('1 h each 2.5 s');
  });
});
