/** The fitted baselines, by id. */
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
