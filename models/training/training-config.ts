/** What `kernelcast train --config` reads: the architecture and how to train it. It is kept in the artefact. */
import { z } from 'zod';
import { KernelcastError } from '../../src/errors.ts';
import { forecasterConfigSchema } from '../forecaster/config.ts';

const trainingConfigSchema = z.strictObject({
  architecture: forecasterConfigSchema,
  training: z.strictObject({
    steps: z.int().positive(),
    batchSize: z.int().positive(),
    /** The highest learning rate, after the warm-up. */
    learningRate: z.number().positive(),
    warmUpSteps: z.int().nonnegative(),
    weightDecay: z.number().nonnegative(),
    /** The share of the old average of the weights that stays at each step. */
    averageDecay: z.number().min(0).max(1),
    validateEvery: z.int().positive(),
    validationExamples: z.int().positive(),
    seed: z.int(),
  }),
});

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/** @throws KernelcastError `USAGE` naming the field that is wrong. */
export function parseTrainingConfig(value: unknown, file: string): TrainingConfig {
  const result = trainingConfigSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new KernelcastError('USAGE', `the training configuration is not valid: ${issue.message}`, {
    where: { file, field: issue.path.join('.') || '(the whole)' },
  });
}
