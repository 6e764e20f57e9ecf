/** The hour of the day and the day of the year as 35 numbers: three daily harmonics times two yearly ones, the constant first. */
import type { Hour } from '../../../src/domain/time.ts';
import { yearlyBasis } from './harmonics.ts';

const DAILY = 7;
const YEARLY = 5;
export const TIME_FEATURES = DAILY * YEARLY;

export function timeFeatures(hour: Hour): Float64Array {
  const angle = (2 * Math.PI * (hour % 24)) / 24;
  const daily = [1, 1, 2, 3].flatMap((times, index) =>
    index === 0 ? [1] : [Math.cos(times * angle), Math.sin(times * angle)],
  );
  const yearly = yearlyBasis(hour).subarray(0, YEARLY);
  return Float64Array.from({ length: TIME_FEATURES }, (_, i) => daily[Math.floor(i / YEARLY)] * yearly[i % YEARLY]);
}
