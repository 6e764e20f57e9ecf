/** Where an hour stands in its day, week, month and year, as the reference tells its networks. */
import { type Hour, MILLISECONDS_PER_HOUR } from '../../../src/domain/time.ts';

/** Marks of an hour. */
export const TIME_MARKS = 4;

/** Hour of the day, day of the week (from Monday), of the month and of the year (UTC), each scaled to [-0.5, 0.5]. */
export function timeMarks(hour: Hour): [number, number, number, number] {
  const date = new Date(hour * MILLISECONDS_PER_HOUR);
  const newYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((date.getTime() - newYear) / (24 * MILLISECONDS_PER_HOUR));
  return [
    date.getUTCHours() / 23 - 0.5,
    ((date.getUTCDay() + 6) % 7) / 6 - 0.5,
    (date.getUTCDate() - 1) / 30 - 0.5,
    dayOfYear / 365 - 0.5,
  ];
}
