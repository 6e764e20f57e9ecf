/** The gross error check: values that cannot be. */
import { isPlausible } from '../../src/domain/plausible.ts';
import { FLAG, type SeriesVariable } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';

/** Flags in place. */
export function checkRange(name: VariableName, { values, flags }: SeriesVariable): void {
  for (let i = 0; i < values.length; i++) {
    if (flags[i] !== FLAG.MISSING && !isPlausible(name, values[i])) flags[i] = FLAG.RANGE;
  }
}
