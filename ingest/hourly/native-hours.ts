/**
 * From the times of a file to whole hours.
 *
 * - Which hour a time stands for, and which of several counts, says `near-hour.ts`.
 * - Times that stand for none: where the file's step is shorter than an hour they are left out, else the file is refused.
 * - The order in the file does not matter.
 * - The file's step is its most frequent one (the shortest of several). Data of more than 24 hours a step, and means or
 *   extremes over a day or more, are refused: no hourly weather can be made of them.
 */
import { byNearness, isNearHour, NEAR_TEXT, nearestHour, offsetFromHour } from '../../src/domain/near-hour.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { TimeAxis } from '../cf/time-axis.ts';
import type { CellMethod } from '../opened/opened-file.ts';

export interface NativeHours {
  /** Ascending, each once. */
  hours: Int32Array;
  /** Where in the file each stands. */
  indices: Int32Array;
  /** Hours from one to the next, as a rule; 1 where there is one only. */
  step: number;
  /** Times that are in the file already. */
  duplicates: number;
  /** Times between the hours, which are left out. */
  between: number;
}

const COARSEST_HOURS = 24;

/** What an instrument or a model means over stands for its hour. */
const LONGEST_MEAN_HOURS = 1;

/**
 * @throws KernelcastError `CONVENTIONS`: a time off the hour (with its index), or data too coarse
 */
export function nativeHours(axis: TimeAxis, options: { file: string; cellMethod?: CellMethod }): NativeHours {
  const { times, cell } = axis;
  const where = { file: options.file };
  const sorted = times.slice().sort();
  const step = usualStep(sorted) / MILLISECONDS_PER_HOUR;
  refuseCoarse(step, cell === undefined ? 0 : cell / MILLISECONDS_PER_HOUR, options);

  let between = 0;
  const best = new Map<Hour, { index: number; offset: number }>();
  for (let index = 0; index < times.length; index++) {
    const [hour, offset] = [nearestHour(times[index]), offsetFromHour(times[index])];
    if (!isNearHour(offset)) {
      if (step < 1) {
        between++;
        continue;
      }
      throw new KernelcastError('CONVENTIONS', `a time lies more than ${NEAR_TEXT} off the hour`, {
        where: { ...where, index, time: new Date(times[index]).toISOString() },
        hint: 'Kernelcast keeps hourly values, valid at the hour in UTC.',
      });
    }
    const other = best.get(hour);
    if (!other || byNearness(other.offset, offset) <= 0) best.set(hour, { index, offset });
  }
  if (best.size === 0) {
    throw new KernelcastError('CONVENTIONS', `no time lies within ${NEAR_TEXT} of a whole hour`, { where });
  }
  const hours = Int32Array.from(best.keys()).sort();
  const indices = Int32Array.from(hours, (hour) => best.get(hour)!.index);
  let duplicates = 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) duplicates++;
  return { hours, indices, step: Math.max(1, Math.round(step)), duplicates, between };
}

function refuseCoarse(
  step: number,
  cell: number,
  { file, cellMethod }: { file: string; cellMethod?: CellMethod },
): void {
  const length = Math.max(step, cell);
  const longest = cellMethod?.isChosen ? COARSEST_HOURS - 1 / 60 : LONGEST_MEAN_HOURS;
  if (length <= COARSEST_HOURS && cellMethod !== undefined && length > longest && length < COARSEST_HOURS) {
    throw new KernelcastError(
      'CONVENTIONS',
      `each value is a ${cellMethod.method} over ${Number(length.toFixed(1))} hours, and none of an hour`,
      { where: { file }, hint: 'To take it as the value at its time all the same, name it: --map NAME=VARIABLE.' },
    );
  }
  const ofWholeDays = cellMethod !== undefined && length >= COARSEST_HOURS;
  if (length <= COARSEST_HOURS && !ofWholeDays) return;
  throw new KernelcastError(
    'CONVENTIONS',
    `the data are too coarse: one value every ${Number(length.toFixed(1))} hours`,
    {
      where: cellMethod === undefined ? { file } : { file, 'each value is a': cellMethod.method },
      hint: 'Kernelcast needs values at least once a day, and no means or extremes over days.',
    },
  );
}

/** The most frequent difference between neighbours (not counting equal ones), in milliseconds; an hour if there is none. */
function usualStep(sorted: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < sorted.length; i++) {
    // To the minute: times in float32 days jitter by seconds.
    const difference = Math.round((sorted[i] - sorted[i - 1]) / 60_000) * 60_000;
    if (difference > 0) counts.set(difference, (counts.get(difference) ?? 0) + 1);
  }
  let step = MILLISECONDS_PER_HOUR;
  let most = 0;
  for (const [difference, count] of counts) {
    if (count < most || (count === most && difference > step)) continue;
    step = difference;
    most = count;
  }
  return step;
}
