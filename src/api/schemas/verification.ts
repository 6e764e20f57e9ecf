/** The answer of `/v1/verification`. */
import { z } from 'zod';

const measure = z.number().nullable();
const measures = z.array(measure);
const lists = { count: z.array(z.int()), mse: measures, mae: measures, bias: measures, crps: measures };

export const variableScoreSchema = z
  .strictObject({
    unit: z.string(),
    count: z.int().describe('pairs of forecast and observation'),
    mse: measure.describe('in squares of the unit'),
    rmse: measure,
    mae: measure,
    bias: measure.describe('mean of forecast minus observation'),
    crps: measure.describe('continuous ranked probability score; of a model without quantiles its mean absolute error'),
    coverage_50: measure.describe('share of observations within [p25, p75]; null for a model without quantiles'),
    coverage_80: measure.describe('share of observations within [p10, p90]'),
    skill_persistence: measure.describe(
      '1 - mse / mse of the reference, over the same runs; null where it was not run',
    ),
    skill_climatology: measure,
    by_lead: z.strictObject({ lead: z.array(z.int()), ...lists }),
    by_station: z
      .strictObject({ station: z.array(z.string()), ...lists })
      .optional()
      .describe('where stations were asked for, over all lead hours'),
  })
  .meta({ id: 'VariableScore' });
export type VariableScore = z.infer<typeof variableScoreSchema>;

export const modelScoreSchema = z.strictObject({
  model: z.string(),
  wind_vector_rmse: measure.describe('root of the mean squared length of the error of the wind vector, m/s'),
  variables: z.record(z.string(), variableScoreSchema),
});
export type ModelScore = z.infer<typeof modelScoreSchema>;

export const verificationSchema = z.strictObject({
  dataset: z.string(),
  runs: z.int(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  stations: z.int().optional().describe('how many were asked for; all of the dataset where none were'),
  models: z.array(modelScoreSchema),
});
