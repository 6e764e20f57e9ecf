import { describe, expect, it } from 'vitest';
import { byNearness, isNearHour, nearestHour, offsetFromHour } from '../../src/domain/near-hour.ts';

const MINUTE = 60_000;
const hour = 473_352;
const at = (minutes: number) => hour * 3_600_000 + minutes * MINUTE;

describe('the hour that a time stands for', () => {
  it('is the nearest, where that is no more than fifteen minutes away', () => {
    for (const minutes of [-15, -0.5, 0, 7, 15]) {
      expect(nearestHour(at(minutes))).toBe(hour);
      expect(offsetFromHour(at(minutes))).toBe(minutes * MINUTE);
      expect(isNearHour(offsetFromHour(at(minutes)))).toBe(true);
    }
    for (const minutes of [-16, 15.1, 29, 31, Number.NaN]) expect(isNearHour(offsetFromHour(at(minutes)))).toBe(false);
  });

  it('is that of the nearest of several times, and of equally near ones of the last in the file', () => {
    const offsets = [-3, 9, 2, -2, -10].map((minutes) => minutes * MINUTE);
    expect(offsets.toSorted(byNearness).at(-1)).toBe(-2 * MINUTE);
  });
});
