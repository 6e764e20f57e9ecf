/** The gross error check: values that cannot be. */
import { isPlausible } from '../../src/domain/plausible.ts';
import { FLAG, type SeriesVariable } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';

/**
 * Takes what cannot be out of a grid's points, before anything is made of several of them: a fill value beside good ones would else
 * pull their mean to where it is wrong and still plausible.
 * @param values NaN where missing; changed in place
 * @returns the values as they were, where there was something to take
 */
export function takeImplausible(name: VariableName, values: Float64Array): Float64Array | undefined {
  let before: Float64Array | undefined;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]) || isPlausible(name, values[i])) continue;
    before ??= values.slice();
    values[i] = Number.NaN;
  }
  return before;
}

/** Flags in place. */
export function checkRange(name: VariableName, { values, flags }: SeriesVariable): void {
  for (let i = 0; i < values.length; i++) {
    if (flags[i] !== FLAG.MISSING && !isPlausible(name, values[i])) flags[i] = FLAG.RANGE;
  }
}
