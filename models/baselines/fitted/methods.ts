/** The fitted baselines, by id. */
import { KernelcastError } from '../../../src/errors.ts';
import { dampedBlend } from './damped-blend.ts';
import { dlinear, dlinearIndividual } from './dlinear.ts';
import { harmonicClimatology } from './harmonic-climatology.ts';
import type { BaselineMethod } from './method.ts';
import { ridge } from './ridge.ts';

export const BASELINE_METHODS: readonly BaselineMethod[] = [
  harmonicClimatology,
  dampedBlend,
  dlinear,
  dlinearIndividual,
  ridge,
];

/**
 * The methods of some ids; all of them where `all` is among those.
 * @throws KernelcastError `NOT_FOUND` naming the ids that there are
 */
export function chooseMethods(ids: readonly string[]): readonly BaselineMethod[] {
  if (ids.includes('all')) return BASELINE_METHODS;
  return ids.map((id) => {
    const method = BASELINE_METHODS.find((candidate) => candidate.id === id);
    if (method) return method;
    throw new KernelcastError('NOT_FOUND', `no baseline that is fitted is called '${id}'`, {
      hint: `There are ${BASELINE_METHODS.map((candidate) => candidate.id).join(', ')}; persistence needs no fit.`,
    });
  });
}
