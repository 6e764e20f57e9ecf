/** The learning rate of each step: a straight warm-up, then half a cosine down to a hundredth of the highest rate. */

const LAST_SHARE = 0.01;

export interface Schedule {
  steps: number;
  /** The highest learning rate, after the warm-up. */
  learningRate: number;
  warmUpSteps: number;
}

/** @param step from 1 */
export function learningRateAt(step: number, { learningRate, warmUpSteps, steps }: Schedule): number {
  if (step < warmUpSteps) return (learningRate * step) / warmUpSteps;
  const progress = (step - warmUpSteps) / Math.max(1, steps - warmUpSteps);
  return learningRate * (LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
