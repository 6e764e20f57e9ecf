/** What an ingest did not take, counted by reason: part of every report. */

/** What is counted. */
export type Counted = 'rows' | 'values' | 'stations' | 'times';

interface Reason {
  counted: Counted;
  /** Follows the number: `12 rows: ...`. */
  text: string;
  /** Whether something was lost that could have been wanted; else a rule chose something better, or it was asked for so. */
  isLoss: boolean;
}

export const LEFT_OUT_REASONS = {
  'off-hour': {
    counted: 'rows',
    text: 'reports more than 15 minutes off the hour, without another at most 60 minutes apart',
    isLoss: true,
  },
  'between-hours': {
    counted: 'times',
    text: 'times between the hours, of a file that has several an hour',
    isLoss: false,
  },
  'not-nearest': { counted: 'rows', text: 'reports of hours for which others are nearer', isLoss: false },
  'without-value': { counted: 'rows', text: 'reports without a value of those that are read', isLoss: false },
  duplicate: { counted: 'rows', text: 'reports of a time that a later line has again', isLoss: false },
  summary: { counted: 'rows', text: 'lines that are no observations (summaries of days and months)', isLoss: false },
  'short-row': { counted: 'rows', text: 'lines with fewer cells than the heading', isLoss: true },
  'without-time': { counted: 'rows', text: 'lines whose time is none', isLoss: true },
  'repeated-hour': {
    counted: 'rows',
    text: 'reports of an hour that the clocks show twice, of which the file does not tell the one',
    isLoss: true,
  },
  'not-listed': { counted: 'rows', text: 'reports of stations that are not in the list', isLoss: false },
  'without-position': { counted: 'stations', text: 'stations without a position', isLoss: true },
  'outside-grid': { counted: 'stations', text: 'stations outside the grid, as --skip-outside asks', isLoss: false },
  'unknown-elevation': {
    counted: 'stations',
    text: 'stations whose elevation is a number that means none (-999, 9999, ...): taken as not known',
    isLoss: false,
  },
  quality: { counted: 'values', text: 'values that their source judges bad', isLoss: false },
  'variable-wind': { counted: 'values', text: 'directions of winds that vary: the speed is kept', isLoss: false },
  'zero-direction': {
    counted: 'values',
    text: 'directions of 0 with a wind, where 360 is north: the speed is kept ("zero": "north" in the mapping takes them)',
    isLoss: false,
  },
  'no-direction': { counted: 'values', text: 'directions beyond 360 degrees: the speed is kept', isLoss: true },
} as const satisfies Record<string, Reason>;

export type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

export interface LeftOut {
  reason: LeftOutReason;
  counted: Counted;
  count: number;
}

/** Counts by reason. */
export class LeftOutTally {
  readonly #counts = new Map<LeftOutReason, number>();

  add(reason: LeftOutReason, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  addAll(more: readonly LeftOut[]): void {
    for (const { reason, count } of more) this.add(reason, count);
  }

  /** The reasons that there were, most first. */
  list(): LeftOut[] {
    return [...this.#counts]
      .map(([reason, count]) => ({ reason, counted: LEFT_OUT_REASONS[reason].counted, count }))
      .sort((a, b) => b.count - a.count);
  }
}

/** Whether something was lost that could have been wanted. */
export function hasLosses(leftOut: readonly LeftOut[]): boolean {
  return leftOut.some(({ reason }) => LEFT_OUT_REASONS[reason].isLoss);
}

/** `left out: 12 rows, reports ...`, a line a reason. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string[] {
  return leftOut.map(({ reason, counted, count }) => `left out: ${count} ${counted}, ${LEFT_OUT_REASONS[reason].text}`);
}
