import { expect, it } from 'vitest';
import { nativeHours } from '../../../ingest/hourly/native-hours.ts';
import { isKernelcastError, type KernelcastError } from '../../../src/errors.ts';
import { range } from '../support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function pick(times: number[], options: { cellMethod?: string; cell?: number } = {}) {
  const axis = { times: Float64Array.from(times), cell: options.cell };
  const { cellMethod: method } = options;
  const cellMethod = method === undefined ? undefined : { method, isChosen: false };
  const { hours, indices, step } = nativeHours(axis, { file: 'f.nc', cellMethod });
  return { hours: [...hours], indices: [...indices], step };
}

function problem(times: number[], options: { cellMethod?: string; cell?: number } = {}): KernelcastError {
  try {
    pick(times, options);
  } catch (error) {
    if (isKernelcastError(error, 'CONVENTIONS')) return error;
    throw error;
  }
  throw new Error('the times were taken');
}

it('takes whole hours as they are', () => {
  expect(pick([5 * HOUR, 6 * HOUR, 7 * HOUR])).toEqual({ hours: [5, 6, 7], indices: [0, 1, 2], step: 1 });
});

it('sorts them, and remembers where they stand in the file', () => {
  expect(pick([9 * HOUR, 3 * HOUR, 6 * HOUR])).toEqual({ hours: [3, 6, 9], indices: [1, 2, 0], step: 3 });
});

it('takes a time within fifteen minutes for its hour, before or after, also before 1970', () => {
  expect(pick([HOUR + 15 * MINUTE, 2 * HOUR - 15 * MINUTE, 3 * HOUR]).hours).toEqual([1, 2, 3]);
  expect(pick([-2 * HOUR + 9 * MINUTE, -HOUR - 9 * MINUTE, 0]).hours).toEqual([-2, -1, 0]);
});

it('refuses a time further off, naming its index and the time', () => {
  expect(problem([0, HOUR + 16 * MINUTE, 2 * HOUR, 3 * HOUR, 4 * HOUR]).where).toEqual({
    file: 'f.nc',
    index: 1,
    time: '1970-01-01T01:16:00.000Z',
  });
});

it('of data more frequent than hourly keeps those nearest to the hour', () => {
  const twentyMinutes = range(0, 181, 20).map((minute) => minute * MINUTE);
  expect(pick(twentyMinutes)).toEqual({ hours: [0, 1, 2, 3], indices: [0, 3, 6, 9], step: 1 });
  const airports = range(0, 240, 30).map((minute) => (minute + 25) * MINUTE);
  expect(pick(airports)).toEqual({ hours: [1, 2, 3, 4], indices: [1, 3, 5, 7], step: 1 });
});

it('refuses frequent data that never come near a whole hour', () => {
  const never = range(0, 120, 20).map(
    (minute) => (minute % 40) * MINUTE + Math.floor(minute / 40) * HOUR + 20 * MINUTE,
  );
  expect(problem(never).message).toContain('no time');
});

it('of several times for one hour takes the nearest, and of equally near ones the last', () => {
  expect(pick([0, HOUR + MINUTE, HOUR, 2 * HOUR]).indices).toEqual([0, 2, 3]);
  expect(pick([0, HOUR, HOUR, 2 * HOUR]).indices).toEqual([0, 2, 3]);
});

it('the step is the most frequent difference, the shortest of several', () => {
  expect(pick([0, 6, 12, 30, 36].map((hour) => hour * HOUR)).step).toBe(6);
  expect(pick([0, 6, 9].map((hour) => hour * HOUR)).step).toBe(3);
  expect(pick([7 * HOUR]).step).toBe(1);
});

it('refuses data coarser than daily', () => {
  expect(problem([0, 48 * HOUR, 96 * HOUR]).message).toContain('too coarse');
  expect(problem(range(0, 12, 1).map((month) => month * 730 * HOUR)).message).toContain('730 hours');
});

it('takes daily instants, and refuses daily means and extremes', () => {
  const days = [0, 24 * HOUR, 48 * HOUR];
  expect(pick(days).step).toBe(24);
  expect(problem(days, { cellMethod: 'maximum' }).where['each value is a']).toBe('maximum');
  expect(pick([0, HOUR, 2 * HOUR], { cellMethod: 'mean' }).step).toBe(1);
});

it('knows a single monthly mean by its bounds', () => {
  expect(problem([0], { cellMethod: 'mean', cell: 744 * HOUR }).message).toContain('744 hours');
});
