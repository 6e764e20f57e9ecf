/** The gross error check: values that cannot be. */
import { FLAG, type SeriesVariable } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { RANGE } from './limits.ts';

/** What rounding, packing and conversion of units make of a value on the edge. */
const HAIR = 0.01;

/** Flags in place. */
export function checkRange(name: VariableName, { values, flags }: SeriesVariable): void {
  const [least, most] = RANGE[name];
  for (let i = 0; i < values.length; i++) {
    if (flags[i] !== FLAG.MISSING && !(values[i] >= least - HAIR && values[i] <= most + HAIR)) flags[i] = FLAG.RANGE;
  }
}
