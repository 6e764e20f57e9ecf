/** The values of all stations at one time of a file, as quality control sees them. */
import type { SeriesVariable } from '../../src/domain/series.ts';
import { FLAG } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';

export interface Row {
  hour: Hour;
  /** [station]; memory of its own. */
  variables: Partial<Record<VariableName, SeriesVariable>>;
}

/**
 * Looks at the newest row of a window, and flags values that fail in it or in the rows before it.
 * @param window ascending in time
 */
export type Check = (window: readonly Row[]) => void;

/** Whether a value has passed all checks so far. */
export function passes({ values, flags }: SeriesVariable, station: number): boolean {
  return flags[station] === FLAG.OBSERVED && !Number.isNaN(values[station]);
}
