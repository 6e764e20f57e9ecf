/**
 * What `kernelcast train --config` reads: the architecture, the data and how to train. It is kept in the artefact, defaults
 * filled in. The README of `models/` explains each field.
 */
import { z } from 'zod';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';

/** `2023-01-01`, `2023-01-01T06:00Z`. */
const time = z.string().refine((text) => {
  try {
    parseHour(text);
    return true;
  } catch (error) {
    if (isKernelcastError(error)) return false;
    throw error;
  }
}, 'write a whole hour in UTC, like 2023-01-01 or 2023-01-01T06:00Z');

/** Target hours, `to` exclusive. */
const span = z.strictObject({ from: time, to: time });

const source = z
  .strictObject({
    /** A dataset of the store, */
    dataset: z.string().optional(),
    /** or a CF file of stations. */
    file: z.string().optional(),
    train: span.optional(),
    validate: span.optional(),
    /** Of the training examples; by default each source has as many as there are of it. */
    share: z.number().gt(0).lte(1).optional(),
    /** Months of different years stand side by side: no window across a seam. Such a source is split by `places` alone. */
    contiguous: z.enum(['month']).optional(),
    /** Whether its stations are simultaneous, so that one may be seen beside another. */
    neighbours: z.boolean().optional(),
    /** `hours`: it trains and validates at the same stations, at different times. By default stations are held out. */
    holdOut: z.enum(['hours', 'stations']).optional(),
  })
  .refine(({ dataset, file }) => (dataset === undefined) !== (file === undefined), 'give either a dataset or a file')
  .refine(({ train, validate }) => train || validate, 'give a span to train or to validate on')
  .refine(
    ({ contiguous, neighbours }) => !contiguous || neighbours === false,
    'months of different years are not simultaneous: neighbours must be false where contiguous is given',
  );

const degrees = (most: number) => z.number().min(-most).max(most);

const placesSchema = z.strictObject({
  /** Stations of one cell go together. */
  cellDegrees: z.number().positive().default(2),
  /** Shares of the cells. */
  validate: z.number().min(0).lt(1),
  test: z.number().min(0).lt(1),
  /** Boxes that go before the cells. */
  regions: z
    .array(
      z.strictObject({
        name: z.string(),
        role: z.enum(['train', 'validate', 'test']),
        south: degrees(90),
        north: degrees(90),
        west: degrees(180),
        east: degrees(180),
      }),
    )
    .default([]),
});

export type PlacesConfig = z.infer<typeof placesSchema>;

export const dataConfigSchema = z.strictObject({
  sources: z
    .array(source)
    .min(1)
    .refine((sources) => {
      const shares = sources.filter(({ train }) => train).map(({ share }) => share);
      const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
      return shares.every((share) => share === undefined) || (!shares.includes(undefined) && Math.abs(sum - 1) < 1e-6);
    }, 'give a share to each source that trains, 1 in all, or to none'),
  /** Stations that never train, and alone validate: their ids, or a share of each source's stations. */
  holdOutStations: z.union([z.array(z.string()).min(1), z.strictObject({ share: z.number().gt(0).lt(1) })]).optional(),
  /** Which places train, validate and are kept for a test, in the sources that are `contiguous` by months. */
  places: placesSchema.optional(),
  /** Hours that must lie between the hours of validation and of training. */
  gapHours: z.int().nonnegative().default(0),
  /** Trains on the mirror image of the weather at the equator as well, half a year apart. */
  mirrorHemispheres: z.boolean().default(false),
  /** What the values of loaded examples may take. */
  memoryMB: z.number().positive().default(2048),
});

export const trainingSettingsSchema = z.strictObject({
  steps: z.int().positive(),
  batchSize: z.int().positive(),
  /** The highest learning rate, after the warm-up. */
  learningRate: z.number().positive(),
  warmUpSteps: z.int().nonnegative(),
  weightDecay: z.number().nonnegative(),
  /** Largest global norm of the gradients. */
  clipNorm: z.number().positive().default(1),
  /** The share of the old average of the weights that stays at each step. */
  averageDecay: z.number().min(0).lt(1),
  validateEvery: z.int().positive(),
  /** Evenly spread over the validation spans; all by default. */
  validationExamples: z.int().positive().optional(),
  /** What is validated and kept is best by this measure. */
  selectBy: z.string().default('loss'),
  /** Stops after so many validations in a row without a better one; by default never. */
  patience: z.int().positive().optional(),
  /** Computes networks in pieces of so many rows where memory is short. */
  rowsAtOnce: z.int().positive().optional(),
  seed: z.int(),
});

export const trainingConfigSchema = z.strictObject({
  /** Checked by the kind of model. */
  architecture: z.unknown(),
  data: dataConfigSchema.optional(),
  training: trainingSettingsSchema,
});

export type DataConfig = z.infer<typeof dataConfigSchema>;
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>;
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
